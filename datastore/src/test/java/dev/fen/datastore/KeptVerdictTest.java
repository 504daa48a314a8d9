package dev.fen.datastore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.datastore.verify.Check;
import dev.fen.datastore.verify.Verdict;
import dev.fen.lock.store.MemoryRegisterStore;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.testkit.ForwardingRegisterStore;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeptVerdictTest {

  private static final RegisterKey KEY = new RegisterKey("fen-store.json");

  private final MemoryRegisterStore store = new MemoryRegisterStore(System::currentTimeMillis);

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
        List.of());
  }

  @Test
  void isReadAsItWasKept() {
    Verdict verdict = verdict(true, "1");

    assertThat(KeptVerdict.keep(store, verdict, KeptVerdict.read(store)).notKept()).isNull();
    assertThat(KeptVerdict.of(KeptVerdict.read(store))).isEqualTo(verdict);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "rubbish", "{\"format\":2}"})
  void whatIsNoVerdictIsReplaced(String rubbish) {
    store.overwrite(KEY, rubbish);
    assertThat(KeptVerdict.of(KeptVerdict.read(store))).isNull();

    KeptVerdict.Kept kept = KeptVerdict.keep(store, verdict(true, "1"), KeptVerdict.read(store));

    assertThat(kept.notKept()).isNull();
    assertThat(KeptVerdict.of(KeptVerdict.read(store))).isEqualTo(verdict(true, "1"));
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
      boolean meanwhile, boolean ownPassed, boolean othersPassed, String inForce) {
    Verdict own = verdict(ownPassed, "own");
    Verdict others = verdict(othersPassed, "others");
    ReadResult before = KeptVerdict.read(store);
    store.overwrite(KEY, others.toJson());
    if (!meanwhile) {
      before = KeptVerdict.read(store);
    }

    KeptVerdict.Kept kept = KeptVerdict.keep(store, own, before);

    assertThat(kept.verdict().version()).isEqualTo(inForce);
    assertThat(KeptVerdict.of(KeptVerdict.read(store))).isEqualTo(kept.verdict());
  }

  @Test
  void someoneWhoWritesInBetweenIsNotOverlooked() {
    Verdict others = verdict(false, "others");
    ForwardingRegisterStore raced =
        new ForwardingRegisterStore(store) {
          @Override
          public WriteResult create(RegisterKey key, String body) {
            store.overwrite(KEY, others.toJson());
            return super.create(key, body);
          }
        };

    KeptVerdict.Kept kept = KeptVerdict.keep(raced, verdict(true, "own"), KeptVerdict.read(store));

    assertThat(kept.verdict()).isEqualTo(others);
  }

  @Test
  void sayWhyItCouldNotBeKept() {
    KeptVerdict.Kept first = KeptVerdict.keep(store, verdict(true, "1"), KeptVerdict.read(store));
    assertThat(first.notKept()).isNull();
    ForwardingRegisterStore readOnly =
        new ForwardingRegisterStore(store) {
          @Override
          public WriteResult replace(RegisterKey key, Version expected, String body) {
            return new WriteResult.NotApplied(StoreFailure.permanent("not allowed", null));
          }
        };

    KeptVerdict.Kept kept =
        KeptVerdict.keep(readOnly, verdict(false, "2"), KeptVerdict.read(store));

    assertThat(kept.notKept()).isEqualTo(StoreFailure.permanent("not allowed", null));
    assertThat(kept.verdict()).isEqualTo(verdict(false, "2"));
  }
}
