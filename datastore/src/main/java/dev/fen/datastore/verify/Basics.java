package dev.fen.datastore.verify;

import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The checks with one writer: what has to be refused is refused. */
final class Basics {

  static final String ANSWERS = "answers";
  static final String REFUSALS = "refusals";
  static final String CREATE_PRESENT = "create on a present key";
  static final String STALE_REPLACE = "stale replace";
  static final String REPLACE_ABSENT = "replace on an absent key";
  static final String CREATE_REMOVED = "create after removal";

  /** Calls in a row that a check makes at the most, with all its tries. */
  private static final int MOST_STEPS = 100;

  private final Ground ground;

  Basics(Ground ground) {
    this.ground = ground;
  }

  /** One go at a check, under keys that no go before has used. */
  @FunctionalInterface
  interface Attempt {
    Finding go(String keys) throws InterruptedException;
  }

  /** Makes a check, again where there is no answer to go by. */
  Check check(String name, String keys, Attempt attempt, String good, String bad)
      throws InterruptedException {
    StoreFailure last = StoreFailure.passing("the store gave no answer", null);
    for (int tries = 0; tries < Ground.TRIES; tries++) {
      if (tries > 0) {
        ground.pause();
      }
      Finding finding = attempt.go(keys + "-" + tries);
      if (finding instanceof Finding.Good well) {
        return new Check(name, Check.Result.PASSED, well.measured(), good);
      }
      if (finding instanceof Finding.Fault fault) {
        return new Check(name, Check.Result.FAILED, fault.measured(), bad);
      }
      last = ((Finding.Undecided) finding).failure();
    }
    return undecided(name, last);
  }

  private static Check undecided(String name, StoreFailure failure) {
    return new Check(
        name,
        Check.Result.UNDECIDED,
        failure.message(),
        "the store answered too rarely to be judged: try again when it is well");
  }

  Check answers() throws InterruptedException {
    return check(
        ANSWERS,
        "answers",
        keys -> {
          Setup made = make(ground.key(keys), null);
          if (made.version == null) {
            return made.finding;
          }
          return made.finding instanceof Finding.Undecided
              ? made.finding
              : new Finding.Good("what was written was read");
        },
        "the store can be used",
        "writes do not arrive: locks cannot be kept here");
  }

  /** One check, as long as it may take. */
  @FunctionalInterface
  private interface Making {
    Check make() throws InterruptedException;
  }

  /** What a check came to, or what has ended it. */
  private record Made(@Nullable Check check, @Nullable CannotVerifyException end) {}

  /** The checks of what has to be refused: side by side, since each is many calls in a row. */
  List<Check> refusals() throws InterruptedException {
    List<Supplier<Made>> makings = new ArrayList<>();
    makings.add(() -> made(this::createOnPresent));
    makings.add(() -> made(this::staleReplace));
    makings.add(() -> made(this::replaceOnAbsent));
    makings.add(() -> made(this::createAfterRemoval));
    List<Check> checks = new ArrayList<>();
    for (Made made :
        ground
            .calls()
            .together(
                makings, MOST_STEPS, failure -> new Made(undecided(REFUSALS, failure), null))) {
      if (made.end != null) {
        throw made.end;
      }
      if (made.check != null) {
        checks.add(made.check);
      }
    }
    return checks;
  }

  private static Made made(Making making) {
    try {
      return new Made(making.make(), null);
    } catch (CannotVerifyException end) {
      return new Made(null, end);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return new Made(undecided(REFUSALS, StoreFailure.passing("interrupted", stopped)), null);
    }
  }

  private Check createOnPresent() throws InterruptedException {
    return check(
        CREATE_PRESENT,
        "present",
        keys -> {
          RegisterKey key = ground.key(keys);
          Setup made = make(key, null);
          return made.version == null ? made.finding : refused(key, null, made.body, "the create");
        },
        "a lock that is held cannot be taken as if it were free",
        "a lock that is held can be taken as if it were free: the store ignores If-None-Match or"
            + " its like, do not keep locks here");
  }

  private Check staleReplace() throws InterruptedException {
    return check(
        STALE_REPLACE,
        "stale",
        keys -> {
          RegisterKey key = ground.key(keys);
          Setup first = make(key, null);
          if (first.version == null) {
            return first.finding;
          }
          Setup second = make(key, first.version);
          return second.version == null
              ? second.finding
              : refused(key, first.version, second.body, "the replace");
        },
        "a holder that has lost its lock cannot write over the next one",
        "a holder that has lost its lock can write over the next one: the store ignores If-Match"
            + " or its like, do not keep locks here");
  }

