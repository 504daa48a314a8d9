package dev.fen.testkit;

import dev.fen.lock.file.FileRegisterStore;
import dev.fen.lock.platform.SystemPlatform;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A process of its own that locks in a directory. */
final class DirectoryChild {

  private DirectoryChild() {}

  public static void main(String[] args) throws Exception {
    List<String> orders = Arrays.asList(args).subList(1, args.length);
    LockChild.run(FileRegisterStore.open(Path.of(args[0]), SystemPlatform.get()), orders);
  }
}
