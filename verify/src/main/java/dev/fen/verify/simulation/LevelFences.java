package dev.fen.verify.simulation;

import dev.fen.verify.simulation.Violation.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A resource beside each model that runs and structural commands both change. Their tokens are of
 * different locks and cannot be compared, so a run names two numbers: the token of its model's lock
 * and that of the last structural command which was over when it had its locks, as the record of
 * the global lock tells it. A structural command names its token. The resource refuses a run that a
 * later one of its model, or a structural command it knows nothing of, has come before; and a
 * structural command that a later one has come before, or a run that knows it to be over.
 */
final class LevelFences {

  /**
   * What a holding names to a resource.
   *
   * @param structural whether it is a structural command
   * @param over the token of the last structural command that was over, or its own
   * @param within whether that one is its own ancestor, and not over
   */
  record Pass(boolean structural, long over, boolean within) {}

  private static final class Fence {
    private long model;
    private long structural;
    private long over;
    private long value;
    private @Nullable Holding writer;
    private final List<Holding> touchedBy = new ArrayList<>();

    /** Notes what it is shown, unless that is refused. */
    private boolean accepts(Pass pass, long token) {
      boolean late =
          pass.structural
              ? pass.over < structural || pass.over <= over
              : token < model || pass.over < structural;
      if (late) {
        return false;
      }
      if (pass.structural) {
        structural = pass.over;
      } else {
        model = token;
        over = Math.max(over, pass.within ? pass.over - 1 : pass.over);
      }
      return true;
    }
  }

  private final Judge judge;
  private final Map<String, Fence> fences = new HashMap<>();

  LevelFences(Judge judge) {
    this.judge = judge;
  }

  /**
   * What a run may say of structural commands.
   *
   * @param token of the global lock, empty if there is no record
   * @param held whether somebody holds it
   * @param within whether that is the run's own ancestor
   */
  static Pass passOfRun(OptionalLong token, boolean held, boolean within) {
    long last = token.orElse(0);
    return new Pass(false, held && !within ? last - 1 : last, within);
  }

  /** Touches what lies beside its models, or beside all. */
  void touch(Holding holding) {
    Pass pass = holding.pass;
    if (pass == null) {
      return;
    }
    for (String key : judge.guardedBy(holding)) {
      if (!key.equals(Plan.GLOBAL) && isAccepted(holding, pass, key)) {
        holding.touched.add(key);
        fence(key).touchedBy.add(holding);
        judge.saw(Sight.LEVELS_FENCED);
      }
    }
  }

  /** Reads what lies beside all that it touched. */
  void read(Holding holding) {
    holding.touched.forEach(key -> holding.readBeside.put(key, fence(key).value));
  }

  /** Writes one more than was read. */
  void write(Holding holding) {
    holding.readBeside.forEach((key, read) -> write(holding, key, read));
  }

  private void write(Holding holding, String key, long read) {
    Pass pass = holding.pass;
    if (pass == null || !isAccepted(holding, pass, key)) {
      return;
    }
    Fence fence = fence(key);
    Holding writer = fence.writer;
    if (fence.value != read
        && writer != null
        && !writer.member.isKinOf(holding.member)
        && isJudged(key)) {
      judge.violated(
          Rule.FENCE,
          holding + " overwrites what " + writer + " wrote beside " + key + " meanwhile");
    }
    fence.value = read + 1;
    fence.writer = holding;
  }

  private Fence fence(String key) {
    return fences.computeIfAbsent(key, k -> new Fence());
  }

  private boolean isJudged(String key) {
    return judge.hasRisingTokens(key) && judge.hasRisingTokens(Plan.GLOBAL);
  }

  private boolean isAccepted(Holding holding, Pass pass, String key) {
    Fence fence = fence(key);
    Holding.Span own = holding.spans.get(key);
    boolean accepted = fence.accepts(pass, own == null ? 0 : own.token);
    if (!isJudged(key)) {
      return accepted;
    }
    for (Holding other : fence.touchedBy) {
      if (accepted && isLater(other, holding, key)) {
        judge.violated(
            Rule.FENCE,
            holding + " is accepted beside " + key + " although " + other + " has begun");
      }
    }
    boolean wronged =
        !accepted
            && !judge.wasChanged(Plan.GLOBAL)
            && !judge.wasChanged(key)
            && !judge.isLetInByChanged(holding.member)
            && !holding.member.mayMissSuspension()
            && fence.touchedBy.stream()
                .allMatch(other -> other == holding || isLater(holding, other, key));
    if (wronged) {
      judge.violated(
          Rule.FENCE, holding + " is refused beside " + key + " although nobody came later");
    }
    return accepted;
  }

  /**
   * Whether the one has surely got its lock after the other one had got its own, and had looked who
   * was over, if it is a run; which it cannot while that one holds it.
   */
  private boolean isLater(Holding one, Holding other, String key) {
    Holding.Span later = one.spanFor(key);
    Holding.Span earlier = other.spanFor(key);
    return later != null
        && earlier != null
        && one != other
        && !one.member.isKinOf(other.member)
        && judge.orderOf(later.key, later.token) > Math.max(earlier.gotTick, other.passTick);
  }
}
