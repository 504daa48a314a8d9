package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.Lease;
import dev.fen.lock.LockStatus;
import dev.fen.lock.LockStoreException;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.ReleaseResult;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** A record is not trusted: whatever stands in the register has a defined, bounded meaning. */
interface RecordContract extends Contract {

  private static String held(String fields) {
    return "{\"format\":1,\"state\":\"held\",\"token\":5,\"nonce\":\"n\"" + fields + "}";
  }

  @Test
  default void whatIsNoRecordCountsAsHeldForTheDefaultTtlAndIsThenTakenOver() {
    for (String body :
        List.of(
            " ",
            "rubbish",
            "{\"format\":1,",
            "[]",
            "{\"format\":1,\"state\":\"held\"" + "x".repeat(70_000))) {
      play(
          (scenario, a, b) -> {
            scenario.medium().overwrite(Scenario.KEY, body);
            LockTimeoutException timeout = a.failToAcquire(Duration.ZERO);
            assertThat(timeout).hasMessageContaining("the record cannot be read");
            assertThat(timeout.lastSeen().map(LockStatus::state))
                .hasValue(LockStatus.State.UNREADABLE);
            long start = scenario.simulation().nowNanos();
            Lease lease = a.acquire(Duration.ofMinutes(2));
            long waited = scenario.simulation().nowNanos() - start;
            assertThat(waited)
                .isBetween(Duration.ofSeconds(14).toNanos(), Duration.ofMillis(33_100).toNanos());
            assertThat(lease.token()).isGreaterThan(1_700_000_000_000L);
          });
    }
  }

  @Test
  default void anEmptyRecordIsUnreadable() {
    play(
        (scenario, a, b) -> {
          scenario.medium().overwrite(Scenario.KEY, "");
          assertThat(a.failToAcquire(Duration.ZERO)).hasMessageContaining("it is empty");
        });
  }

  @Test
  default void aRecordOfAnotherFormatIsLeftAlone() {
    play(
        (scenario, a, b) -> {
          String body = "{\"format\":2,\"state\":\"held\"}";
          scenario.medium().overwrite(Scenario.KEY, body);
          scenario.medium().age(Scenario.KEY, Duration.ofDays(1));
          assertThatThrownBy(() -> a.acquire(Duration.ofMinutes(5)))
              .isInstanceOf(LockStoreException.class)
              .hasMessageContaining("has format 2")
              .hasMessageContaining("newer Fen");
          assertThat(scenario.body(a)).isEqualTo(body);
        });
  }

  @Test
  default void hostileTtlsAreBounded() {
    for (String ttl : List.of("0", "-1", "\"x\"", "null")) {
      play(
          (scenario, a, b) -> {
            scenario.medium().overwrite(Scenario.KEY, held(",\"ttlMs\":" + ttl));
            long start = scenario.simulation().nowNanos();
            a.acquire(Duration.ofMinutes(2));
            assertThat(scenario.simulation().nowNanos() - start)
                .isBetween(Duration.ofSeconds(14).toNanos(), Duration.ofMillis(33_100).toNanos());
          });
    }
    play(
        (scenario, a, b) -> {
          scenario.medium().overwrite(Scenario.KEY, held(",\"ttlMs\":99999999999999999999"));
          a.store().showAge(() -> OptionalLong.of(7_201_999));
          assertThat(a.locks().tryAcquire(Scenario.LOCK)).isEmpty();
          a.store().showAge(() -> OptionalLong.of(7_202_000));
          assertThat(a.locks().tryAcquire(Scenario.LOCK)).isPresent();
        });
  }

  @Test
  default void whatARecordSaysIsPrintedWithoutControlCharacters() {
    play(
        (scenario, a, b) -> {
          scenario
              .medium()
              .overwrite(
                  Scenario.KEY,
                  held(
                      ",\"holder\":\"evil\\u001b[2J\\r\\n@host\",\"operation\":\"\\u0007beep\",\"link\":\"http://\\u202ex\""));
          LockTimeoutException timeout = a.failToAcquire(Duration.ZERO);
          String message = String.valueOf(timeout.getMessage());
          String firstLine = message.lines().findFirst().orElseThrow();
          assertThat(firstLine).contains("evil[2J@host").contains("\"beep\"").contains("http://x");
          assertThat(message.chars().filter(c -> c != '\n').noneMatch(Character::isISOControl))
              .isTrue();
        });
  }

  @Test
  default void aTokenThatCannotBeCountedUpIsNotCountedUp() {
    for (String token : List.of("99999999999999999", "-5", "\"x\"", "0.5", "null")) {
      play(
          (scenario, a, b) -> {
            scenario
                .medium()
                .overwrite(
                    Scenario.KEY,
                    "{\"format\":1,\"state\":\"released\",\"nonce\":\"n\",\"token\":"
                        + token
                        + "}");
            long now = a.store().mayForgetWrites() ? 0 : scenario.simulation().storeMillis();
            assertThat(a.acquire().token()).isBetween(Math.max(now, 1_700_000_000_000L), 1L << 53);
          });
    }
  }

