package dev.fen.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** Credentials that take their time are fetched once, whoever asks and gives up meanwhile. */
@Timeout(60)
class SharedCredentialsTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Executor FETCHERS = work -> new Thread(work, "fetch of a test").start();

  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch here = new CountDownLatch(1);
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger made = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();

  /** Has nothing until it is told that they are here. */
  private final class Slow implements AwsCredentialsProvider, SdkAutoCloseable {

    Slow() {
      int ignored = made.incrementAndGet();
    }

    @Override
    public AwsCredentials resolveCredentials() {
      int ignored = asked.incrementAndGet();
      begun.countDown();
      try {
        here.await();
      } catch (InterruptedException stopped) {
        throw new IllegalStateException(stopped);
      }
      return AwsBasicCredentials.create("tester", "secret");
    }

    @Override
    public void close() {
      int ignored = closed.incrementAndGet();
    }
  }

  private SharedCredentials of(String profile, long limitMillis) {
    return SharedCredentials.of(profile, Slow::new, limitMillis, FETCHERS);
  }

  @Test
  void aFetchGoesOnWhenWhoWaitsForItHasNoMoreTime() {
    try (SharedCredentials first = of("slow", 1);
        SharedCredentials second = of("slow", SOON.toMillis())) {
      assertThatThrownBy(first::resolveCredentials)
          .isInstanceOfSatisfying(
              NoCredentialsException.class, late -> assertThat(late.isPassing()).isTrue())
          .hasMessageContaining("are still waited for");
      here.countDown();
      assertThat(second.resolveCredentials().accessKeyId()).isEqualTo("tester");
    }
    assertThat(made).hasValue(1);
    assertThat(closed).hasValue(1);
  }

  @Test
  void whoIsInterruptedEndsNobodysFetch() throws Exception {
    try (SharedCredentials shared = of("interrupted", SOON.toMillis())) {
      CompletableFuture<Throwable> end = new CompletableFuture<>();
      Thread waiter =
          new Thread(
              () -> {
                try {
                  AwsCredentials ignored = shared.resolveCredentials();
                } catch (RuntimeException stopped) {
                  end.complete(stopped);
                }
              });
      waiter.start();
      begun.await();
      waiter.interrupt();
      assertThat(end.get(20, TimeUnit.SECONDS))
          .hasMessage("the wait for credentials was interrupted");
      CompletableFuture<AwsCredentials> next =
          CompletableFuture.supplyAsync(shared::resolveCredentials);
      here.countDown();
      assertThat(next.get(20, TimeUnit.SECONDS).secretAccessKey()).isEqualTo("secret");
    }
  }

  @Test
  void theLastOneClosesAndTheNextOneLooksAnew() {
    here.countDown();
    SharedCredentials first = of("closed", SOON.toMillis());
    SharedCredentials second = of("closed", SOON.toMillis());
    first.close();
    first.close();
    assertThat(closed).hasValue(0);
    assertThat(second.resolveCredentials().accessKeyId()).isEqualTo("tester");
    second.close();
    assertThat(closed).hasValue(1);
    try (SharedCredentials third = of("closed", SOON.toMillis())) {
      assertThat(third.resolveCredentials().accessKeyId()).isEqualTo("tester");
    }
    assertThat(made).hasValue(2);
    assertThat(closed).hasValue(2);
  }

  @Test
  void anotherProfileIsAnotherPlace() {
    try (SharedCredentials one = of("one", 1);
        SharedCredentials other = of("other", 1)) {
      assertThat(one).isNotEqualTo(other);
    }
    assertThat(made).hasValue(2);
  }

  private static AwsCredentials goodUntil(String id, Instant end) {
    return AwsSessionCredentials.builder()
        .accessKeyId(id)
        .secretAccessKey("secret")
        .sessionToken("token")
        .expirationTime(end)
        .build();
  }

  /** The first ones at once; the next ones when they are here. */
  private AwsCredentials renewed(Instant end) {
    if (asked.incrementAndGet() == 1) {
      return goodUntil("old", end);
    }
    begun.countDown();
    try {
      here.await();
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
    return goodUntil("new", end);
  }

  @Test
  void whatIsStillGoodIsUsedWhileTheNextOnesTakeTheirTime() throws Exception {
    Instant end = Instant.now().plus(Duration.ofHours(1));
    try (SharedCredentials shared =
        SharedCredentials.of("renewed", () -> () -> renewed(end), SOON.toMillis(), FETCHERS)) {
      assertThat(shared.resolveCredentials().accessKeyId()).isEqualTo("old");
      for (int i = 0; i < 2; i++) {
        assertThat(
                CompletableFuture.supplyAsync(shared::resolveCredentials)
                    .get(10, TimeUnit.SECONDS)
                    .accessKeyId())
            .isEqualTo("old");
      }
      begun.await();
      here.countDown();
      assertThat(shared.resolveCredentials().accessKeyId()).isEqualTo("new");
    }
  }

  @Test
  void whatIsStillGoodIsUsedWhereTheNextOnesAreRefused() {
    Instant end = Instant.now().plus(Duration.ofHours(1));
    AwsCredentialsProvider once =
        () -> {
          if (asked.incrementAndGet() > 1) {
            throw new IllegalStateException("refused");
          }
          return goodUntil("old", end);
        };
    try (SharedCredentials shared =
        SharedCredentials.of("refused", () -> once, SOON.toMillis(), FETCHERS)) {
      assertThat(shared.resolveCredentials().accessKeyId()).isEqualTo("old");
      assertThat(shared.resolveCredentials().accessKeyId()).isEqualTo("old");
    }
    assertThat(asked).hasValue(2);
  }

  @Test
  void whatIsNoLongerGoodIsNotUsed() {
    try (SharedCredentials shared =
        SharedCredentials.of(
            "expired", () -> () -> renewed(Instant.now().minusSeconds(1)), 50, FETCHERS)) {
      assertThat(shared.resolveCredentials().accessKeyId()).isEqualTo("old");
      assertThatThrownBy(shared::resolveCredentials).hasMessageContaining("are still waited for");
      here.countDown();
    }
  }

  @Test
  void whereNoThreadCouldBeHadTheNextOneFetches() {
    here.countDown();
    AtomicInteger begun = new AtomicInteger();
    Executor failingOnce =
        work -> {
          if (begun.incrementAndGet() == 1) {
            throw new OutOfMemoryError("unable to create native thread");
          }
          FETCHERS.execute(work);
        };
    try (SharedCredentials shared =
        SharedCredentials.of("no thread", Slow::new, SOON.toMillis(), failingOnce)) {
      assertThatThrownBy(shared::resolveCredentials).isInstanceOf(OutOfMemoryError.class);
      assertThat(shared.resolveCredentials().accessKeyId()).isEqualTo("tester");
    }
  }

  @Test
  void aFetchThatHangsIsOnceLeftAlone() {
    AwsCredentialsProvider hangsOnce = () -> renewed(asked.get() == 0, "second");
    try (SharedCredentials shared =
        SharedCredentials.of("hanging", () -> hangsOnce, 50, FETCHERS)) {
      AwsCredentials found = null;
      while (found == null) {
        try {
          found = shared.resolveCredentials();
        } catch (NoCredentialsException notYet) {
          assertThat(notYet).hasMessageContaining("are still waited for");
        }
      }
      assertThat(found.accessKeyId()).isEqualTo("second");
      here.countDown();
    }
  }

  private AwsCredentials renewed(boolean hangs, String id) {
    int ignored = asked.incrementAndGet();
    if (hangs) {
      try {
        here.await();
      } catch (InterruptedException stopped) {
        throw new IllegalStateException(stopped);
      }
    }
    return goodUntil(id, Instant.EPOCH);
  }
}
