package dev.fen.datastore.verify;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Whether what was written over one connection is seen at once over another. */
final class Visibility {

  static final String READ = "read after write";
  static final String LIST = "list after write";
  static final String CROSS = "write A, read B";

  private static final int WRITERS = 16;

  private static final int PAIRS_AT_ONCE = 16;

  /** How many store calls each writer makes one after the other. */
  private static final int STEPS = 6;

  private final Ground ground;
  private final Extent extent;
  private final Progress progress;

  Visibility(Ground ground, Extent extent, Progress progress) {
    this.ground = ground;
    this.extent = extent;
    this.progress = progress;
  }

  /** What one writer's steps came to, as read and as listed. */
  private record Seen(Finding read, Finding list) {
    static Seen nothing(StoreFailure failure) {
      return new Seen(new Finding.Undecided(failure), new Finding.Undecided(failure));
    }
  }

  List<Check> afterWrite() throws InterruptedException {
    int rounds = Math.max(2, extent.rounds() / 25);
    List<Finding> reads = new ArrayList<>();
    List<Finding> lists = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      List<Supplier<Seen>> writers = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        int connection = writer + round;
        String folder = "fresh-" + writer + "/";
        RegisterKey key = ground.key(folder + round);
        writers.add(() -> writeAndLook(connection, key, ground.folder() + folder));
      }
      for (Seen seen : ground.calls().together(writers, STEPS, Seen::nothing)) {
        endIfPermanent(seen.read);
        endIfPermanent(seen.list);
        reads.add(seen.read);
        lists.add(seen.list);
      }
      progress.at(READ, round + 1, rounds);
      if (isSilent(lists)) {
        break;
      }
    }
    return List.of(
        summary(
            READ,
            reads,
            "writes read at once over another connection",
            "whoever looks sees who holds a lock",
            "a lock that is held may look free or released: do not keep locks here"),
        summary(
            LIST,
            lists,
            "writes listed at once over another connection",
            "a listing of locks leaves out none",
            "a listing of locks may leave out some that are held"));
  }

  private Seen writeAndLook(int connection, RegisterKey key, String prefix) {
    RegisterStore one = ground.connection(connection);
    RegisterStore other = ground.connection(connection + 1);
    String body = ground.body();
    WriteResult created = one.create(key, body);
    if (!(created instanceof WriteResult.Applied applied)) {
      return Seen.nothing(failureOf(created));
    }
    ReadResult read = other.read(key);
    Finding asRead = judge(read, applied.version(), body);
    Finding asListed = judge(other.list(prefix), key, applied.version());
    if (!(asRead instanceof Finding.Good) || !(read instanceof ReadResult.Present before)) {
      return new Seen(asRead, asListed);
    }
    String next = ground.body();
    WriteResult replaced = one.replace(key, applied.version(), next);
    if (!(replaced instanceof WriteResult.Applied appliedNext)) {
      // A store may allow one write a second to a key; then the first one has to do.
      return replaced instanceof WriteResult.Conflict
          ? new Seen(
              new Finding.Fault("a replace of what had just been written was refused"), asListed)
          : new Seen(asRead, asListed);
    }
    Finding again = judge(other.readAgain(key, before), appliedNext.version(), next);
    return new Seen(
        again instanceof Finding.Good ? judge(other.read(key), appliedNext.version(), next) : again,
        asListed);
  }

  private static Finding judge(ReadResult read, Version version, String body) {
    if (read instanceof ReadResult.Unknown unknown) {
      return new Finding.Undecided(unknown.failure());
    }
    if (!(read instanceof ReadResult.Present present)) {
      return new Finding.Fault("a key was absent right after it was written");
    }
    if (!present.body().equals(body)) {
      return new Finding.Fault("an older content was read right after a newer one was written");
    }
    return present.version().equals(version)
        ? new Finding.Good("")
        : new Finding.Fault("a read gave another version than the write of the same content");
  }

  private static Finding judge(ListResult listed, RegisterKey key, Version version) {
    if (listed instanceof ListResult.Unknown unknown) {
      return new Finding.Undecided(unknown.failure());
    }
    for (ListResult.Entry entry : ((ListResult.Listed) listed).entries()) {
      if (entry.key().equals(key)) {
        return entry.version().equals(version)
            ? new Finding.Good("")
            : new Finding.Fault("a listing gave another version than the write");
      }
    }
    return new Finding.Fault("a listing left out a key that had just been written");
  }

  /** One side of a pair: what its write and its read of the other side's key came to. */
  private record Side(WriteResult written, ReadResult read) {
    static Side nothing(StoreFailure failure) {
      return new Side(new WriteResult.Unknown(failure), new ReadResult.Unknown(failure));
    }
  }

  /** Two keys of one pair, and what is in them before a round. */
  private record Pair(
      RegisterKey a, RegisterKey b, @Nullable Version versionA, @Nullable Version versionB) {}

  Check cross() throws InterruptedException {
    int pairs = Math.max(10, extent.rounds() / 2);
    List<Finding> findings = new ArrayList<>();
    for (int from = 0; from < pairs; ) {
      List<Pair> round = new ArrayList<>();
      for (; round.size() < PAIRS_AT_ONCE && from < pairs; from++) {
        round.add(
            new Pair(
                ground.key("cross-" + from + "/a"),
                ground.key("cross-" + from + "/b"),
                null,
                null));
      }
      List<Pair> written = cross(round, findings);
      cross(written, findings);
      progress.at(CROSS, from, pairs);
      if (isSilent(findings)) {
        break;
      }
    }
    return summary(
        CROSS,
        findings,
        "times two wrote at once and looked for each other's write, and one saw it",
        "two who announce themselves and then look cannot miss each other",
        "two who announce themselves and then look may both think to be alone: reads are stale, do"
            + " not keep locks here");
  }

  /** Runs the pairs at once and hands back those of which both writes were applied. */
  private List<Pair> cross(List<Pair> pairs, List<Finding> findings) throws InterruptedException {
    List<Supplier<Side>> sides = new ArrayList<>();
    for (Pair pair : pairs) {
      int connection = sides.size();
      sides.add(() -> side(connection, pair.a, pair.versionA, pair.b));
      sides.add(() -> side(connection + 1, pair.b, pair.versionB, pair.a));
    }
    List<Side> results = ground.calls().together(sides, 2, Side::nothing);
    List<Pair> written = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      Pair pair = pairs.get(i);
      Side a = results.get(2 * i);
      Side b = results.get(2 * i + 1);
      Ground.endIfPermanent(a.written);
      Ground.endIfPermanent(b.written);
      if (a.written instanceof WriteResult.Applied appliedA
          && b.written instanceof WriteResult.Applied appliedB) {
        findings.add(judge(a.read, pair.versionB, b.read, pair.versionA));
        written.add(new Pair(pair.a, pair.b, appliedA.version(), appliedB.version()));
      } else if (pair.versionA == null) {
        findings.add(
            new Finding.Undecided(
                failureOf(a.written instanceof WriteResult.Applied ? b.written : a.written)));
      }
    }
    findings.forEach(Visibility::endIfPermanent);
    return written;
  }

  private Side side(
      int connection, RegisterKey own, @Nullable Version expected, RegisterKey other) {
    RegisterStore store = ground.connection(connection);
    WriteResult written = Ground.write(store, own, expected, ground.body());
    return new Side(written, store.read(other));
  }

  private static Finding judge(
      ReadResult readB, @Nullable Version oldB, ReadResult readA, @Nullable Version oldA) {
    if (readB instanceof ReadResult.Unknown unknown) {
      return new Finding.Undecided(unknown.failure());
    }
    if (readA instanceof ReadResult.Unknown unknown) {
      return new Finding.Undecided(unknown.failure());
    }
    return missed(readB, oldB) && missed(readA, oldA)
        ? new Finding.Fault("two wrote at once, then read, and neither saw the other's write")
        : new Finding.Good("");
  }

  private static boolean missed(ReadResult read, @Nullable Version old) {
    return read instanceof ReadResult.Present present
        ? present.version().equals(old)
        : old == null || read instanceof ReadResult.Absent;
  }

  private static Check summary(
      String name, List<Finding> findings, String measured, String good, String bad) {
    int passed = 0;
    int faults = 0;
    String firstFault = "";
    String lastFailure = "";
    for (Finding finding : findings) {
      if (finding instanceof Finding.Good) {
        passed++;
      } else if (finding instanceof Finding.Fault fault) {
        if (++faults == 1) {
          firstFault = fault.measured();
        }
      } else if (finding instanceof Finding.Undecided undecided) {
        lastFailure = undecided.failure().message();
      }
    }
    int undecided = findings.size() - passed - faults;
    String none = undecided == 0 ? "" : "; " + undecided + " without an answer: " + lastFailure;
    if (faults > 0) {
      return new Check(
          name,
          Check.Result.FAILED,
          faults + " of " + findings.size() + " went wrong; first: " + firstFault + none,
          bad);
    }
    return passed > undecided
        ? new Check(name, Check.Result.PASSED, passed + " " + measured + none, good)
        : new Check(
            name,
            Check.Result.UNDECIDED,
            passed + " " + measured + none,
            "the store answered too rarely to be judged: try again when it is well");
  }

  /** A store that hangs is not waited for again and again. */
  private static boolean isSilent(List<Finding> findings) {
    return findings.stream().allMatch(finding -> finding instanceof Finding.Undecided);
  }

  private static void endIfPermanent(Finding finding) {
    if (finding instanceof Finding.Undecided undecided) {
      Ground.endIfPermanent(undecided.failure());
    }
  }

  private static StoreFailure failureOf(WriteResult result) {
    if (result instanceof WriteResult.Unknown unknown) {
      return unknown.failure();
    }
    return result instanceof WriteResult.NotApplied notApplied
        ? notApplied.failure()
        : StoreFailure.passing("a write that nobody competed with was refused", null);
  }
}
