package dev.fen.datastore.verify;

import dev.fen.datastore.verify.Candidate.LateWriter;
import dev.fen.datastore.verify.Candidate.Removal;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.s3.TagForm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the checks of one certification share: connections, keys, and bodies no two of a kind. */
final class Ground {

  static final int CONNECTIONS = 10;

  private static final String FOLDER = "verify/";

  /** How often something is asked that gets no answer. */
  static final int TRIES = 3;

  /** Takes as many threads. */
  static final int SWEPT_AT_ONCE = 100;

  /** Whoever stops a certification waits for the two together. */
  private static final Duration LANDING = Duration.ofSeconds(2);

  private static final Duration CLEANING_UP = Duration.ofSeconds(3);

  private final Candidate candidate;
  private final Platform platform;
  private final Calls calls;
  private final Duration pause;
  private final Patience patience;
  private final String id;
  private final List<RegisterStore> connections = new ArrayList<>();
  private final Set<RegisterKey> litter = new LinkedHashSet<>();
  private int hidden; // guarded by litter
  private final AtomicInteger lastBody = new AtomicInteger();
  private volatile boolean hasTakenWrite;

  /** Writes that were carried out, or may have been, or may still be. */
  private final AtomicInteger landing = new AtomicInteger();

  private volatile String lastFailure = "no answer at all";
  private boolean mayRemove = true;
  private @Nullable TagForm tagForm;

  Ground(Candidate candidate, Platform platform, Calls calls, Duration pause, Patience patience) {
    this.candidate = candidate;
    this.platform = platform;
    this.calls = calls;
    this.pause = pause;
    this.patience = patience;
    calls.endAfter(patience.untilFirstWrite());
    this.id = hex(platform.randomLong()) + hex(platform.randomLong());
  }

  private static String hex(long bits) {
    String digits = Long.toHexString(bits);
    return "0".repeat(16 - digits.length()) + digits;
  }

  private record Connected(@Nullable RegisterStore store, @Nullable StoreFailure failure) {}

  /**
   * Opens the connections, with the first form of tags in which the store takes back the tag it has
   * just given. Another one is only tried under keys of this certification, and only once the store
   * has refused the one before: elsewhere the trial might be a blind overwrite.
   *
   * @return the form, which is not tried if there is one only; null if there is none, or the store
   *     takes none
   */
  @Nullable TagForm connect() throws InterruptedException {
    List<TagForm> forms = candidate.tagForms();
    if (forms.size() < 2) {
      TagForm only = forms.isEmpty() ? null : forms.get(0);
      connect(only);
      return only;
    }
    for (TagForm form : forms) {
      close();
      connections.clear();
      connect(form);
      if (!refusesItsTag("tag-form-" + form.name().toLowerCase(Locale.ROOT))) {
        return form;
      }
    }
    return null;
  }

  /** Whether a replace of what is there, as its writer was told, is refused as out of date. */
  private boolean refusesItsTag(String name) throws InterruptedException {
    for (int tries = 0; tries < TRIES; tries++) {
      RegisterKey key = key(name + "-" + tries);
      String body = body();
      if (write(tries, key, null, body) instanceof WriteResult.Applied created) {
        WriteResult replaced = write(tries, key, created.version(), body());
        if (replaced instanceof WriteResult.Applied) {
          return false;
        }
        if (replaced instanceof WriteResult.Conflict
            && read(tries, key) instanceof ReadResult.Present present
            && present.body().equals(body)) {
          return true;
        }
      }
      pause();
    }
    // The checks will tell what is the matter.
    return false;
  }

  private void connect(@Nullable TagForm form) throws InterruptedException {
    tagForm = form;
    for (int i = 0; i < CONNECTIONS; i++) {
      Connected connected =
          calls.one(() -> connectOnce(form), failure -> new Connected(null, failure));
      if (connected.store == null) {
        StoreFailure why = connected.failure;
        throw new CannotVerifyException(
            why == null ? "there is no connection to the store" : why.message(),
            why != null && why.permanent(),
            why == null ? null : why.cause());
      }
      connections.add(connected.store);
    }
  }

  private Connected connectOnce(@Nullable TagForm tagForm) {
    try {
      return new Connected(candidate.connect(tagForm), null);
    } catch (RuntimeException thrown) {
      String message = thrown.getMessage();
      return new Connected(
          null, StoreFailure.permanent(message == null ? thrown.toString() : message, thrown));
    }
  }

  /** Closes the connections, waiting for that as long as for a call. */
  void close() throws InterruptedException {
    close(calls);
  }

