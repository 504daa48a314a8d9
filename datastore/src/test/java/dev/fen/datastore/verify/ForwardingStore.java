package dev.fen.datastore.verify;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;

/** Another store as it is, for those that break one promise. */
class ForwardingStore implements RegisterStore {

  final RegisterStore store;

  ForwardingStore(RegisterStore store) {
    this.store = store;
  }

  @Override
  public ReadResult read(RegisterKey key) {
    return store.read(key);
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
  public void close() {}
}
