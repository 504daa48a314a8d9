package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.lock.Lease;
import dev.fen.lock.LockOptions;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.platform.ProcessMark;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.FaultyRegisterStore.Request;
import dev.fen.testkit.Scenario.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** Every wait ends when it was to end, whatever keeps the waiter from the lock. */
interface WaitContract extends Contract {

  private static boolean isWrite(Request request) {
    return request.kind() == Kind.CREATE || request.kind() == Kind.REPLACE;
  }

  /** A dead holder on another machine, whose record has been stale for long. */
  private static void leaveAStaleRecord(Scenario scenario, Party waiter)
      throws InterruptedException {
    Party holder = scenario.newParty();
    holder.process().markAs(new ProcessMark("other", 4711, "boot-2/1,1/77"));
    holder.acquire();
    holder.process().crash();
    waiter.store().showAge(() -> OptionalLong.of(3_600_000));
  }

  /** Each leads through other branches of the algorithm; none lets the first party have it. */
  private static Map<String, Play> obstacles() {
    Map<String, Play> all = new LinkedHashMap<>();
    all.put("a live holder", (scenario, a, b) -> b.acquire());
    all.put("a lease of the same service", (scenario, a, b) -> a.acquire());
    all.put(
        "a record that cannot be read",
        (scenario, a, b) -> {
          scenario.medium().overwrite(Scenario.KEY, "rubbish");
          a.store().showAge(() -> OptionalLong.of(0));
          b.process()
              .start(
                  "scribbler",
                  () -> {
                    for (int i = 0; true; i++) {
                      b.process().sleep(Duration.ofSeconds(10));
                      scenario.medium().overwrite(Scenario.KEY, "rubbish " + i);
                    }
                  });
        });
    all.put(
        "reads without an answer",
        (scenario, a, b) -> a.store().always(r -> r.kind() == Kind.READ, Fate.LOST));
    for (Fate fate :
        List.of(Fate.NOT_APPLIED, Fate.LOST, Fate.ANSWER_LOST, Fate.LATE, Fate.CONFLICT)) {
      all.put(
          "a free lock, but writes end as " + fate,
          (scenario, a, b) -> a.store().always(WaitContract::isWrite, fate));
      all.put(
          "a stale lock, but writes end as " + fate,
          (scenario, a, b) -> {
            leaveAStaleRecord(scenario, a);
            a.store().always(WaitContract::isWrite, fate);
          });
    }
    all.put(
        "a free lock that somebody else changes before every write",
        (scenario, a, b) -> {
          int[] count = {0};
          Predicate<Request> meddle =
              request -> {
                if (isWrite(request)) {
                  scenario
                      .medium()
                      .overwrite(
                          Scenario.KEY,
                          "{\"format\":1,\"state\":\"released\",\"token\":5,\"nonce\":\"x"
                              + count[0]++
                              + "\"}");
                }
                return false;
              };
          a.store().always(meddle, Fate.DONE);
        });
    return all;
  }

  @Test
  default void theDeadlineCoversEveryBranchAndNoPauseOvershootsIt() {
    for (Map.Entry<String, Play> obstacle : obstacles().entrySet()) {
      for (long millis : List.of(0L, 1L, 150L, 3_000L, 25_000L)) {
        Duration wait = Duration.ofMillis(millis);
        play(
            (scenario, a, b) -> {
              obstacle.getValue().run(scenario, a, b);
              long start = scenario.simulation().nowNanos();
              LockTimeoutException timeout = a.failToAcquire(wait);
              assertThat(timeout).as(obstacle.getKey()).isNotNull();
              assertThat(scenario.simulation().nowNanos() - start)
                  .as(obstacle.getKey())
                  .isEqualTo(wait.toNanos());
              assertThat(timeout.waited()).isEqualTo(wait);
            });
      }
    }
  }

  @Test
  default void onASlowStoreNothingIsSentAfterTheDeadline() {
    Duration call = Duration.ofMillis(700);
    for (Map.Entry<String, Play> obstacle : obstacles().entrySet()) {
      for (long millis : List.of(3_000L, 10_100L, 20_300L)) {
        play(
            (scenario, a, b) -> {
              obstacle.getValue().run(scenario, a, b);
              a.store().slow(call);
              a.store().clearHistory();
              long deadline =
                  scenario.simulation().nowNanos() + Duration.ofMillis(millis).toNanos();
              LockTimeoutException timeout = a.failToAcquire(Duration.ofMillis(millis));
              assertThat(timeout).as(obstacle.getKey()).isNotNull();
              assertThat(scenario.simulation().nowNanos())
                  .as(obstacle.getKey())
                  .isBetween(deadline, deadline + call.toNanos());
              assertThat(a.store().history())
                  .as(obstacle.getKey())
                  .allMatch(request -> request.atNanos() < deadline);
            });
      }
    }
  }

  @Test
  default void aLockThatComesFreeWhenTheTimeIsOverIsLeftToOthers() {
    play(
        (scenario, a, b) -> {
          Lease held = b.acquire();
          a.store().slow(Duration.ofSeconds(1));
          b.process()
              .start(
                  "releaser",
                  () -> {
                    b.process().sleep(Duration.ofMillis(2_800));
                    held.close();
                  });
          LockTimeoutException timeout = a.failToAcquire(Duration.ofMillis(2_900));
          assertThat(timeout).isNotNull();
          assertThat(a.store().count(Kind.REPLACE)).isZero();
        });
  }

