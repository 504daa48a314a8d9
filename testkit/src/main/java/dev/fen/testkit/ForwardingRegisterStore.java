package dev.fen.testkit;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.time.Duration;
import java.util.Optional;

/**
 * Another store as it is, for those that change one thing about it. As safe for threads as that
 * one.
 */
public abstract class ForwardingRegisterStore implements RegisterStore {

  private final RegisterStore store;

  /**
   * For subclasses.
   *
   * @param store gets every call that is not overridden
   */
  protected ForwardingRegisterStore(RegisterStore store) {
    this.store = store;
  }

  @Override
  public ReadResult read(RegisterKey key) {
    return store.read(key);
  }

  @Override
  public ReadResult readAgain(RegisterKey key, ReadResult.Present last) {
    return store.readAgain(key, last);
  }

  @Override
  public WriteResult create(RegisterKey key, String body) {
    return store.create(key, body);
  }

  @Override
  public WriteResult replace(RegisterKey key, Version expected, String body) {
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
  public Optional<StoreFailure> noTimeBecause(RegisterKey key) {
    return store.noTimeBecause(key);
  }

  @Override
  public Duration writeInterval() {
    return store.writeInterval();
  }

  @Override
  public String location() {
    return store.location();
  }

  @Override
  public boolean isAlso(String location) {
    return store.isAlso(location);
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
