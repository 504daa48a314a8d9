package dev.fen.verify.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("jdk-independent")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class JudgeTest {

  private static final String LOCK = Wish.ALL.get(0);
  private static final String MODEL = Wish.MODELS.get(0);

  private static final Witness BELIEVES = work -> CompletableFuture.completedFuture(true);
  private static final Witness KNOWS = work -> CompletableFuture.completedFuture(false);

  private final Findings findings = new Findings();
  private long now;
  private final Judge judge = new Judge(findings, () -> now);
  private int works;

  private Work work(Witness witness, Map<String, Long> tokens) {
    Work work = new Work("w." + ++works, witness, new TreeMap<>(tokens));
    judge.announce(work).join();
    return work;
  }

  @Test
  void twoThatBelieveInOneLockAreFound() {
    work(BELIEVES, Map.of(LOCK, 1L));
    work(BELIEVES, Map.of(LOCK, 2L));

    assertThat(findings.violations()).hasSize(1);
  }

  @Test
  void oneThatKnowsOfItsLossMayBeOvertaken() {
    work(KNOWS, Map.of(LOCK, 1L));
    work(BELIEVES, Map.of(LOCK, 2L));

    assertThat(findings.violations()).isEmpty();
    assertThat(findings.figure("takeovers")).isEqualTo(1);
  }

  @Test
  void oneThatHasEndedIsNotAsked() {
    Work first = work(BELIEVES, Map.of(LOCK, 1L));
    judge.ended(first.id());
    work(BELIEVES, Map.of(LOCK, 2L));

    assertThat(findings.violations()).isEmpty();
    assertThat(findings.figure("takeovers")).isZero();
  }

  @Test
  void theGlobalLockExcludesModelsButNoNamedLock() {
    work(BELIEVES, Map.of(LOCK, 1L));
    work(BELIEVES, Map.of(Wish.GLOBAL, 1L));
    assertThat(findings.violations()).isEmpty();

    work(BELIEVES, Map.of(MODEL, 1L));
    assertThat(findings.violations()).hasSize(1);
  }

  @Test
  void oneThatWokeUpTooLateIsNotBlamedWhenItKnows() {
    Work newer = work(BELIEVES, Map.of(LOCK, 2L));
    judge.ended(newer.id());
    work(KNOWS, Map.of(LOCK, 1L));
    assertThat(findings.violations()).isEmpty();

    work(BELIEVES, Map.of(LOCK, 0L));
    assertThat(findings.violations()).hasSize(1);
  }

  @Test
  void aStoppedOneHoldsUpNobodyAndIsJudgedWhenItAnswers() {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    work(asked -> answer, Map.of(LOCK, 1L));
    work(BELIEVES, Map.of(LOCK, 2L));
    assertThat(findings.violations()).isEmpty();

    answer.complete(true);
    assertThat(findings.violations()).hasSize(1);
  }

  @Test
  void anOverlapAfterAForceReleaseIsCountedOnly() {
    work(BELIEVES, Map.of(LOCK, 1L));
    judge.forced(LOCK, 1);
    work(BELIEVES, Map.of(LOCK, 2L));

    assertThat(findings.violations()).isEmpty();
    assertThat(findings.figure("overlaps after a force release")).isEqualTo(1);
  }

  @Test
  void aForceReleaseExcusesForATtlAndSomeTime() {
    work(BELIEVES, Map.of(LOCK, 1L));
    judge.forced(LOCK, 1);
    judge.freed(LOCK, 1);
    now = Duration.ofMillis(4_499).toNanos();
    work(BELIEVES, Map.of(LOCK, 2L));
    assertThat(findings.violations()).isEmpty();

    judge.forced(LOCK, 2);
    judge.freed(LOCK, 2);
    now += Duration.ofMillis(4_501).toNanos();
    work(BELIEVES, Map.of(LOCK, 3L));
    assertThat(findings.violations()).hasSize(2);
  }

  @Test
  void aForceReleaseOfOneLockExcusesNoOther() {
    work(BELIEVES, Map.of(MODEL, 1L, Wish.MODELS.get(1), 1L));
    judge.forced(MODEL, 1);
    work(BELIEVES, Map.of(Wish.MODELS.get(1), 2L));

    assertThat(findings.violations()).hasSize(1);
  }

  @Test
  void aTokenIsGivenOnce() {
    Work first = work(KNOWS, Map.of(LOCK, 1L));
    judge.ended(first.id());
    work(BELIEVES, Map.of(LOCK, 1L));

    assertThat(findings.violations()).hasSize(1);
  }

  @Test
  void aLostFencedUpdateIsFound() {
    assertThat(judge.touch(LOCK, 2)).isTrue();
    assertThat(judge.touch(LOCK, 1)).isFalse();
    assertThat(judge.write("w", LOCK, 1, 1)).isFalse();
    assertThat(judge.write("w", LOCK, 2, 1)).isTrue();
    assertThat(findings.violations()).isEmpty();

    assertThat(judge.write("w", LOCK, 3, 1)).isTrue();
    assertThat(findings.violations()).hasSize(1);
  }

  @Test
  void aHolderThatIsRefusedAndBelievesIsFound() {
    Work work = work(BELIEVES, Map.of(LOCK, 1L));
    judge.superseded(work.id(), LOCK, 1);

    assertThat(findings.violations()).hasSize(1);
  }

  @Test
  void aLostUnfencedUpdateIsFoundUnlessOneOfTheTwoWasLate() {
    wrote(LOCK, "a.1/1", "-", "-", 10);
    wrote(LOCK, "a.1/2", "a.1/1", "-", 10);
    wrote(LOCK, "b.1/1", "a.1/1", "-", 5_000);
    wrote(MODEL, "a.2/1", "-", "-", 10);
    wrote(MODEL, "b.2/1", "-", "-", 10);
    judge.countLosses();

    assertThat(findings.figure("lost unfenced updates")).isEqualTo(2);
    assertThat(findings.violations()).hasSize(1).allMatch(text -> text.contains(MODEL));
  }

  @Test
  void aLossBesideAKilledUpdateIsFoundThroughTheOneAfterIt() {
    wrote(LOCK, "a.1/1", "-", "-", 10);
    wrote(LOCK, "a.1/2", "a.1/1", "-", 10);
    // b wrote b.1/1 on a.1/1 and was killed before it said so; c found it.
    wrote(LOCK, "c.1/1", "b.1/1", "a.1/1", 10);
    judge.countLosses();

    assertThat(findings.violations()).hasSize(1);
  }

  private void wrote(String resource, String name, String parent, String before, long millis) {
    judge.wrote(resource, new UnfencedCounter.Update(name, parent, before), millis);
  }

  @Test
  void anAcquireCallThatDoesNotEndIsFound() {
    Asking asking = new Asking(findings, () -> now);
    asking.asks("w", "w.1", 2_000, 1_000);
    asking.asks("v", "v.1", 5_000, 10_000);
    now = TimeUnit.SECONDS.toNanos(8);
    asking.check();
    assertThat(findings.violations()).isEmpty();

    now += TimeUnit.MILLISECONDS.toNanos(1);
    asking.check();
    assertThat(findings.violations()).singleElement().asString().contains("w.1");
  }

  @Test
  void theTimeInWhichAWorkerWasStoppedIsNotCounted() {
    Asking asking = new Asking(findings, () -> now);
    asking.asks("w", "w.1", 2_000, 1_000);
    asking.stopped("w");
    now = TimeUnit.MINUTES.toNanos(1);
    asking.continued("w");
    now += TimeUnit.SECONDS.toNanos(8);
    asking.asked("w.1", "acquired");
    assertThat(findings.violations()).isEmpty();
  }
}
