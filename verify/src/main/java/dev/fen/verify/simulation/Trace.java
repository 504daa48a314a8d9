package dev.fen.verify.simulation;

import dev.fen.testkit.Simulation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

  private static final Pattern LOOK =
      Pattern.compile(" *[0-9.]+ s  (\\S+) +(->|<-) (READ [^: ]+)(.*)");

  /** Without looks that showed their process what it had seen before, of which waiting is full. */
  static List<String> withoutRepeatedLooks(List<String> lines) {
    List<String> kept = new ArrayList<>();
    Map<String, String> shown = new HashMap<>();
    Map<String, Integer> asked = new HashMap<>();
    for (String line : lines) {
      Matcher look = LOOK.matcher(line);
      if (!look.matches()) {
        kept.add(line);
        continue;
      }
      String what = look.group(1) + " " + look.group(3);
      if (look.group(2).equals("->")) {
        if (look.group(4).isEmpty()) {
          asked.put(what, kept.size());
        }
        kept.add(line);
        continue;
      }
      boolean same = look.group(4).equals(shown.put(what, look.group(4)));
      Integer at = asked.remove(what);
      if (same && at != null) {
        kept.set(at, "");
      } else {
        kept.add(line);
      }
    }
    return kept.stream().filter(line -> !line.isEmpty()).toList();
  }
}
