package dev.fen.lock.platform;

/** Something that can be called off. */
@FunctionalInterface
public interface Cancellable {
  /** Calls it off if it has not begun; otherwise, and the second time, does nothing. */
  void cancel();
}
