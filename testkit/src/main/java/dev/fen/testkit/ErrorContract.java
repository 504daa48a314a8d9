package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.Lease;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.platform.ProcessMark;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What errors and warnings say: somebody at three in the morning reads them. */
interface ErrorContract extends Contract {

  @Test
  default void aTimeOutSaysWhoAndWhatAndSinceWhenAndWhereAndWhatToDoInThisOrder() {
    play(
        (scenario, a, b) -> {
          b.process().markAs(new ProcessMark("runner-7", 812, "boot-7/1,1/5"));
          Lease lease =
              b.locks()
                  .acquire(
                      Scenario.LOCK,
                      b.locks()
                          .defaults()
                          .withOperation("terraform")
                          .withLink("https://ci.example/runs/123"));
          a.process().sleep(Duration.ofSeconds(4));
          LockTimeoutException timeout = a.failToAcquire(Duration.ofSeconds(2));
          assertThat(timeout.getMessage())
              .containsSubsequence(
                  "lock \"demo\" was not to be had within 2 s",
                  "held by p1@runner-7 (pid 812)",
                  "who is alive (renewed ",
                  "\"terraform\" since ",
                  " UTC",
                  "https://ci.example/runs/123",
                  "in " + a.store().location(),
                  "to wait longer: --wait ",
                  "to tell a dead holder from a live one takes ",
                  "fen lock release demo --force --token " + lease.token() + " --datastore ");
          assertThat(timeout.token()).hasValue(lease.token());
          assertThat(timeout.waited()).isEqualTo(Duration.ofSeconds(2));
          assertThat(timeout.holder())
              .hasValueSatisfying(holder -> assertThat(holder.pid()).isEqualTo(812));
          assertThat(timeout.age()).isPresent();
        });
  }

  @Test
  default void aHolderThatMayBeDeadIsCalledThat() {
    play(
        (scenario, a, b) -> {
          b.process().markAs(new ProcessMark("runner-7", 812, "boot-7/1,1/5"));
          b.acquire();
          b.process().crash();
          scenario.medium().age(Scenario.KEY, Duration.ofSeconds(25));
          assertThat(a.failToAcquire(Duration.ofSeconds(1)))
              .hasMessageContaining("who may be dead (renewed 2")
              .hasMessageContaining("ttl 30 s");
        });
  }

  @Test
  default void aWaitThatIsLongEnoughIsNotCalledTooShort() {
    play(
        (scenario, a, b) -> {
          Lease lease = b.acquire();
          assertThat(a.failToAcquire(Duration.ofSeconds(60)).getMessage())
              .contains("to wait longer: --wait 2m")
              .doesNotContain("to tell a dead holder");
          lease.ensureHeld();
        });
  }

  @Test
  default void aReleaseThatFailsIsWarnedAboutWithKeyHolderAndCause() {
    play(
        (scenario, a, b) -> {
          try (Warnings warnings = Warnings.capture()) {
            Lease lease = a.acquire();
            a.store().always(request -> true, Fate.LOST);
            lease.close();
            List<String> messages = warnings.messages();
            assertThat(messages).hasSize(1);
            assertThat(messages.get(0))
                .contains(
                    "Lock \"demo\"",
                    "could not be given back: planted",
                    "Holder p0@host",
                    "token " + lease.token());
          }
        });
  }

  @Test
  default void aReleaseThatFindsTheLockTakenIsWarnedAbout() {
    play(
        (scenario, a, b) -> {
          try (Warnings warnings = Warnings.capture()) {
            Lease lease = a.acquire();
            scenario
                .medium()
                .overwrite(
                    Scenario.KEY,
                    "{\"format\":1,\"state\":\"held\",\"token\":9,\"nonce\":\"x\",\"holder\":\"eve@elsewhere\"}");
            lease.close();
            assertThat(warnings.messages()).hasSize(1);
            assertThat(warnings.messages().get(0))
                .contains("was no longer ours", "taken over by eve@elsewhere");
          }
        });
  }

  @Test
  default void whatGoesWellIsNotWarnedAbout() {
    play(
        (scenario, a, b) -> {
          try (Warnings warnings = Warnings.capture()) {
            Lease lease = a.acquire();
            a.process().sleep(Duration.ofMinutes(2));
            lease.close();
            Lease removed = b.acquire();
            scenario.medium().remove(Scenario.KEY);
            removed.close();
            assertThat(warnings.messages()).isEmpty();
          }
        });
  }
}