  private Check replaceOnAbsent() throws InterruptedException {
    return check(
        REPLACE_ABSENT,
        "absent",
        keys -> {
          Setup other = make(ground.key(keys + "-other"), null);
          return other.version == null
              ? other.finding
              : refused(ground.key(keys), other.version, null, "the replace");
        },
        "what was removed does not come back by a late write",
        "what was removed can come back by a late write: do not keep locks here");
  }

  private Check createAfterRemoval() throws InterruptedException {
    RegisterKey key = ground.key("removed");
    Setup made = make(key, null);
    Version old = made.version;
    if (old == null || !ground.remove(key)) {
      return new Check(
          CREATE_REMOVED,
          Check.Result.SKIPPED,
          "nothing could be removed",
          "unknown whether a lock comes back to life that somebody has removed");
    }
    return check(
        CREATE_REMOVED,
        "removed-again",
        keys -> {
          Finding refused = refused(key, old, null, "the replace of what was removed");
          if (!(refused instanceof Finding.Good)) {
            return refused;
          }
          Setup again = make(key, null);
          return again.version == null
              ? again.finding
              : new Finding.Good("created anew; the replace before was refused");
        },
        "a lock that somebody has removed can be taken again",
        "a lock that somebody has removed cannot be taken again, or is written over by a late"
            + " holder: a bucket with versioning may be the cause");
  }

  /**
   * A write that had to be applied.
   *
   * @param version which content it has written; null if it has not
   * @param finding good if it was acknowledged
   */
  private record Setup(@Nullable Version version, String body, Finding finding) {}

  private Setup make(RegisterKey key, @Nullable Version expected) throws InterruptedException {
    Finding undecided = undecided("the store gave no answer");
    for (int tries = 0; tries < Ground.TRIES; tries++) {
      if (tries > 0) {
        ground.pause();
      }
      String body = ground.body();
      WriteResult result = ground.write(tries, key, expected, body);
      ReadResult found = ground.read(tries + 1, key);
      if (found instanceof ReadResult.Unknown unknown) {
        undecided = new Finding.Undecided(unknown.failure());
        continue;
      }
      boolean isThere = found instanceof ReadResult.Present present && present.body().equals(body);
      if (found instanceof ReadResult.Present present
          && isThere
          && !(result instanceof WriteResult.Conflict)) {
        return new Setup(
            present.version(),
            body,
            result instanceof WriteResult.Applied ? new Finding.Good("") : undecided(result));
      }
      if (result instanceof WriteResult.Applied) {
        return new Setup(
            null, body, new Finding.Fault("a write was acknowledged, but a read did not find it"));
      }
      if (result instanceof WriteResult.Conflict && tries == 0) {
        return new Setup(
            null,
            body,
            new Finding.Fault(
                (expected == null
                        ? "a create on an absent key"
                        : "a replace of the content just written")
                    + (isThere ? " was answered as refused, but was done" : " was refused")));
      }
      undecided = undecided(result);
      if (result instanceof WriteResult.Conflict) {
        // One of the tries before, given up as unknown, has landed after all.
        break;
      }
    }
    return new Setup(null, "", undecided);
  }

  /** Tries a write that has to be refused and has to leave what is there. */
  private Finding refused(
      RegisterKey key, @Nullable Version expected, @Nullable String body, String what)
      throws InterruptedException {
    Finding undecided = undecided("the store gave no answer");
    for (int tries = 0; tries < Ground.TRIES; tries++) {
      if (tries > 0) {
        ground.pause();
      }
      WriteResult result = ground.write(tries + 2, key, expected, ground.body());
      ReadResult found = ground.read(tries, key);
      if (result instanceof WriteResult.Applied) {
        return new Finding.Fault(what + " was done, and had to be refused");
      }
      if (found instanceof ReadResult.Unknown unknown) {
        undecided = new Finding.Undecided(unknown.failure());
        continue;
      }
      String foundBody = found instanceof ReadResult.Present present ? present.body() : null;
      if (body == null ? foundBody != null : !body.equals(foundBody)) {
        return new Finding.Fault(what + " was not answered as done, but changed what was there");
      }
      if (result instanceof WriteResult.Conflict) {
        return new Finding.Good("refused");
      }
      undecided = undecided(result);
    }
    return undecided;
  }

  private static Finding undecided(WriteResult result) {
    if (result instanceof WriteResult.Unknown unknown) {
      return new Finding.Undecided(unknown.failure());
    }
    return result instanceof WriteResult.NotApplied notApplied
        ? new Finding.Undecided(notApplied.failure())
        : undecided("the store gave no answer in time");
  }

  private static Finding undecided(String why) {
    return new Finding.Undecided(StoreFailure.passing(why, null));
  }
}
