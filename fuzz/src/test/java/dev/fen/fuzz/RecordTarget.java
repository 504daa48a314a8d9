package dev.fen.fuzz;

import dev.fen.lock.Lease;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockService;
import dev.fen.lock.LockStatus;
import dev.fen.lock.LockStoreException;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.MemoryRegisterStore;
import dev.fen.lock.store.RegisterKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/** Anything as the record of a named lock, of a model's and of the global one. */
final class RecordTarget {

  static final int RUNS = 1_500;

  private static final LockOptions AT_ONCE = LockOptions.of("fuzz").withMaxWait(Duration.ZERO);

  private static final MemoryRegisterStore STORE =
      new MemoryRegisterStore(System::currentTimeMillis);

  /** One for all: its threads cost more than what they do. */
  private static final LockService SERVICE = new LockService(STORE, AT_ONCE, SystemPlatform.get());

  private RecordTarget() {}

  public static void fuzzerTestOneInput(byte[] data) throws InterruptedException {
    String body = new String(data, StandardCharsets.UTF_8);
    for (String key : List.of("locks/global.lock", "locks/models/x/a.lock", "locks/named/a.lock")) {
      STORE.overwrite(new RegisterKey(key), body);
    }
    List<LockStatus> all = SERVICE.listAll();
    Checks.require(all.size() == 3, "a lock is missing", all);
    for (LockStatus status : all) {
      Checks.printable(status.problem());
    }
    OptionalLong last = SERVICE.inspect("a").token();
    try (Lease lease = SERVICE.acquire("a")) {
      Checks.require(lease.token() > last.orElse(0), "the token did not rise", lease);
    } catch (LockTimeoutException | LockStoreException refused) {
      Checks.printable(refused.getMessage());
    }
    try {
      SERVICE.models().acquireModels(List.of("x/a")).close();
    } catch (LockTimeoutException | LockStoreException refused) {
      Checks.printable(refused.getMessage());
    }
    try {
      SERVICE.releaseIfStale("a", OptionalLong.empty());
      SERVICE.forceRelease("a", OptionalLong.empty());
    } catch (LockStoreException refused) {
      Checks.printable(refused.getMessage());
    }
  }
}
