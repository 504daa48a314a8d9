package dev.fen.lock.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Registers in this process's memory, for tests, simulation and programs of one process. Keeps
 * every promise of {@link RegisterStore} for as long as the object lives; safe for any number of
 * threads.
 */
public final class MemoryRegisterStore implements RegisterStore {

  private record Content(long number, String body, long writtenMillis) {
    Version version() {
      return new Version(Long.toString(number));
    }
  }

  private final LongSupplier clockMillis;
  private final Map<RegisterKey, Content> contents = new TreeMap<>();
  private final Map<RegisterKey, List<Runnable>> watches = new ConcurrentHashMap<>();
  private long lastNumber;

  /**
   * An empty store.
   *
   * @param clockMillis the store's own clock, in milliseconds since 1970 UTC
   */
  public MemoryRegisterStore(LongSupplier clockMillis) {
    this.clockMillis = clockMillis;
  }

  @Override
  public synchronized ReadResult read(RegisterKey key) {
    long now = clockMillis.getAsLong();
    Content content = contents.get(key);
    if (content == null) {
      return new ReadResult.Absent(OptionalLong.of(now));
    }
    OptionalLong age =
        now < content.writtenMillis
            ? OptionalLong.empty()
            : OptionalLong.of(now - content.writtenMillis);
    return new ReadResult.Present(content.version(), cut(content.body), age, OptionalLong.of(now));
  }

  private static String cut(String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return bytes.length <= MAX_BODY_BYTES
        ? body
        : new String(bytes, 0, MAX_BODY_BYTES + 1, StandardCharsets.UTF_8);
  }

  @Override
  public WriteResult create(RegisterKey key, String body) {
    return swap(key, null, body);
  }

  @Override
  public WriteResult replace(RegisterKey key, Version expected, String body) {
    return swap(key, expected, body);
  }

  private WriteResult swap(RegisterKey key, @Nullable Version expected, String body) {
    Content written;
    synchronized (this) {
      Content present = contents.get(key);
      boolean asExpected = present == null ? expected == null : present.version().equals(expected);
      if (!asExpected) {
        return new WriteResult.Conflict();
      }
      written = put(key, body);
    }
    tell(key);
    return new WriteResult.Applied(written.version());
  }

  private Content put(RegisterKey key, String body) {
    Content content = new Content(++lastNumber, body, clockMillis.getAsLong());
    contents.put(key, content);
    return content;
  }

  private void tell(RegisterKey key) {
    watches.getOrDefault(key, List.of()).forEach(Runnable::run);
  }

  @Override
  public synchronized ListResult list(String prefix) {
    List<ListResult.Entry> entries = new ArrayList<>();
    contents.forEach(
        (key, content) -> {
          if (key.path().startsWith(prefix)) {
            entries.add(new ListResult.Entry(key, content.version()));
          }
        });
    return new ListResult.Listed(entries);
  }

  @Override
  public Watch watch(RegisterKey key, Runnable onChange) {
    Runnable own = onChange::run;
    watches.computeIfAbsent(key, k -> new CopyOnWriteArrayList<>()).add(own);
    return () ->
        watches.computeIfPresent(
            key,
            (k, list) -> {
              list.remove(own);
              return list.isEmpty() ? null : list;
            });
  }

  /**
   * Writes a register without any condition, as somebody does who edits or restores it by hand.
   *
   * @param key which
   * @param body the content, of any length
   */
  public void overwrite(RegisterKey key, String body) {
    synchronized (this) {
      put(key, body);
    }
    tell(key);
  }

  /**
   * Removes a register, as a lifecycle rule or a person does.
   *
   * @param key which
   */
  public void remove(RegisterKey key) {
    synchronized (this) {
      contents.remove(key);
    }
    tell(key);
  }

  @Override
  public String location() {
    return "memory";
  }

  @Override
  public boolean mayForgetWrites() {
    return false;
  }

  @Override
  public boolean machineLocal() {
    return true;
  }

  @Override
  public void close() {
    watches.clear();
  }
}
