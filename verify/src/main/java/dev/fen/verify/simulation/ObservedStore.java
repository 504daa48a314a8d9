package dev.fen.verify.simulation;

import dev.fen.lock.store.MemoryRegisterStore;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.testkit.ForwardingRegisterStore;
import org.jspecify.annotations.Nullable;

/**
 * The shared registers as one process reaches them; the judge is told of each write as it is
 * applied.
 */
final class ObservedStore extends ForwardingRegisterStore {

  private final MemoryRegisterStore store;
  private final Member member;
  private final World world;

  ObservedStore(MemoryRegisterStore store, Member member, World world) {
    super(store);
    this.store = store;
    this.member = member;
    this.world = world;
  }

  @Override
  public ReadResult read(RegisterKey key) {
    member.lookedNanos.put(key.path(), world.nowNanos());
    return store.read(key);
  }

  @Override
  public ReadResult readAgain(RegisterKey key, ReadResult.Present last) {
    return read(key);
  }

  @Override
  public WriteResult create(RegisterKey key, String body) {
    return observed(key, null, body, store.create(key, body));
  }

  @Override
  public WriteResult replace(RegisterKey key, Version expected, String body) {
    String before = store.read(key) instanceof ReadResult.Present present ? present.body() : null;
    return observed(key, before, body, store.replace(key, expected, body));
  }

  private WriteResult observed(
      RegisterKey key, @Nullable String before, String body, WriteResult result) {
    if (result instanceof WriteResult.Applied) {
      world.keep(key.path(), body);
      if (member.late.contains(body)) {
        world.judge().saw(Sight.LATE_WRITE);
      }
      world
          .judge()
          .written(
              member,
              key.path(),
              Body.of(before),
              Body.of(body),
              member.knownNanos.getOrDefault(body, 0L));
    }
    return result;
  }
}
