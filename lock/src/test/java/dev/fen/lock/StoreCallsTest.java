package dev.fen.lock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.store.StoreFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class StoreCallsTest {

  private static final long LIMIT = Duration.ofSeconds(10).toNanos();

  private final ManualPlatform platform = new ManualPlatform();
  private final StoreCalls calls = new StoreCalls(platform, "test", 1);

  private String await(Supplier<String> call) throws InterruptedException {
    return calls.await(call, StoreFailure::message, LIMIT);
  }

  @Test
  void anAnswerInTimeIsTheResultAndLeavesNoTimer() throws InterruptedException {
    assertThat(await(() -> "answer")).isEqualTo("answer");
    assertThat(platform.nanoTime()).isZero();
    assertThat(platform.scheduled()).isZero();
  }

  @Test
  void aCallWithoutAnAnswerIsUnknownAfterItsLimit() throws InterruptedException {
    platform.workersLateNanos = 2 * LIMIT;

    assertThat(await(() -> "late")).isEqualTo("the store gave no answer within 10 s");
    assertThat(platform.nanoTime()).isEqualTo(LIMIT);
  }

  @Test
  void aTimerThatGetsNoProcessorHoldsUpNobodyForLongAndNoAnswer() throws InterruptedException {
    platform.timersLateNanos = 10 * LIMIT;
    platform.workersLateNanos = LIMIT + Duration.ofSeconds(3).toNanos();
    assertThat(await(() -> "answer")).isEqualTo("answer");

    platform.workersLateNanos = 2 * LIMIT;
    long start = platform.nanoTime();
    assertThat(await(() -> "late")).isEqualTo("the store gave no answer in time");
    assertThat(platform.nanoTime() - start).isEqualTo(LIMIT + Duration.ofSeconds(5).toNanos());
  }

  @Test
  void whatAStoreThrowsIsUnknown() throws InterruptedException {
    for (RuntimeException thrown :
        List.of(new IllegalStateException("closed"), new IndexOutOfBoundsException("bug"))) {
      assertThat(
              await(
                  () -> {
                    throw thrown;
                  }))
          .isEqualTo("the store failed: " + thrown);
    }
    assertThat(
            await(
                () -> {
                  throw new StackOverflowError("deep");
                }))
        .contains("StackOverflowError");
  }

  @Test
  void aResultIsGivenOnceAndALateCallIsNotMadeAtAll() throws InterruptedException {
    platform.workersLateNanos = 2 * LIMIT;
    List<String> results = new ArrayList<>();
    List<String> made = new ArrayList<>();
    calls.start(
        () -> {
          made.add("made");
          return "late";
        },
        StoreFailure::message,
        LIMIT,
        results::add);
    platform.newSignal().await(5 * LIMIT);

    assertThat(results).containsExactly("the store gave no answer within 10 s");
    assertThat(made).isEmpty();
  }
}
