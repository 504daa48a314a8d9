package dev.fen.verify.simulation;

import dev.fen.testkit.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What happened in a history, line by line, for people. */
final class Trace {

  private final Simulation simulation;
  private final boolean wanted;
  private final List<String> lines = new ArrayList<>();

  Trace(Simulation simulation, boolean wanted) {
    this.simulation = simulation;
    this.wanted = wanted;
  }

  /** Whether anybody wants to read it; otherwise nothing need be put together. */
  boolean isWanted() {
    return wanted;
  }

  void say(String who, String what) {
    if (wanted) {
      lines.add(
          String.format(Locale.ROOT, "%10.3f s  %-8s %s", simulation.nowNanos() / 1e9, who, what));
    }
  }

  List<String> lines() {
    return List.copyOf(lines);
  }
}