  @Test
  default void aRestoredRecordDoesNotBringTokensBack() {
    play(
        (scenario, a, b) -> {
          Lease first = a.acquire();
          first.close();
          String old = scenario.body(a);
          Lease second = a.acquire();
          second.close();
          scenario.medium().overwrite(Scenario.KEY, old);
          assertThat(a.acquire(Duration.ofSeconds(10)).token()).isGreaterThan(second.token());
        });
  }

  @Test
  default void anUnreadableRecordCanBeFreedByForce() {
    play(
        (scenario, a, b) -> {
          scenario.medium().overwrite(Scenario.KEY, "rubbish");
          a.locks().forceRelease(Scenario.LOCK, OptionalLong.empty());
          b.acquire(Duration.ZERO).ensureHeld();
        });
  }

  @Test
  default void namesOfAllKindsAreLocksOfTheirOwn() {
    play(
        (scenario, a, b) -> {
          List<String> names =
              List.of(
                  "a",
                  "A",
                  "a/b",
                  "a/B",
                  "@acme/x",
                  "CON",
                  "aux.x",
                  "ü",
                  "u\u0308",
                  "鍵🔒",
                  "a b",
                  "x".repeat(300),
                  "...",
                  "a.lock",
                  "%41");
          for (String name : names) {
            assertThat(a.locks().tryAcquire(name)).as(name).isPresent();
          }
          assertThat(b.locks().list())
              .extracting(LockStatus::name)
              .containsExactlyInAnyOrderElementsOf(names);
          for (String name : names) {
            assertThat(b.locks().tryAcquire(name)).as(name).isEmpty();
          }
        });
  }

  @Test
  default void aDeeplyNestedRecordIsUnreadableAndHarmless() {
    play(
        (scenario, a, b) -> {
          scenario.medium().overwrite(Scenario.KEY, "{\"format\":1,\"x\":" + "[".repeat(60_000));
          assertThat(a.failToAcquire(Duration.ZERO)).hasMessageContaining("nested too deeply");
          scenario
              .medium()
              .overwrite(
                  Scenario.KEY,
                  "{\"format\":1,\"state\":\"held\",\"x\":"
                      + "[".repeat(20)
                      + "]".repeat(20)
                      + "}");
          assertThat(a.failToAcquire(Duration.ZERO)).hasMessageContaining("nested too deeply");
        });
  }

  @Test
  default void errorsAndWarningsOfTheHolderPrintNoControlCharactersEither() {
    String hostile = held(",\"holder\":\"evil\\u001b[2J\\u0007@host\",\"operation\":\"\\u009b1m\"");
    play(
        (scenario, a, b) -> {
          Lease lease = a.acquire();
          scenario.medium().overwrite(Scenario.KEY, hostile);
          a.process().sleep(Duration.ofSeconds(11));
          assertThatThrownBy(lease::ensureHeld)
              .hasMessageContaining("evil[2J@host")
              .satisfies(
                  thrown ->
                      assertThat(String.valueOf(thrown.getMessage()).chars())
                          .noneMatch(Character::isISOControl));
          scenario.medium().remove(Scenario.KEY);
          try (Warnings warnings = Warnings.capture()) {
            Lease next = b.acquire();
            scenario.medium().overwrite(Scenario.KEY, hostile);
            next.close();
            assertThat(warnings.messages()).hasSize(1);
            assertThat(warnings.messages().get(0).chars()).noneMatch(Character::isISOControl);
          }
        });
  }

  @Test
  default void aRecordThatIsOnlyTooLongIsUnreadableToo() {
    play(
        (scenario, a, b) -> {
          scenario.medium().overwrite(Scenario.KEY, held("") + " ".repeat(70_000));
          assertThat(a.failToAcquire(Duration.ZERO)).hasMessageContaining("longer than 64 KiB");
        });
  }

  @Test
  default void aRecordOfAnotherFormatIsNeverStale() {
    play(
        (scenario, a, b) -> {
          scenario.medium().overwrite(Scenario.KEY, "{\"format\":2,\"state\":\"held\"}");
          scenario.medium().age(Scenario.KEY, Duration.ofDays(1));
          assertThat(a.locks().inspect(Scenario.LOCK).state())
              .isEqualTo(LockStatus.State.UNREADABLE);
          assertThat(a.locks().releaseIfStale(Scenario.LOCK, OptionalLong.empty()).outcome())
              .isEqualTo(ReleaseResult.Outcome.NOT_STALE);
        });
  }
}