  @Test
  default void everyPauseAfterAFailureIsBetweenAFifthOfASecondAndFiveSeconds() {
    for (Fate fate : List.of(Fate.NOT_APPLIED, Fate.LOST, Fate.CONFLICT)) {
      for (Kind kind : List.of(Kind.READ, Kind.CREATE)) {
        play(
            (scenario, a, b) -> {
              a.store().always(request -> request.kind() == kind, fate);
              a.failToAcquire(Duration.ofSeconds(60));
              List<Request> failed =
                  a.store().history().stream()
                      .filter(r -> kind == Kind.READ ? r.kind() == Kind.READ : isWrite(r))
                      .toList();
              for (int i = 1; i + 1 < failed.size(); i++) {
                assertThat(failed.get(i).atNanos() - failed.get(i - 1).atNanos())
                    .isBetween(200_000_000L, 5_000_000_000L);
              }
              assertThat(a.store().history()).hasSizeLessThan(60);
            });
      }
    }
  }

  @Test
  default void aWaiterInTheQueueThatGivesUpHoldsUpNobody() {
    play(
        (scenario, a, b) -> {
          Lease held = a.acquire();
          List<String> order = new ArrayList<>();
          List<SimulatedProcess.Task> tasks = new ArrayList<>();
          for (String name : List.of("quits", "quitter", "interrupted", "quits too", "last")) {
            Duration wait = Duration.ofSeconds(name.startsWith("quit") ? 3 : 60);
            tasks.add(
                b.process()
                    .start(
                        name,
                        () -> {
                          try (Lease lease = b.acquire(wait)) {
                            order.add(name + " got it");
                            lease.ensureHeld();
                          } catch (LockTimeoutException timeout) {
                            order.add(name + " timed out");
                          } catch (InterruptedException interrupted) {
                            order.add(name + " was interrupted");
                          }
                        }));
            b.process().sleep(Duration.ofMillis(1));
          }
          a.process().sleep(Duration.ofSeconds(5));
          tasks.get(2).interrupt();
          a.process().sleep(Duration.ofSeconds(5));
          held.close();
          for (SimulatedProcess.Task task : tasks) {
            task.join();
          }
          assertThat(order)
              .containsExactly(
                  "quits timed out",
                  "quitter timed out",
                  "quits too timed out",
                  "interrupted was interrupted",
                  "last got it");
          // Each that gave up at the head of the queue handed the place on.
          assertThat(scenario.simulation().nowNanos())
              .isLessThan(Duration.ofMillis(10_700).toNanos());
        });
  }

  @Test
  default void aWaitThatBeganBeforeTheCallEndsWhenAllOfItIsOver() {
    playOnce(
        (scenario, a, b) -> {
          a.acquire();
          LockOptions options =
              b.locks()
                  .defaults()
                  .withMaxWait(Duration.ofSeconds(70))
                  .withWaited(Duration.ofSeconds(50));
          long beginNanos = b.process().nanoTime();
          assertThatThrownBy(() -> b.locks().acquire(Scenario.LOCK, options))
              .isInstanceOfSatisfying(
                  LockTimeoutException.class,
                  timeout -> {
                    assertThat(timeout.waited()).isGreaterThanOrEqualTo(Duration.ofSeconds(70));
                    assertThat(timeout).hasMessageContaining("was not to be had within 70 s");
                    assertThat(timeout).hasMessageContaining("to wait longer: --wait 140s");
                  });
          assertThat(b.process().nanoTime() - beginNanos)
              .isBetween(TimeUnit.SECONDS.toNanos(20), TimeUnit.SECONDS.toNanos(21));
        });
  }

  @Test
  default void whoWaitsIsToldForWhomAndAgainWhenTheHolderChanges() {
    play(
        (scenario, a, b) -> {
          Party waiter = scenario.newParty();
          Lease first = a.acquire();
          List<String> told = new ArrayList<>();
          SimulatedProcess.Task task =
              waiter
                  .process()
                  .start(
                      "waiter",
                      () ->
                          waiter
                              .locks()
                              .acquire(
                                  Scenario.LOCK,
                                  waiter.locks().defaults(),
                                  status -> told.add(String.valueOf(status.holder())))
                              .close());
          a.process().sleep(Duration.ofSeconds(25));
          waiter.process().stop(Duration.ofSeconds(1));
          first.close();
          Lease second = b.acquire(Duration.ZERO);
          a.process().sleep(Duration.ofSeconds(5));
          second.close();
          task.join();
          assertThat(told).hasSize(2);
          assertThat(told.get(0)).startsWith("p0@host");
          assertThat(told.get(1)).startsWith("p1@host");
        });
  }

  @Test
  default void aWaitAfterWhichADeadHolderCannotBeToldSaysHowLongItMustBe() {
    play(
        (scenario, a, b) -> {
          b.process().markAs(new ProcessMark("other", 4711, "boot-2/1,1/77"));
          b.acquire();
          b.process().crash();
          LockTimeoutException timeout =
              Assertions.catchThrowableOfType(
                  LockTimeoutException.class, () -> a.acquire(Duration.ofSeconds(1)));
          String message = String.valueOf(timeout.getMessage());
          assertThat(message).contains("to tell a dead holder from a live one takes ");
          int at = message.indexOf("live one takes ") + "live one takes ".length();
          long seconds = Long.parseLong(message.substring(at, message.indexOf(' ', at)));
          Party later = scenario.newParty();
          assertThat(later.acquire(Duration.ofSeconds(seconds))).isNotNull();
        });
  }
}
