package dev.fen.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class InTimeTest {

  private static final Duration LONG = Duration.ofMinutes(5);

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aShareThatNeverAnswersIsGivenUp() {
    CountDownLatch never = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                InTime.look(
                    "--datastore: /mnt/fen",
                    Duration.ofMillis(500),
                    () -> {
                      try {
                        return never.await(1, TimeUnit.DAYS);
                      } catch (InterruptedException ended) {
                        throw new IllegalStateException(ended);
                      }
                    }))
        .isInstanceOfSatisfying(
            CliException.class,
            told -> {
              assertThat(told.exitCode()).isEqualTo(ExitCode.FAILED);
              assertThat(told.code()).isEqualTo("store_unreachable");
            })
        .hasMessageStartingWith("--datastore: /mnt/fen gave no answer within 500 ms; see whether");
    never.countDown();
  }

  @Test
  void whatIsFoundAndWhatFailsIsHandedThrough() throws InterruptedException {
    assertThat(InTime.look("it", LONG, () -> "found")).isEqualTo("found");
    CliException known = CliException.usage("wrong");
    assertThatThrownBy(
            () ->
                InTime.look(
                    "it",
                    LONG,
                    () -> {
                      throw known;
                    }))
        .isSameAs(known);
  }
}
