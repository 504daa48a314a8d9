package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.LeaseGroup;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockService;
import dev.fen.lock.LockStatus;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.ModelLocks;
import dev.fen.lock.Namespace;
import dev.fen.lock.ReleasedVersions;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Processes that call the store of those above them otherwise, and copies of a store. */
interface OtherNameContract extends Contract {

  @Test
  default void aServiceThatIsClosedWaitsForNothingThatIsHeldAbove() {
    for (boolean otherName : List.of(true, false)) {
      play(
          (scenario, a, b) -> {
            LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a");
            LockService locks = otherName ? otherwise(b.store(), "", b) : b.locks();
            b.store().always(request -> request.key().contains("t/a"), Fate.LOST);
            SimulatedProcess.Task child =
                b.process()
                    .start(
                        "child",
                        () ->
                            assertThatThrownBy(
                                    () -> under(held, locks).acquireModels(List.of("t/a")))
                                .isInstanceOf(IllegalStateException.class));
            a.process().sleep(Duration.ofSeconds(3));
            locks.close();
            a.process().sleep(Duration.ofSeconds(6));
            assertThat(child.isDone()).isTrue();
          });
    }
  }

  /**
   * Locks on models as a process has them that was started under locks and calls them by a name of
   * its own.
   */
  private static ModelLocks under(LeaseGroup held, LockService locks) {
    return locks.models(held.claims(), ReleasedVersions.inMemory());
  }

  /** A service on a store that shows itself otherwise, and knows no other name of itself. */
  private static LockService otherwise(RegisterStore store, String folder, Party party) {
    return new LockService(
        new ForwardingRegisterStore(store) {
          private RegisterKey below(RegisterKey key) {
            return new RegisterKey(folder + key.path());
          }

          @Override
          public String location() {
            return "another name of it";
          }

          @Override
          public boolean isAlso(String location) {
            return false;
          }

          @Override
          public ReadResult read(RegisterKey key) {
            return super.read(below(key));
          }

          @Override
          public ReadResult readAgain(RegisterKey key, ReadResult.Present last) {
            return super.readAgain(below(key), last);
          }

          @Override
          public WriteResult create(RegisterKey key, String body) {
            return super.create(below(key), body);
          }

          @Override
          public WriteResult replace(RegisterKey key, Version expected, String body) {
            return super.replace(below(key), expected, body);
          }

          @Override
          public Watch watch(RegisterKey key, Runnable onChange) {
            return super.watch(below(key), onChange);
          }
        },
        party.within(Duration.ofSeconds(60)),
        party.process());
  }

  @Test
  default void whereTheStoreDoesNotKnowItsOtherNameTheNextRenewalOfTheParentTells() {
    play(
        (scenario, a, b) -> {
          LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a", "t/b");
          List<LockStatus> told = new ArrayList<>();
          long start = scenario.simulation().nowNanos();
          LeaseGroup child =
              under(held, otherwise(b.store(), "", b))
                  .acquireModels(List.of("t/a", "t/b"), b.locks().defaults(), told::add);
          assertThat(child.leases()).isEmpty();
          assertThat(scenario.simulation().nowNanos() - start)
              .isBetween(Duration.ofSeconds(9).toNanos(), Duration.ofSeconds(11).toNanos());
          assertThat(told).hasSize(1);
          assertThat(told.get(0).problem()).contains("which is called", "its next renewal tells");
          child.close();
          assertThatThrownBy(
                  () ->
                      under(held, otherwise(b.store(), "", b))
                          .acquireModels(
                              List.of("t/a"), b.within(Duration.ofSeconds(2)), status -> {}))
              .isInstanceOf(LockTimeoutException.class)
              .hasMessageContaining("name the datastore and its namespace alike in both");
        });
  }

  @Test
  default void whicheverLockAboveIsRenewedMostOftenTells() {
    playOnce(
        (scenario, a, b) -> {
          LeaseGroup slow = a.acquireModels(Duration.ZERO, "t/a");
          LeaseGroup held =
              b.models(slow)
                  .acquireModels(
                      List.of("t/b"),
                      b.within(Duration.ZERO).withTtl(Duration.ofSeconds(3)),
                      told -> {});
          Party c = scenario.newParty();
          long start = scenario.simulation().nowNanos();
          LeaseGroup child =
              under(held, otherwise(c.store(), "", c)).acquireModels(List.of("t/a", "t/b"));
          assertThat(child.leases()).isEmpty();
          assertThat(scenario.simulation().nowNanos() - start)
              .isLessThan(Duration.ofSeconds(2).toNanos());
        });
  }

