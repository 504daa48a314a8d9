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

  private static final String QUESTION =
      " *[0-9.]+ s  (\\S+) +(?:-> |<- )?(READ [^: ]+|ensure held \\{[^}]*\\})";

  private static final Pattern ASKED = Pattern.compile(QUESTION);
  private static final Pattern ANSWERED = Pattern.compile(QUESTION + ": (.*)");

  /** The same answer to one question of one process again and again. */
  private static final class Run {
    private int times;
    private String answer = "";
    private int askedAt = -1;
    private int lastAskedAt;
    private int lastAnsweredAt;
  }

  /**
   * Without what a process was told before and will be told again, of which waiting and working is
   * full: of a run of equal answers the first and the last are left.
   */
  static List<String> withoutRepetition(List<String> lines) {
    List<String> kept = new ArrayList<>();
    Map<String, Run> runs = new HashMap<>();
    for (String line : lines) {
      Matcher asked = ASKED.matcher(line);
      Matcher answered = ANSWERED.matcher(line);
      if (asked.matches()) {
        runs.computeIfAbsent(asked.group(1) + asked.group(2), k -> new Run()).askedAt = kept.size();
      } else if (answered.matches()) {
        Run run = runs.computeIfAbsent(answered.group(1) + answered.group(2), k -> new Run());
        if (run.askedAt < 0 || !run.answer.equals(answered.group(3))) {
          run.times = 0;
        }
        run.answer = answered.group(3);
        if (run.times++ > 1) {
          kept.set(run.lastAskedAt, "");
          kept.set(run.lastAnsweredAt, "");
        }
        run.lastAskedAt = run.askedAt;
        run.lastAnsweredAt = kept.size();
        run.askedAt = -1;
      }
      kept.add(line);
    }
    return kept.stream().filter(line -> !line.isEmpty()).toList();
  }
}
