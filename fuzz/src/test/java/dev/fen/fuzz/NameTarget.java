package dev.fen.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.fen.lock.LockService;
import dev.fen.lock.ModelLocks;
import dev.fen.lock.Namespace;
import dev.fen.lock.file.FileRegisterStore;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.WriteResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Any text as the name of a lock, a model and a namespace, and as the key of a register, which in a
 * directory becomes a folder.
 */
final class NameTarget {

  static final int RUNS = 1_500;

  private NameTarget() {}

  public static void fuzzerTestOneInput(FuzzedDataProvider data) throws IOException {
    String text = data.consumeRemainingAsString();
    isLegal(LockService::requireLegalName, text);
    isLegal(ModelLocks::requireLegalName, text);
    isLegal(Namespace::new, text);
    if (isLegal(RegisterKey::new, text)) {
      keep(new RegisterKey(text));
    }
  }

  private static boolean isLegal(Consumer<String> check, String text) {
    try {
      check.accept(text);
      return true;
    } catch (IllegalArgumentException refused) {
      Checks.printable(refused.getMessage());
      return false;
    }
  }

  private static void keep(RegisterKey key) throws IOException {
    Path outside = Files.createTempDirectory("fen-fuzz-");
    try {
      Path root = Files.createDirectory(outside.resolve("root"));
      FileRegisterStore store = FileRegisterStore.open(root, SystemPlatform.get());
      WriteResult created = store.create(key, "body");
      Checks.require(created instanceof WriteResult.Applied, "not created", created);
      ReadResult read = store.read(key);
      Checks.require(
          read instanceof ReadResult.Present present && present.body().equals("body"),
          "not read",
          read);
      ListResult listed = store.list("");
      Checks.require(
          listed instanceof ListResult.Listed all
              && all.entries().stream().map(ListResult.Entry::key).toList().equals(List.of(key)),
          "listed otherwise",
          listed);
      try (Stream<Path> beside = Files.list(outside)) {
        Checks.require(beside.toList().equals(List.of(root)), "written outside", key);
      }
      store.close();
    } finally {
      remove(outside);
    }
  }

  static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
