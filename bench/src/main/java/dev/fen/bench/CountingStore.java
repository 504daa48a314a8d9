package dev.fen.bench;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the requests that reach a store. */
final class CountingStore implements RegisterStore {

  final AtomicLong reads = new AtomicLong();
  final AtomicLong writes = new AtomicLong();
  private final RegisterStore store;

  CountingStore(RegisterStore store) {
    this.store = store;
  }

  @Override
  public ReadResult read(RegisterKey key) {
    reads.incrementAndGet();
    return store.read(key);
  }

  @Override
  public WriteResult create(RegisterKey key, String body) {
    writes.incrementAndGet();
    return store.create(key, body);
  }

  @Override
  public WriteResult replace(RegisterKey key, Version expected, String body) {
    writes.incrementAndGet();
    return store.replace(key, expected, body);
  }

  @Override
  public ListResult list(String prefix) {
    return store.list(prefix);
  }

  @Override
  public Watch watch(RegisterKey key, Runnable onChange) {
    return store.watch(key, onChange);
  }

  @Override
  public String location() {
    return store.location();
  }

  @Override
  public boolean mayForgetWrites() {
    return store.mayForgetWrites();
  }

  @Override
  public boolean machineLocal() {
    return store.machineLocal();
  }

  @Override
  public void close() {
    store.close();
  }
}