  @Test
  default void aNamespaceOfAParentMayBeTheFolderOfItsChild() {
    play(
        (scenario, a, b) -> {
          LockService team =
              new LockService(a.store(), new Namespace("team"), a.locks().defaults(), a.process());
          LeaseGroup held = team.models().acquireModels(List.of("t/a"));
          LeaseGroup child =
              under(held, otherwise(b.store(), "team/", b)).acquireModels(List.of("t/a", "t/b"));
          assertThat(child.tokens()).containsEntry("t/a", held.tokens().get("t/a"));
          assertThat(child.leases()).hasSize(1);
          child.close();
          held.close();
        });
  }

  @Test
  default void aLockOfTheSameNameInAnotherNamespaceIsNotLookedAt() {
    playOnce(
        (scenario, a, b) -> {
          LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a");
          LockService team =
              new LockService(b.store(), new Namespace("team"), b.locks().defaults(), b.process());
          LeaseGroup child = under(held, team).acquireModels(List.of("t/a"));
          assertThat(child.leases()).hasSize(1);
          assertThat(b.store().history()).hasSize(3);
          child.close();
        });
  }

  @Test
  default void whatAParentHoldsIsNotPassedThroughInACopyOfItsStore() {
    play(
        (scenario, a, b) -> {
          LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a", "t/b");
          try (Medium copy = newMedium(scenario.simulation())) {
            for (String model : List.of("t/a", "t/b")) {
              copy.overwrite(Scenario.keyOf(model), scenario.body(a, Scenario.keyOf(model)));
            }
            LeaseGroup child =
                under(held, otherwise(copy.open(b.process()), "", b)).acquireModels(List.of("t/a"));
            assertThat(child.leases()).hasSize(1);
            assertThat(child.tokens().get("t/a")).isGreaterThan(held.tokens().get("t/a"));
            child.close();
          }
          held.ensureHeld();
        });
  }

  @Test
  default void whicheverOfAParentsLocksStillBearsItsNonceTellsTheStore() {
    play(
        (scenario, a, b) -> {
          LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a", "t/b");
          b.models().forceRelease("t/a", OptionalLong.empty());
          int[] failures = {0};
          b.store().always(request -> failures[0]++ < 2, Fate.LOST);
          // The parent has not noticed yet, and renews the other one.
          scenario.medium().remove(Scenario.keyOf("t/a"));
          LockService other = otherwise(b.store(), "", b);
          SimulatedProcess.Task child =
              b.process()
                  .start(
                      "child",
                      () ->
                          assertThatThrownBy(() -> under(held, other).acquireModels(List.of("t/a")))
                              .isInstanceOf(LockLostException.class));
          child.join();
        });
  }

  @Test
  default void aChildThatComesToTheStoreByAnotherPathIsOfItsParentAllTheSame() {
    play(
        (scenario, a, b) -> {
          LeaseGroup held = a.acquireModels(Duration.ZERO, "t/a");
          LockService elsewhere =
              new LockService(
                  new ForwardingRegisterStore(b.store()) {
                    @Override
                    public String location() {
                      return "another path to it";
                    }
                  },
                  b.within(Duration.ofSeconds(5)),
                  b.process());
          LeaseGroup child = under(held, elsewhere).acquireModels(List.of("t/a", "t/b"));
          assertThat(child.tokens()).containsKeys("t/a", "t/b");
          assertThat(child.leases()).hasSize(1);
          child.close();
          held.close();
          assertThatThrownBy(() -> under(held, elsewhere).acquireModels(List.of("t/a")))
              .isInstanceOf(LockLostException.class);
          // Where the store does not know its other name, nothing tells it from somebody else's.
          assertThat(
                  under(held, otherwise(b.store(), "", b)).acquireModels(List.of("t/a")).leases())
              .hasSize(1);
        });
  }
}
