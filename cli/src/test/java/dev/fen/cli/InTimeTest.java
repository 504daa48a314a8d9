package dev.fen.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
                    nothing -> {},
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
    assertThat(InTime.look("it", LONG, nothing -> {}, () -> "found")).isEqualTo("found");
    CliException known = CliException.usage("wrong");
    assertThatThrownBy(
            () ->
                InTime.look(
                    "it",
                    LONG,
                    nothing -> {},
                    () -> {
                      throw known;
                    }))
        .isSameAs(known);
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void thatAShareIsWaitedForIsTold() throws InterruptedException {
    CountDownLatch told = new CountDownLatch(1);
    List<String> notices = new ArrayList<>();

    boolean found =
        InTime.look(
            "--datastore: /mnt/fen",
            LONG,
            notice -> {
              notices.add(notice);
              told.countDown();
            },
            () -> {
              try {
                return told.await(50, TimeUnit.SECONDS);
              } catch (InterruptedException ended) {
                throw new IllegalStateException(ended);
              }
            });

    assertThat(found).isTrue();
    assertThat(notices)
        .containsExactly("--datastore: /mnt/fen has not answered yet; waiting for it, up to 5 min");
  }
}
