package dev.fen.verify.simulation;

import dev.fen.verify.simulation.Violation.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Every call that a process makes of the locks, and whether it ends in time. */
final class Calls {

  /**
   * What a call may take beyond its deadline: a last request, at its shortest limit, and its turn.
   */
  private static final long MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** A call that has not ended. */
  record Open(
      Member member,
      String what,
      long limitMillis,
      long againMillis,
      long startNanos,
      long stoodNanos,
      int doubts) {}

  private final World world;
  private final List<Open> open = new ArrayList<>();

  Calls(World world) {
    this.world = world;
  }

  /**
   * A call begins.
   *
   * @param limitMillis how long it may take by the process's clock, not counting the time for which
   *     the process stands still
   */
  Open begin(Member member, String what, long limitMillis) {
    return begin(member, what, limitMillis, 0);
  }

  /**
   * A call begins.
   *
   * @param limitMillis as above
   * @param againMillis how much longer for each time that the process has to doubt anew
   */
  Open begin(Member member, String what, long limitMillis, long againMillis) {
    world.trace().say(member.toString(), what);
    Open call =
        new Open(
            member,
            what,
            limitMillis,
            againMillis,
            member.process().nanoTime(),
            member.stoodNanos(),
            member.doubts);
    open.add(call);
    return call;
  }

  /** A call has ended. */
  void end(Open call, String how) {
    open.remove(call);
    Member member = call.member;
    world.trace().say(member.toString(), "  " + call.what + ": " + how);
    long stood = member.stoodNanos() - call.stoodNanos;
    long took = member.process().nanoTime() - call.startNanos - stood;
    long again = call.againMillis * (member.doubts - call.doubts);
    long limit = TimeUnit.MILLISECONDS.toNanos(call.limitMillis + again) + MARGIN_NANOS;
    if (took > limit) {
      world
          .judge()
          .violated(
              Rule.BOUND,
              member
                  + ": "
                  + call.what
                  + " took "
                  + TimeUnit.NANOSECONDS.toMillis(took)
                  + " ms, and may take "
                  + TimeUnit.NANOSECONDS.toMillis(limit));
    }
  }

  /** Whoever still waits has waited for too long. */
  void blameOpen() {
    for (Open call : open) {
      if (!call.member.crashed) {
        world.judge().violated(Rule.BOUND, call.member + ": " + call.what + " never ends");
      }
    }
    if (world.judge().violations().isEmpty()) {
      world.judge().violated(Rule.FAILURE, "somebody never ends, outside of any call");
    }
  }
}
