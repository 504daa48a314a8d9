package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockStatus;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.store.RegisterKey;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Several named locks that are taken, lost and given back together. */
interface NamedGroupContract extends Contract {

  private static LeaseGroup acquire(Party party, Duration wait, String... names)
      throws InterruptedException {
    return party.models().acquireNamed(List.of(names), party.within(wait), told -> {});
  }

  private static RegisterKey keyOf(String name) {
    return new RegisterKey("locks/named/" + name + ".lock");
  }

  @Test
  default void whoGetsOnlySomeOfThemInTimeGivesThoseBack() {
    play(
        (scenario, a, b) -> {
          LeaseGroup busy = acquire(b, Duration.ZERO, "b");
          assertThatThrownBy(() -> acquire(a, Duration.ofSeconds(5), "c", "b", "a"))
              .isInstanceOf(LockTimeoutException.class)
              .hasMessageContaining("lock \"b\"");
          a.process().sleep(Duration.ofSeconds(1));
          assertThat(scenario.body(a, keyOf("a"))).contains("\"released\"");
          assertThat(scenario.body(a, keyOf("c"))).isEmpty();
          busy.ensureHeld();
          busy.close();
        });
  }

  @Test
  default void whoLosesOneOfThemWaitsForTheNextNoLonger() {
    play(
        (scenario, a, b) -> {
          LeaseGroup busy = acquire(b, Duration.ZERO, "b");
          SimulatedProcess.Task waiting =
              a.process()
                  .start(
                      "waiting",
                      () ->
                          assertThatThrownBy(() -> acquire(a, Duration.ofMinutes(5), "a", "b"))
                              .isInstanceOfSatisfying(
                                  LockLostException.class,
                                  lost -> assertThat(lost.lockName()).isEqualTo("a")));
          b.process().sleep(Duration.ofSeconds(1));
          b.locks().forceRelease("a", OptionalLong.empty());
          // At the next renewal, and the next look at the other one.
          b.process().sleep(Duration.ofSeconds(11));
          assertThat(waiting.isDone()).isTrue();
          busy.close();
        });
  }

  @Test
  default void whatIsHeldAboveIsPassedThroughAsLongAsItIsHeld() {
    play(
        (scenario, a, b) -> {
          LeaseGroup above = acquire(a, Duration.ZERO, "a", "b");
          LeaseGroup child =
              b.models(above).acquireNamed(List.of("b", "c"), b.within(Duration.ZERO), told -> {});
          assertThat(child.leases()).hasSize(1);
          assertThat(child.tokens()).containsEntry("b", above.tokens().get("b"));
          child.close();
          above.ensureHeld();
          above.close();
          b.store().clearHistory();
          assertAncestorLost(
              () ->
                  b.models(above).acquireNamed(List.of("b"), b.within(Duration.ZERO), told -> {}));
          assertThat(b.store().history()).allMatch(request -> request.kind() == Kind.READ);
          assertThat(b.locks().list())
              .extracting(LockStatus::state)
              .containsOnly(LockStatus.State.FREE);
        });
  }
}
