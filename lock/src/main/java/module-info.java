/** Distributed locks that never hang, on a directory or any other store of registers. */
module dev.fen.lock {
  requires com.grack.nanojson;
  requires org.slf4j;
  requires static transitive org.jspecify;

  exports dev.fen.lock;
  exports dev.fen.lock.file;
  exports dev.fen.lock.platform;
  exports dev.fen.lock.store;
}
