package dev.fen.verify.simulation;

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
                  ACQUISITION,
                  "    if (rounds++ > 0) {\n      throwIfOver();\n    }\n    Sighting seen",
                  "    rounds++;\n    Sighting seen")
              .and(ACQUISITION, "    throwIfOver();\n    tellFailure();", "    tellFailure();"),
          Mutant.of(
              "takeover by blind write",
              7,
              ACQUISITION,
              "return context.swap(lock, keyState, expected, body);",
              "return context.swap(lock, keyState, " + NOW + ", body);"),
          Mutant.of(
              "renewal without condition",
              23,
              HELD_LEASE,
              "() -> context.swap(lock, keyState, expected, body),",
              "() -> context.swap(lock, keyState, " + NOW + ", body),"),
          Mutant.of(
              "release without condition",
              34,
              SETTLEMENT,
              "() -> context.swap(lock, keyState, expected, body),",
              "() -> context.swap(lock, keyState, " + NOW + ", body),"),
          Mutant.of(
              "a force release is passed over",
              62,
              HELD_LEASE,
              "    end(\n        content instanceof LockRecord.Content.Readable readable\n",
              "    if (content instanceof LockRecord.Content.Readable forced && forced.record().releasedBy() != null) {"
                  + " renewed(platform().nanoTime(), platform().currentTimeMillis()); stepDone(); return; }\n"
                  + "    end(\n        content instanceof LockRecord.Content.Readable readable\n"),
          Mutant.of(
              "staleness by the writer's clock",
              4,
              SIGHTING,
              "untilStale(content, held, abandoned, liveness, present.ageMillis(), unchangedNanos)",
              "untilStale(content, held, abandoned, liveness, held == null ? present.ageMillis() :"
                  + " OptionalLong.of(context.platform().currentTimeMillis() - held.renewedAtMillis()),"
                  + " unchangedNanos)"),
          Mutant.of(
              "a body is used again",
              1,
              HELD_LEASE,
              "record.renewed(record.revision() + 1, sentMillis, companions)",
              "record.renewed(record.revision(), sentMillis, companions)"),
          Mutant.of(
              "token not raised on takeover",
              5,
              ACQUISITION,
              "OptionalLong token = tokenAfter(seen);",
              "OptionalLong token ="
                  + " seen.isStale() && seen.token().isPresent() ? seen.token() : tokenAfter(seen);"),
          Mutant.of(
              "tokens start anew where a record is gone",
              3,
              KEY_STATE,
              "if (last.isEmpty() || storeMayForget) {",
              "if (storeMayForget) {"),
          Mutant.of(
              "an unknown read of the global lock is taken as free",
              78,
              RUN,
              "return seen != null && (global.isOpen(seen) || isLetIn()) && isHeld();",
              "return (seen == null || global.isOpen(seen) || isLetIn()) && isHeld();"),
          Mutant.of(
              "the global lock is not looked at again",
              35,
              RUN,
              "return seen != null && (global.isOpen(seen) || isLetIn()) && isHeld();",
              "return isHeld();"),
          Mutant.of("no drain", 45, STRUCTURAL, "drained = drain(lease);", "drained = true;"),
          Mutant.of(
              "one clean pass is enough",
              9578,
              STRUCTURAL,
              "if (pass.confirms(clean)) {",
              "if (pass.isClean()) {"),
          Mutant.of(
              "what a pass could not learn is taken as free",
              55,
              DRAIN,
              "return busy.isEmpty() && failure == null;",
              "return busy.isEmpty();"),
          Mutant.of(
              "a drain passes what is stale without freeing it",
              62,
              DRAIN,
              "      if (seen.isFree()) {",
              "      if (seen.isFree() || seen.isStale()) {"),
          Mutant.of(
              "a child reads its ancestor's record before it takes its own lock",
              1955,
              RUN,
              "      while (!takeAll() || !isAdmitted()) {",
              "      boolean letIn = isLetIn();\n      while (!takeAll() || !(letIn || isAdmitted())) {"),
          Mutant.of(
                  "a lease is counted from the answer",
                  321,
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
              HELD_LEASE,
              "      if (state == State.HELD) {\n        renewed(sentNanos, sentMillis);",
              "      if (state != State.CLOSED) {\n        state = State.HELD;\n        loss = null;\n"
                  + "        renewed(sentNanos, sentMillis);"),
          Mutant.of(
              "a suspended machine does not doubt",
              597,
              HELD_LEASE,
              "return wall - monotonic > Math.max(TimeUnit.SECONDS.toNanos(1), ttlNanos / 20);",
              "return wall - monotonic > Long.MAX_VALUE / 2;"),
          Mutant.of(
              "stale too soon",
              69,
              STALENESS,
              "return ttl + ttl / 20 + SECOND;",
              "return ttl / 2;"),
          Mutant.of(
              "what a caller gave up is not taken back",
              286,
              ACQUISITION,
              "LockRecord record = sent;",
              "LockRecord record = sent == null ? sent : null;"),
          Mutant.of(
              "the shortcut asks for no file of the holder's",
              46,
              SIGHTING,
              "\n        && context.platform().holderFiles().isLeft(held.nonce());",
              ";"),
          Mutant.of(
                  "the shortcut looks at the pid alone",
                  2,
                  SIGHTING,
                  "held != null && (context.store().machineLocal() || isLeftHere(held, context));",
                  "held != null;")
              .and(PROCESS, "return Liveness.UNKNOWN;", "here = \"\";")
              .and(PROCESS, "other.mark.equals(asked)", "other.pid == asked.pid()"));

  private Mutants() {}
}
