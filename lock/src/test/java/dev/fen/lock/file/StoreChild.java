package dev.fen.lock.file;

import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.nio.file.Path;

/**
 * A process of its own that uses a store, started by tests. Needs nothing but the classes of this
 * module.
 */
final class StoreChild {

  private StoreChild() {}

  public static void main(String[] args) {
    Path root = Path.of(args[1]);
    FileRegisterStore store =
        new FileRegisterStore(root, new TestPlatform(), new Disk(), 2, 1, null);
    RegisterKey key = new RegisterKey("locks/counter");
    switch (args[0]) {
      case "count" -> count(store, key, args[2], Integer.parseInt(args[3]));
      case "once" -> System.out.println(store.read(key) + "\n" + swapOnce(store, key, args[2]));
      default -> throw new IllegalArgumentException(args[0]);
    }
    System.out.flush();
  }

  private static WriteResult swapOnce(FileRegisterStore store, RegisterKey key, String body) {
    return store.read(key) instanceof ReadResult.Present present
        ? store.replace(key, present.version(), body)
        : store.create(key, body);
  }

  /**
   * Adds one so many times, and tells which record it wrote upon which: {@code
   * try|applied|conflict|unknown nonce previous}.
   */
  private static void count(FileRegisterStore store, RegisterKey key, String name, int times) {
    for (int i = 0; i < times; i++) {
      ReadResult read = store.read(key);
      Version version = null;
      String previous = "0 none none";
      if (read instanceof ReadResult.Present present) {
        version = present.version();
        previous = present.body();
      } else if (!(read instanceof ReadResult.Absent)) {
        continue;
      }
      String[] parts = previous.split(" ", 3);
      String nonce = name + "-" + i;
      String body = (Long.parseLong(parts[0]) + 1) + " " + nonce + " " + parts[1];
      System.out.println("try " + nonce + " " + parts[1]);
      WriteResult result =
          version == null ? store.create(key, body) : store.replace(key, version, body);
      System.out.println(result.getClass().getSimpleName() + " " + nonce + " " + parts[1]);
    }
  }
}
