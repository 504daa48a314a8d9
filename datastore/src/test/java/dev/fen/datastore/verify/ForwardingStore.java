package dev.fen.datastore.verify;

import dev.fen.lock.store.RegisterStore;
import dev.fen.testkit.ForwardingRegisterStore;

/** Another store as it is, for those that break one promise and need what is underneath for it. */
class ForwardingStore extends ForwardingRegisterStore {

  final RegisterStore store;

  ForwardingStore(RegisterStore store) {
    super(store);
    this.store = store;
  }
}
