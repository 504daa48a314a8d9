package dev.fen.datastore.verify;

import dev.fen.datastore.verify.Check.Result;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.MemoryRegisterStore;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.WriteResult;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/** How tests certify, and what they look at. */
public final class Certifications {

  static final Extent SMALL = new Extent(20, 8, 4, Duration.ZERO);

  private static final Duration CALL_LIMIT = Duration.ofSeconds(15);

  private Certifications() {}

  /** A certification as it is, but for its pauses. */
  public static Certification brief(Platform platform) {
    return limited(platform, CALL_LIMIT);
  }

  private static Certification limited(Platform platform, Duration limit) {
    return new Certification(platform, "1.2.3", limit, Duration.ofMillis(1));
  }

  static Verdict certify(Candidate candidate, Extent extent) throws InterruptedException {
    return certify(new JumpingPlatform(), CALL_LIMIT, candidate, extent);
  }

  static Verdict certify(Platform platform, Duration limit, Candidate candidate, Extent extent)
      throws InterruptedException {
    return limited(platform, limit)
        .run(candidate, extent, Patience.OF_A_WHOLE_CHECK, (check, done, of) -> {});
  }

  /** Gives it up after 7 s without a write, or 40 s in all. */
  static Verdict certifyInTime(Platform platform, Candidate candidate, Extent extent)
      throws InterruptedException {
    return brief(platform)
        .run(
            candidate,
            extent,
            new Patience(Duration.ofSeconds(7), Duration.ofSeconds(40)),
            (check, done, of) -> {});
  }

  static MemoryCandidate memory(Function<MemoryRegisterStore, RegisterStore> connection) {
    return new MemoryCandidate(connection);
  }

  /** A store whose creates are made so, and everything else as in the memory. */
  static RegisterStore creating(
      MemoryRegisterStore memory, BiFunction<RegisterKey, String, WriteResult> create) {
    return new ForwardingStore(memory) {
      @Override
      public WriteResult create(RegisterKey key, String body) {
        return create.apply(key, body);
      }
    };
  }

  static List<String> named(Verdict verdict, Result result) {
    return verdict.checks().stream()
        .filter(check -> check.result() == result)
        .map(Check::name)
        .toList();
  }

  static Check check(Verdict verdict, String name) {
    return verdict.checks().stream()
        .filter(check -> check.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  static WriteResult unknown() {
    return new WriteResult.Unknown(StoreFailure.passing("the answer got lost", null));
  }
}
