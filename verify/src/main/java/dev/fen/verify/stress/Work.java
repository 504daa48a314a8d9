package dev.fen.verify.stress;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/** Work that was announced. */
final class Work {

  private final String id;
  private final Witness witness;
  private final NavigableMap<String, Long> tokens;

  Work(String id, Witness witness, NavigableMap<String, Long> tokens) {
    this.id = id;
    this.witness = witness;
    this.tokens = tokens;
  }

  String id() {
    return id;
  }

  Witness witness() {
    return witness;
  }

  NavigableMap<String, Long> tokens() {
    return tokens;
  }

  /** Whether the two may not be done at one time. */
  boolean excludes(Work other) {
    return tokens.keySet().stream().anyMatch(other.tokens::containsKey)
        || (isGlobal() && other.isOfModels())
        || (isOfModels() && other.isGlobal());
  }

  private boolean isGlobal() {
    return tokens.containsKey(Wish.GLOBAL);
  }

  private boolean isOfModels() {
    return tokens.keySet().stream().anyMatch(key -> key.startsWith(Wish.MODEL));
  }

  /** The locks that it was given after the other, with the other's tokens. */
  List<Map.Entry<String, Long>> takenAfter(Work other) {
    return other.tokens.entrySet().stream()
        .filter(lock -> tokens.getOrDefault(lock.getKey(), 0L) > lock.getValue())
        .toList();
  }

  @Override
  public String toString() {
    return id + " " + tokens;
  }
}
