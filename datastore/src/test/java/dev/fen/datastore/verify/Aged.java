package dev.fen.datastore.verify;

import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import java.util.OptionalLong;

/** Tells one age always, or neither age nor time. */
class Aged extends ForwardingStore {

  private final OptionalLong age;

  Aged(RegisterStore store, OptionalLong age) {
    super(store);
    this.age = age;
  }

  @Override
  public ReadResult read(RegisterKey key) {
    return store.read(key) instanceof ReadResult.Present present
        ? new ReadResult.Present(
            present.version(), present.body(), age, age.isEmpty() ? age : present.storeTimeMillis())
        : new ReadResult.Absent(OptionalLong.empty());
  }
}
