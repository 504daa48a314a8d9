package dev.fen.servers;

import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.testkit.ForwardingRegisterStore;
import dev.fen.testkit.Medium;
import dev.fen.testkit.SimulatedProcess;
import dev.fen.testkit.Simulation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A fresh prefix of a bucket. The server's clock is a real one; to a process under a virtual clock
 * it is shown as if it had gone on since the beginning just as far as that one has.
 */
final class ServerMedium implements Medium {

  private final TestBucket bucket;
  private final Simulation simulation;
  private final String prefix;
  private final long startMillis;
  private final long startNanos = System.nanoTime();
  private final long startWallMillis = System.currentTimeMillis();

  /** How far the clock shown was before the server's when each content was written. */
  private final Map<Version, Long> aheadWhenWritten = new ConcurrentHashMap<>();

  ServerMedium(TestBucket bucket, Simulation simulation) {
    this.bucket = bucket;
    this.simulation = simulation;
    this.prefix = bucket.newPrefix();
    this.startMillis = simulation.storeMillis();
  }

  private long ahead() {
    long real = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    return simulation.storeMillis() - startMillis - real;
  }

  @Override
  public RegisterStore open(Platform platform) {
    RegisterStore store = bucket.openShared(prefix); // a client for each costs more than a test
    return platform instanceof SimulatedProcess ? new InVirtualTime(store) : store;
  }

  @Override
  public void overwrite(RegisterKey key, String body) {
    bucket.put(prefix + key, body.getBytes(StandardCharsets.UTF_8));
    aheadWhenWritten.put(versionOf(key), ahead());
  }

  @Override
  public void remove(RegisterKey key) {
    bucket.delete(prefix + key);
  }

  @Override
  public void age(RegisterKey key, Duration by) {
    aheadWhenWritten.merge(versionOf(key), -by.toMillis(), Long::sum);
  }

  private Version versionOf(RegisterKey key) {
    return ((ReadResult.Present) bucket.openShared(prefix).read(key)).version();
  }

  @Override
  public List<String> childCommand() {
    return List.of(ServerChild.class.getName(), bucket.address(prefix));
  }

  @Override
  public void close() {}

  private final class InVirtualTime extends ForwardingRegisterStore {

    /** What the server said last of each content. */
    private final Map<Version, ReadResult.Present> said = new ConcurrentHashMap<>();

    InVirtualTime(RegisterStore store) {
      super(store);
    }

    @Override
    public ReadResult read(RegisterKey key) {
      long askedMillis = System.currentTimeMillis();
      return shown(super.read(key), askedMillis);
    }

    @Override
    public ReadResult readAgain(RegisterKey key, ReadResult.Present last) {
      ReadResult.Present before = said.get(last.version());
      long askedMillis = System.currentTimeMillis();
      return before == null ? read(key) : shown(super.readAgain(key, before), askedMillis);
    }

    @Override
    public WriteResult create(RegisterKey key, String body) {
      return noted(super.create(key, body));
    }

    @Override
    public WriteResult replace(RegisterKey key, Version expected, String body) {
      return noted(super.replace(key, expected, body));
    }

    private WriteResult noted(WriteResult result) {
      if (result instanceof WriteResult.Applied applied) {
        aheadWhenWritten.put(applied.version(), ahead());
      }
      return result;
    }

    private ReadResult shown(ReadResult result, long askedMillis) {
      if (result instanceof ReadResult.Absent absent) {
        return new ReadResult.Absent(shownTime(absent.storeTimeMillis(), askedMillis));
      }
      if (!(result instanceof ReadResult.Present present)) {
        return result;
      }
      said.put(present.version(), present);
      long ahead = ahead();
      long written = aheadWhenWritten.getOrDefault(present.version(), ahead);
      return new ReadResult.Present(
          present.version(),
          present.body(),
          agePlus(present.ageMillis(), ahead - written),
          shownTime(present.storeTimeMillis(), askedMillis));
    }

    private static OptionalLong agePlus(OptionalLong millis, long more) {
      return millis.isPresent() ? OptionalLong.of(Math.max(0, millis.getAsLong() + more)) : millis;
    }

    /**
     * In whole seconds, as the server says it. Where within a second it was asked, and how long the
     * answer took, goes by the real clock and must not show: its clock would go back.
     */
    private OptionalLong shownTime(OptionalLong saidMillis, long askedMillis) {
      if (saidMillis.isEmpty()) {
        return saidMillis;
      }
      long said = saidMillis.getAsLong();
      long possible =
          Math.max(askedMillis / 1000 * 1000, Math.min(said, System.currentTimeMillis()));
      long gone = simulation.storeMillis() - startMillis;
      return OptionalLong.of((startWallMillis + gone + said - possible) / 1000 * 1000);
    }
  }
}
