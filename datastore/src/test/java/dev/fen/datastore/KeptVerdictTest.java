package dev.fen.datastore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.datastore.verify.Calls;
import dev.fen.datastore.verify.Check;
import dev.fen.datastore.verify.Verdict;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.MemoryRegisterStore;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.testkit.ForwardingRegisterStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class KeptVerdictTest {

  private static final RegisterKey KEY = new RegisterKey("fen-store.json");

  private static final String STORE = "s3.example.com:443/bucket";

  private final MemoryRegisterStore store = new MemoryRegisterStore(System::currentTimeMillis);

  private static KeptVerdict kept(RegisterStore store) {
    return new KeptVerdict(store, new Calls(SystemPlatform.get(), 1, KeptVerdict.LIMIT));
  }

  private ReadResult read() throws InterruptedException {
    return kept(store).read(KeptVerdict.LIMIT);
  }

  static Verdict verdict(boolean passed, String version) {
    Check check =
        new Check(
            "create race",
            passed ? Check.Result.PASSED : Check.Result.FAILED,
            "measured",
            "meaning");
    return new Verdict(
        passed,
        List.of(check),
        60,
        Verdict.excludedBy(60),
        OptionalLong.empty(),
        null,
        Instant.parse("2026-11-24T12:00:00Z"),
        version,
        List.of(),
        List.of(STORE));
  }

  @Test
  void isReadAsItWasKept() throws Exception {
    Verdict verdict = verdict(true, "1");

    assertThat(kept(store).keep(verdict, read()).notKept()).isNull();
    assertThat(KeptVerdict.of(read())).isEqualTo(verdict);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "rubbish", "{\"format\":2}"})
  void whatIsNoVerdictIsReplaced(String rubbish) throws Exception {
    store.overwrite(KEY, rubbish);
    assertThat(KeptVerdict.of(read())).isNull();

    KeptVerdict.Kept kept = kept(store).keep(verdict(true, "1"), read());

    assertThat(kept.notKept()).isNull();
    assertThat(KeptVerdict.of(read())).isEqualTo(verdict(true, "1"));
  }

  /** Somebody else certified in between, or before. */
  @ParameterizedTest
  @CsvSource({
    "true, true, true, own",
    "true, true, false, others",
    "true, false, true, own",
    "true, false, false, own",
    "false, true, false, own",
    "false, true, true, own",
  })
  void aFaultSeenAtTheSameTimeOutranksAPass(
      boolean meanwhile, boolean ownPassed, boolean othersPassed, String inForce) throws Exception {
    Verdict own = verdict(ownPassed, "own");
    Verdict others = verdict(othersPassed, "others");
    ReadResult before = read();
    store.overwrite(KEY, others.toJson());
    if (!meanwhile) {
      before = read();
    }

    KeptVerdict.Kept kept = kept(store).keep(own, before);

    assertThat(kept.verdict().version()).isEqualTo(inForce);
    assertThat(KeptVerdict.of(read())).isEqualTo(kept.verdict());
  }

  @Test
  void someoneWhoWritesInBetweenIsNotOverlooked() throws Exception {
    Verdict others = verdict(false, "others");
    ForwardingRegisterStore raced =
        new ForwardingRegisterStore(store) {
          @Override
          public WriteResult create(RegisterKey key, String body) {
            store.overwrite(KEY, others.toJson());
            return super.create(key, body);
          }
        };

    KeptVerdict.Kept kept = kept(raced).keep(verdict(true, "own"), read());

    assertThat(kept.verdict()).isEqualTo(others);
  }

  @Test
  void sayWhyItCouldNotBeKept() throws Exception {
    KeptVerdict.Kept first = kept(store).keep(verdict(true, "1"), read());
    assertThat(first.notKept()).isNull();
    ForwardingRegisterStore readOnly =
        new ForwardingRegisterStore(store) {
          @Override
          public WriteResult replace(RegisterKey key, Version expected, String body) {
            return new WriteResult.NotApplied(StoreFailure.permanent("not allowed", null));
          }
        };

    KeptVerdict.Kept kept = kept(readOnly).keep(verdict(false, "2"), read());

    assertThat(kept.notKept()).isEqualTo(StoreFailure.permanent("not allowed", null));
    assertThat(kept.verdict()).isEqualTo(verdict(false, "2"));
  }

  @Test
  void whereNobodyKnowsWhatWasThereBeforeNothingCountsAsNewer() throws Exception {
    store.overwrite(KEY, verdict(false, "others").toJson());

    KeptVerdict.Kept kept =
        kept(store)
            .keep(
                verdict(true, "own"),
                new ReadResult.Unknown(StoreFailure.passing("no answer", null)));

    assertThat(kept.verdict().version()).isEqualTo("own");
    assertThat(KeptVerdict.of(read())).isEqualTo(kept.verdict());
  }

  @ParameterizedTest
  @CsvSource({"true, true", "false, false"})
  void aPassGoesOnForTheStoresThatPassedBefore(boolean passedBefore, boolean both)
      throws Exception {
    Verdict elsewhere =
        Verdict.parse(verdict(passedBefore, "1").toJson().replace(STORE, "localhost:9000/bucket"))
                instanceof Verdict.Reading.Readable readable
            ? readable.verdict()
            : verdict(false, "none");
    store.overwrite(KEY, elsewhere.toJson());

    Verdict kept = kept(store).keep(verdict(true, "2"), read()).verdict();

    assertThat(kept.version()).isEqualTo("2");
    assertThat(kept.stores())
        .isEqualTo(both ? List.of(STORE, "localhost:9000/bucket") : List.of(STORE));
    assertThat(KeptVerdict.of(read())).isEqualTo(kept);
  }

  @Test
  void aFaultOnAnotherStoreOutranksNothing() throws Exception {
    ReadResult before = read();
    store.overwrite(KEY, verdict(false, "1").toJson().replace(STORE, "localhost:9000/bucket"));

    assertThat(kept(store).keep(verdict(true, "2"), before).verdict().version()).isEqualTo("2");
  }

  @Test
  void aWriteThatIsRefusedForNoReasonIsNotPutDownToOthers() throws Exception {
    ForwardingRegisterStore refusing =
        new ForwardingRegisterStore(store) {
          @Override
          public WriteResult create(RegisterKey key, String body) {
            return new WriteResult.Conflict();
          }
        };

    StoreFailure failure = kept(refusing).keep(verdict(true, "1"), read()).notKept();

    assertThat(failure).isNotNull();
    assertThat(failure.message())
        .isEqualTo(
            "the store refused the write as if others had written meanwhile, and nobody had");
  }

  @Test
  void aStoreThatHangsIsNotWaitedFor() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    ForwardingRegisterStore hanging =
        new ForwardingRegisterStore(store) {
          @Override
          public ReadResult read(RegisterKey key) {
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException ended) {
              interrupted.countDown();
            }
            return super.read(key);
          }
        };

    assertThat(kept(hanging).read(Duration.ofMillis(50))).isInstanceOf(ReadResult.Unknown.class);
    assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
  }
}
