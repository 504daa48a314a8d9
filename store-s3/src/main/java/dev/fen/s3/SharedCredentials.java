package dev.fen.s3;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Credentials that all clients of this process get from one place. They may take long to be had: a
 * program asks a person for a second factor, a service is slow. So they are fetched once and not
 * for each client, and a fetch goes on when a request that waits for it has run out of time: the
 * next one finds them.
 *
 * <p>Safe for any number of threads.
 */
final class SharedCredentials implements AwsCredentialsProvider, SdkAutoCloseable {

  /** Less than a request has, so that what is told is what it waited for. */
  private static final long LIMIT_MILLIS = 9_000;

  /** After so many such limits a fetch counts as hanging, and another one is begun beside it. */
  private static final long HANGING = 30;

  /** What a fetch gets while the credentials that were had before are still good. */
  private static final long GLANCE_MILLIS = 500;

  private static final Executor FETCHERS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          10,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          work -> {
            Thread thread = new Thread(work, "fen-credentials");
            thread.setDaemon(true);
            return thread;
          });

  private static final Map<Key, Source> SOURCES = new HashMap<>(); // guarded by itself

  private final Key key;
  private final Source source;
  private final long limitMillis;
  private boolean closed; // guarded by SOURCES

  private SharedCredentials(Key key, Source source, long limitMillis) {
    this.key = key;
    this.source = source;
    this.limitMillis = limitMillis;
  }

  /**
   * What tells one place from another.
   *
   * @param profile null for whatever the SDK finds
   * @param properties of the JVM, as the SDK looks at them; the environment never changes
   */
  private record Key(@Nullable String profile, Map<String, String> properties) {}

  /** Where credentials come from, and the fetch that is under way. */
  private static final class Source {
    private final AwsCredentialsProvider provider;
    private final Executor fetchers;
    private final long hangingNanos;
    private int users; // guarded by SOURCES
    private @Nullable CompletableFuture<AwsCredentials> fetch; // guarded by this
    private long begunNanos; // guarded by this
    private int fetches; // guarded by this
    private volatile @Nullable AwsCredentials last;

    Source(AwsCredentialsProvider provider, Executor fetchers, long limitMillis) {
      this.provider = provider;
      this.fetchers = fetchers;
      this.hangingNanos = TimeUnit.MILLISECONDS.toNanos(HANGING * limitMillis);
    }

    synchronized CompletableFuture<AwsCredentials> fetch() {
      CompletableFuture<AwsCredentials> running = fetch;
      if (running == null || System.nanoTime() - begunNanos > hangingNanos) {
        CompletableFuture<AwsCredentials> begun = new CompletableFuture<>();
        // It ends only when this lock is free. Where no thread can be had, the next one tries anew.
        int number = ++fetches;
        fetchers.execute(() -> run(begun, number));
        fetch = begun;
        begunNanos = System.nanoTime();
        running = begun;
      }
      return running;
    }

    private void run(CompletableFuture<AwsCredentials> begun, int number) {
      try {
        AwsCredentials found = provider.resolveCredentials();
        last = found;
        end(number);
        begun.complete(found);
      } catch (Throwable failed) {
        end(number);
        begun.completeExceptionally(failed);
      }
    }

    /** Whoever asks from now on looks anew: how long they are good is the provider's business. */
    private synchronized void end(int number) {
      if (number == fetches) {
        fetch = null;
      }
    }

    /** What was had last, if it says for how long it is good, and still is. */
    @Nullable AwsCredentials stillGood() {
      AwsCredentials had = last;
      return had != null && had.expirationTime().filter(Instant.now()::isBefore).isPresent()
          ? had
          : null;
    }
  }

  /**
   * Those of a profile, or those that the SDK finds.
   *
   * @param make is asked where nobody in this process uses them yet
   */
  static SharedCredentials of(@Nullable String profile, Supplier<AwsCredentialsProvider> make) {
    return of(profile, make, LIMIT_MILLIS, FETCHERS);
  }

  /** Tests have no time for the real limit. */
  static SharedCredentials of(
      @Nullable String profile,
      Supplier<AwsCredentialsProvider> make,
      long limitMillis,
      Executor fetchers) {
    Map<String, String> properties = new TreeMap<>();
    for (String name : System.getProperties().stringPropertyNames()) {
      String value = name.startsWith("aws.") ? System.getProperty(name) : null;
      if (value != null) {
        properties.put(name, value);
      }
    }
    Key key = new Key(profile, properties);
    synchronized (SOURCES) {
      Source source =
          SOURCES.computeIfAbsent(key, first -> new Source(make.get(), fetchers, limitMillis));
      source.users++;
      return new SharedCredentials(key, source, limitMillis);
    }
  }

  /**
   * A held lease is renewed while new credentials take their time, as long as the old ones last.
   */
  @Override
  public AwsCredentials resolveCredentials() {
    CompletableFuture<AwsCredentials> fetch = source.fetch();
    AwsCredentials had = source.stillGood();
    if (had != null) {
      try {
        return fetch.get(Math.min(GLANCE_MILLIS, limitMillis), TimeUnit.MILLISECONDS);
      } catch (ExecutionException | TimeoutException notNow) {
        return had;
      } catch (InterruptedException stopped) {
        throw interrupted(stopped);
      }
    }
    try {
      return fetch.get(limitMillis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof RuntimeException why) {
        throw why;
      }
      throw new IllegalStateException(failed.getCause());
    } catch (TimeoutException slow) {
      throw new NoCredentialsException(
          "the credentials could not be had within "
              + limitMillis / 1000
              + " s, and are still waited for; look at what gives them (a credential_process, a log-in, a service)",
          true,
          slow);
    } catch (InterruptedException stopped) {
      throw interrupted(stopped);
    }
  }

  private static NoCredentialsException interrupted(InterruptedException stopped) {
    Thread.currentThread().interrupt();
    return new NoCredentialsException("the wait for credentials was interrupted", true, stopped);
  }

  @Override
  public void close() {
    synchronized (SOURCES) {
      if (closed) {
        return;
      }
      closed = true;
      if (--source.users > 0) {
        return;
      }
      SOURCES.remove(key, source);
    }
    if (source.provider instanceof SdkAutoCloseable closing) {
      closing.close();
    }
  }
}