  private void close(Calls by) throws InterruptedException {
    List<Supplier<Boolean>> closings = new ArrayList<>();
    for (RegisterStore connection : connections) {
      closings.add(
          () -> {
            connection.close();
            return true;
          });
    }
    by.together(closings, 1, failure -> false);
  }

  /**
   * Begins nothing more, removes what it can within some seconds, even if it is interrupted
   * meanwhile, and closes the connections.
   */
  void abandon() {
    long startNanos = platform.nanoTime();
    boolean interrupted = false;
    while (true) {
      try {
        calls.stop(left(LANDING, startNanos));
        Calls cleaning = new Calls(platform, SWEPT_AT_ONCE, CLEANING_UP);
        cleaning.endAfter(left(LANDING.plus(CLEANING_UP), startNanos));
        sweep(litter(), cleaning);
        close(cleaning);
        break;
      } catch (Calls.OutOfTimeException unfinished) {
        connections.forEach(connection -> calls.start(connection::close));
        break;
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private Duration left(Duration of, long startNanos) {
    Duration left = of.minusNanos(platform.nanoTime() - startNanos);
    return left.isNegative() ? Duration.ZERO : left;
  }

  Calls calls() {
    return calls;
  }

  Platform platform() {
    return platform;
  }

  String folder() {
    return FOLDER + id + "/";
  }

  /** One of the connections; any number stands for one. */
  RegisterStore connection(int number) {
    return connections.get(Math.floorMod(number, connections.size()));
  }

  private record Opened(Optional<LateWriter> writer, @Nullable StoreFailure failure) {}

  /** One more connection, over which content can be held back, where there is such a thing. */
  Optional<LateWriter> lateWriter() throws InterruptedException {
    Opened opened =
        calls.one(
            () -> new Opened(candidate.lateWriter(tagForm), null),
            failure -> new Opened(Optional.empty(), failure));
    if (opened.failure != null) {
      throw new CannotVerifyException(
          opened.failure.message(), opened.failure.permanent(), opened.failure.cause());
    }
    return opened.writer;
  }

  /** A key that nobody has used, to be removed at the end. */
  RegisterKey key(String name) {
    RegisterKey key = new RegisterKey(folder() + name);
    synchronized (litter) {
      litter.add(key);
    }
    return key;
  }

  /** A body that was never written anywhere. */
  String body() {
    return body(0);
  }

  /** A body that was never written anywhere, with a number to count with. */
  String body(int value) {
    return "{\"verify\":\""
        + id
        + "\",\"write\":"
        + lastBody.incrementAndGet()
        + ",\"value\":"
        + value
        + "}";
  }

  /** The number in a body, or -1 where it is none of ours. */
  int valueOf(String body) {
    String before = ",\"value\":";
    int at = body.lastIndexOf(before);
    if (at < 0 || !body.startsWith("{\"verify\":\"" + id) || !body.endsWith("}")) {
      return -1;
    }
    try {
      return Integer.parseInt(body.substring(at + before.length(), body.length() - 1));
    } catch (NumberFormatException notOurs) {
      return -1;
    }
  }

  /** Gives the store time to recover, or to allow the next write to a key. */
  void pause() throws InterruptedException {
    calls.pause(pause);
  }

  ReadResult read(int connection, RegisterKey key) throws InterruptedException {
    return readAll(List.of(key), connection).get(0);
  }

  /** Reads each key, again where there is no answer. */
  List<ReadResult> readAll(List<RegisterKey> keys, int firstConnection)
      throws InterruptedException {
    List<ReadResult> results = new ArrayList<>();
    for (int tries = 0; ; tries++) {
      List<Integer> open = new ArrayList<>();
      List<Supplier<ReadResult>> reads = new ArrayList<>();
      for (int i = 0; i < keys.size(); i++) {
        if (tries == 0 || results.get(i) instanceof ReadResult.Unknown) {
          RegisterKey key = keys.get(i);
          RegisterStore connection = connection(firstConnection + i + tries);
          open.add(i);
          reads.add(() -> connection.read(key));
        }
      }
      List<ReadResult> answers = calls.together(reads, 1, ReadResult.Unknown::new);
      boolean allKnown = true;
      for (int i = 0; i < answers.size(); i++) {
        ReadResult answer = answers.get(i);
        if (answer instanceof ReadResult.Unknown unknown) {
          endIfPermanent(unknown.failure());
          allKnown = false;
        }
        if (tries == 0) {
          results.add(answer);
        } else {
          results.set(open.get(i), answer);
        }
      }
      if (allKnown || tries + 1 >= TRIES) {
        return results;
      }
      pause();
    }
  }

  /** One conditional write: a create where nothing is expected. */
  static WriteResult write(
      RegisterStore connection, RegisterKey key, @Nullable Version expected, String body) {
    return expected == null
        ? connection.create(key, body)
        : connection.replace(key, expected, body);
  }

  WriteResult write(int connection, RegisterKey key, @Nullable Version expected, String body)
      throws InterruptedException {
    RegisterStore store = connection(connection);
    WriteResult result =
        calls.one(() -> counted(store, key, expected, body), WriteResult.Unknown::new);
    endIfPermanent(result);
    if (result instanceof WriteResult.Unknown unknown) {
      lastFailure = unknown.failure().message();
    } else if (result instanceof WriteResult.NotApplied notApplied) {
      lastFailure = notApplied.failure().message();
    }
    if (result instanceof WriteResult.Applied && !hasTakenWrite) {
      hasTakenWrite = true;
      calls.endAfter(patience.inAll());
    }
    return result;
  }

  /** Keeps account on the thread of the call: whoever waits may give up in between. */
  private WriteResult counted(
      RegisterStore store, RegisterKey key, @Nullable Version expected, String body) {
    int ignored = landing.incrementAndGet();
    WriteResult result = write(store, key, expected, body);
    if (result instanceof WriteResult.NotApplied || result instanceof WriteResult.Conflict) {
      ignored = landing.decrementAndGet();
    }
    return result;
  }

  /** Why the last write that was not acknowledged was not, in words for people. */
  String lastFailure() {
    return lastFailure;
  }

  /** Whether the store has acknowledged a write. */
  boolean hasTakenWrite() {
    return hasTakenWrite;
  }

  /** Creates a register, under another key where the answer is not known; null if none is known. */
  @Nullable RegisterKey created(String name) throws InterruptedException {
    for (int tries = 0; tries < TRIES; tries++) {
      RegisterKey key = key(name + "-" + tries);
      if (write(tries, key, null, body(0)) instanceof WriteResult.Applied) {
        return key;
      }
      pause();
    }
    return null;
  }

  static void endIfPermanent(WriteResult result) {
    if (result instanceof WriteResult.Unknown unknown) {
      endIfPermanent(unknown.failure());
    } else if (result instanceof WriteResult.NotApplied notApplied) {
      endIfPermanent(notApplied.failure());
    }
  }

  static void endIfPermanent(StoreFailure failure) {
    if (failure.permanent()) {
      throw new CannotVerifyException(failure.message(), true, failure.cause());
    }
  }

  boolean remove(RegisterKey key) throws InterruptedException {
    return calls.one(() -> candidate.remove(key), failure -> Removal.LEFT) != Removal.LEFT;
  }

  /** Removes what the checks have left. */
  void sweep() throws InterruptedException {
    sweep(litter(), calls);
  }

  private List<RegisterKey> litter() {
    synchronized (litter) {
      return List.copyOf(litter);
    }
  }

  /** Removes registers, unless that has turned out to be in vain. */
  void sweep(List<RegisterKey> keys) throws InterruptedException {
    sweep(keys, calls);
  }

  private void sweep(List<RegisterKey> keys, Calls by) throws InterruptedException {
    for (int from = 0; from < keys.size() && mayRemove; from += SWEPT_AT_ONCE) {
      List<RegisterKey> some = keys.subList(from, Math.min(from + SWEPT_AT_ONCE, keys.size()));
      List<Supplier<Boolean>> removals = new ArrayList<>();
      for (RegisterKey key : some) {
        removals.add(() -> isRemoved(key));
      }
      mayRemove = by.together(removals, 1, failure -> false).contains(true);
    }
  }

  /** Removes one and keeps account, at once: whoever waits may give up in between. */
  private boolean isRemoved(RegisterKey key) {
    Removal removal = candidate.remove(key);
    synchronized (litter) {
      boolean isRemoved = removal != Removal.LEFT;
      if (isRemoved && litter.remove(key) && removal == Removal.HIDDEN) {
        hidden++;
      }
      return isRemoved;
    }
  }

  /** What of the registers is still there, in words for people; empty if nothing is. */
  List<String> leftovers() {
    List<String> leftovers = new ArrayList<>();
    synchronized (litter) {
      if (landing.get() > 0 && !litter.isEmpty()) {
        leftovers.add(
            counted(litter.size(), "register")
                + " could not be removed and may stay under "
                + candidate.placeOf(folder())
                + "; nothing uses them, and they may be deleted");
      }
      if (hidden > 0) {
        leftovers.add(
            "this store keeps versions: those of "
                + counted(hidden, "removed register")
                + " stay, noncurrent, under "
                + candidate.placeOf(FOLDER)
                + " until a lifecycle rule removes them (NoncurrentVersionExpiration)");
      }
    }
    return leftovers;
  }

  private static String counted(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }
}
