package dev.fen.verify.simulation;

import dev.fen.verify.simulation.Violation.Rule;
import java.util.List;

/** The planted bugs, each of which the hunt must find. */
final class Mutants {

  private static final String LOCK = "lock/src/main/java/dev/fen/lock/";
  private static final String ACQUISITION = LOCK + "Acquisition.java";
  private static final String DRAIN = LOCK + "Drain.java";
  private static final String HELD_LEASE = LOCK + "HeldLease.java";
  private static final String KEY_STATE = LOCK + "KeyState.java";
  private static final String RUN = LOCK + "RunAcquisition.java";
  private static final String SETTLEMENT = LOCK + "Settlement.java";
  private static final String SIGHTING = LOCK + "Sighting.java";
  private static final String STALENESS = LOCK + "Staleness.java";
  private static final String STRUCTURAL = LOCK + "StructuralAcquisition.java";
  private static final String PROCESS =
      "testkit/src/main/java/dev/fen/testkit/SimulatedProcess.java";

  /** The version that stands there now, whatever was read before. */
  private static final String NOW =
      "context.store().read(lock.key()) instanceof dev.fen.lock.store.ReadResult.Present now"
          + " ? now.version() : expected";

  static final List<Mutant> ALL =
      List.of(
          Mutant.of(
                  "the deadline is skipped after a failure",
                  5,
                  Rule.BOUND,
                  ACQUISITION,
                  "    if (rounds++ > 0) {\n      throwIfOver();\n    }\n    Sighting seen",
                  "    rounds++;\n    Sighting seen")
              .and(ACQUISITION, "    throwIfOver();\n    tellFailure();", "    tellFailure();"),
          Mutant.of(
              "takeover by blind write",
              7,
              Rule.EXCLUSION,
              ACQUISITION,
              "return context.swap(lock, keyState, expected, body);",
              "return context.swap(lock, keyState, " + NOW + ", body);"),
          Mutant.of(
              "renewal without condition",
              13,
              Rule.REVIVAL,
              HELD_LEASE,
              "() -> context.swap(lock, keyState, expected, body),",
              "() -> context.swap(lock, keyState, " + NOW + ", body),"),
          Mutant.of(
              "release without condition",
              34,
              Rule.TOKENS,
              SETTLEMENT,
              "() -> context.swap(lock, keyState, expected, body),",
              "() -> context.swap(lock, keyState, " + NOW + ", body),"),
          Mutant.of(
              "a force release is passed over",
              62,
              Rule.EXCLUSION,
              HELD_LEASE,
              "    end(\n        content instanceof LockRecord.Content.Readable readable\n",
              "    if (content instanceof LockRecord.Content.Readable forced && forced.record().releasedBy() != null) {"
                  + " renewed(platform().nanoTime(), platform().currentTimeMillis()); stepDone(); return; }\n"
                  + "    end(\n        content instanceof LockRecord.Content.Readable readable\n"),
          Mutant.of(
              "staleness by the writer's clock",
              4,
              Rule.EXCLUSION,
              SIGHTING,
              "untilStale(content, held, abandoned, liveness, present.ageMillis(), unchangedNanos)",
              "untilStale(content, held, abandoned, liveness, held == null ? present.ageMillis() :"
                  + " OptionalLong.of(context.platform().currentTimeMillis() - held.renewedAtMillis()),"
                  + " unchangedNanos)"),
          Mutant.of(
              "a body is used again",
              1,
              Rule.FAILURE,
              HELD_LEASE,
              "record.renewed(record.revision() + 1, sentMillis, companions)",
              "record.renewed(record.revision(), sentMillis, companions)"),
          Mutant.of(
              "token not raised on takeover",
              5,
              Rule.TOKENS,
              ACQUISITION,
              "OptionalLong token = tokenAfter(seen);",
              "OptionalLong token ="
                  + " seen.isStale() && seen.token().isPresent() ? seen.token() : tokenAfter(seen);"),
          Mutant.of(
              "tokens start anew where a record is gone",
              3,
              Rule.TOKENS,
              KEY_STATE,
              "if (last.isEmpty() || storeMayForget) {",
              "if (storeMayForget) {"),
          Mutant.of(
              "an unknown read of the global lock is taken as free",
              78,
              Rule.EXCLUSION,
              RUN,
              "return seen != null && (global.isOpen(seen) || isLetIn()) && isHeld();",
              "return (seen == null || global.isOpen(seen) || isLetIn()) && isHeld();"),
          Mutant.of(
              "the global lock is not looked at again",
              35,
              Rule.EXCLUSION,
              RUN,
              "return seen != null && (global.isOpen(seen) || isLetIn()) && isHeld();",
              "return isHeld();"),
          Mutant.of(
              "no drain",
              11,
              Rule.EXCLUSION,
              STRUCTURAL,
              "drained = drain(lease);",
              "drained = true;"),
          Mutant.of(
              "one clean pass is enough",
              9578,
              Rule.EXCLUSION,
              STRUCTURAL,
              "if (pass.confirms(clean)) {",
              "if (pass.isClean()) {"),
          Mutant.of(
              "what a pass could not learn is taken as free",
              55,
              Rule.EXCLUSION,
              DRAIN,
              "return busy.isEmpty() && failure == null;",
              "return busy.isEmpty();"),
          Mutant.of(
              "a drain passes what is stale without freeing it",
              62,
              Rule.EXCLUSION,
              DRAIN,
              "      if (seen.isFree()) {",
              "      if (seen.isFree() || seen.isStale()) {"),
          Mutant.of(
              "a child reads its ancestor's record before it takes its own lock",
              1955,
              Rule.EXCLUSION,
              RUN,
              "      while (!takeAll() || !isAdmitted()) {",
              "      boolean letIn = isLetIn();\n      while (!takeAll() || !(letIn || isAdmitted())) {"),
          Mutant.of(
                  "a lease is counted from the answer",
                  321,
                  Rule.EXCLUSION,
                  HELD_LEASE,
                  "        renewed(sentNanos, sentMillis);",
                  "        renewed(platform().nanoTime(), platform().currentTimeMillis());")
              .and(
                  ACQUISITION,
                  "applied.version(), sentNanos, sentMillis);",
                  "applied.version(), context.platform().nanoTime(), nowMillis());"),
          Mutant.of(
              "a late renewal revives a lease",
              25,
              Rule.REVIVAL,
              HELD_LEASE,
              "      if (state == State.HELD) {\n        renewed(sentNanos, sentMillis);",
              "      if (state != State.CLOSED) {\n        state = State.HELD;\n        loss = null;\n"
                  + "        renewed(sentNanos, sentMillis);"),
          Mutant.of(
              "a suspended machine does not doubt",
              597,
              Rule.EXCLUSION,
              HELD_LEASE,
              "return ahead > Math.max(TimeUnit.SECONDS.toNanos(1), ttlNanos / 20);",
              "return ahead > Long.MAX_VALUE / 2;"),
          Mutant.of(
              "stale too soon",
              69,
              Rule.EXCLUSION,
              STALENESS,
              "return ttl + ttl / 20 + SECOND;",
              "return ttl / 2;"),
          Mutant.of(
              "what a caller gave up is not taken back",
              286,
              Rule.LEFT_HELD,
              ACQUISITION,
              "LockRecord record = sent;",
              "LockRecord record = sent == null ? sent : null;"),
          Mutant.of(
              "the shortcut asks for no file of the holder's",
              46,
              Rule.EXCLUSION,
              SIGHTING,
              "\n        && context.platform().holderFiles().isLeft(held.nonce());",
              ";"),
          Mutant.of(
                  "the shortcut looks at the pid alone",
                  2,
                  Rule.EXCLUSION,
                  SIGHTING,
                  "held != null && (context.store().machineLocal() || isLeftHere(held, context));",
                  "held != null;")
              .and(PROCESS, "return Liveness.UNKNOWN;", "here = \"\";")
              .and(PROCESS, "other.mark.equals(asked)", "other.pid == asked.pid()"),
          Mutant.of(
              "a dead holder is waited for on its own machine",
              122,
              Rule.PROGRESS,
              SIGHTING,
              "if (abandoned || liveness == Liveness.DEAD) {",
              "if (abandoned) {"),
          Mutant.of(
              "no file is kept that proves a holder's death",
              122,
              Rule.PROGRESS,
              ACQUISITION,
              "context.keepHolderFile(nonce);",
              ""),
          Mutant.of(
                  "renewals begin late",
                  1,
                  Rule.KEPT,
                  HELD_LEASE,
                  "long due = goodSentNanos + ttlNanos / 3 - now;",
                  "long due = goodSentNanos + ttlNanos - now;")
              .and(
                  HELD_LEASE,
                  "!isInDoubt() && now - goodSentNanos < ttlNanos / 3",
                  "!isInDoubt() && now - goodSentNanos < ttlNanos")
              .and(HELD_LEASE, "Math.min(due, LONGEST_UNWATCHED_NANOS)", "due"),
          Mutant.of(
              "stale too late",
              13,
              Rule.PROGRESS,
              STALENESS,
              "return ttl + ttl / 20 + SECOND;",
              "return 2 * ttl + 2 * SECOND;"));

  private Mutants() {}
}
