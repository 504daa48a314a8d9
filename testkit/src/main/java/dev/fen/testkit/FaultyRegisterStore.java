package dev.fen.testkit;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One process's way to a store, on which a test has requests fail. Keeps a history of the requests.
 * Requests are interleaved with those of other processes by the simulation's scheduler.
 */
public final class FaultyRegisterStore extends ForwardingRegisterStore {

  /** What a request asks. */
  public enum Kind {
    /** A read. */
    READ,
    /** The write of an absent register. */
    CREATE,
    /** The write of a present one. */
    REPLACE,
    /** A listing. */
    LIST
  }

  /** What becomes of a request. */
  public enum Fate {
    /** It is carried out and answered. */
    DONE,
    /** It is not carried out; the answer says so. */
    NOT_APPLIED,
    /** It is not carried out, for a reason that no retry cures. */
    REFUSED,
    /** It is not carried out, and nobody knows. */
    LOST,
    /** It is carried out, and the answer is lost. */
    ANSWER_LOST,
    /** It is answered as unknown, and carried out when {@link #letLateOnesLand} is called. */
    LATE,
    /** It is not carried out, and there is never an answer. */
    NO_ANSWER,
    /** It is carried out, and there is never an answer. */
    SILENT,
    /** It is carried out and answered by a conflict all the same. */
    CONFLICT,
    /** It is carried out, but nobody knows, for a reason that no retry cures. */
    ANSWER_REFUSED
  }

  /**
   * A request that was made.
   *
   * @param kind what it asked
   * @param key of which register, or the prefix of a listing
   * @param body what it wrote, or null
   * @param atNanos when, in true time
   * @param fate what became of it
   */
  public record Request(Kind kind, String key, @Nullable String body, long atNanos, Fate fate) {}

  private record Rule(Predicate<Request> applies, Fate fate, boolean once) {}

  private static final Pattern MARK = Pattern.compile("\"nonce\":\"[^\"]*\",\"revision\":\\d+");

  private final RegisterStore store;
  private final SimulatedProcess process;
  private final Simulation simulation;
  private final List<Rule> rules = new ArrayList<>();
  private final List<Request> history = new ArrayList<>();
  private final List<Runnable> late = new ArrayList<>();
  private Duration latency = Duration.ZERO;
  private Predicate<Request> isSlow = request -> true;
  private Runnable beforeNextWrite = () -> {};
  private Runnable afterEveryWrite = () -> {};
  private @Nullable Supplier<OptionalLong> shownAge;

  /**
   * A way to a store.
   *
   * @param store the store
   * @param process whose way it is
   * @param simulation where both are
   */
  public FaultyRegisterStore(RegisterStore store, SimulatedProcess process, Simulation simulation) {
    super(store);
    this.store = store;
    this.process = process;
    this.simulation = simulation;
  }

  // What a test says.

  /**
   * Decides the fate of the next request of a kind.
   *
   * @param kind which
   * @param fate what becomes of it
   */
  public void next(Kind kind, Fate fate) {
    rules.add(new Rule(request -> request.kind() == kind, fate, true));
  }

  /**
   * Decides the fate of all requests from now on that a test chooses.
   *
   * @param which those; the fate it is given means nothing
   * @param fate what becomes of them
   */
  public void always(Predicate<Request> which, Fate fate) {
    rules.add(new Rule(which, fate, false));
  }

  /** From now on all goes well again. */
  public void heal() {
    rules.clear();
  }

  /**
   * Makes all requests take time.
   *
   * @param each half of it goes by before the request is carried out
   */
  public void slow(Duration each) {
    slow(request -> true, each);
  }

  /**
   * Makes some requests take time, and the others none.
   *
   * @param which those; the fate it is given means nothing
   * @param each half of it goes by before the request is carried out
   */
  public void slow(Predicate<Request> which, Duration each) {
    isSlow = which;
    latency = each;
  }

  /**
   * Has all reads show an age of a test's own making, whatever the store says.
   *
   * @param millis is asked at each read; empty where the store is to show none
   */
  public void showAge(Supplier<OptionalLong> millis) {
    shownAge = millis;
  }

  /**
   * Has something happen right before the next write is carried out.
   *
   * @param event what
   */
  public void beforeNextWrite(Runnable event) {
    beforeNextWrite = event;
  }

  /**
   * Has something happen after every write from now on, before it is answered.
   *
   * @param event what, such as an old record that comes back
   */
  public void afterEveryWrite(Runnable event) {
    afterEveryWrite = event;
  }

  /**
   * Carries out the writes that are kept back then, whatever has become of this process.
   *
   * @param delay how much later, in true time
   */
  public void letLateOnesLandIn(Duration delay) {
    simulation.later(delay, this::letLateOnesLand);
  }

  /** Carries out all writes that were answered as unknown and kept back. */
  public void letLateOnesLand() {
    List<Runnable> landing = List.copyOf(late);
    late.clear();
    landing.forEach(Runnable::run);
  }

  /**
   * All requests so far.
   *
   * @return in the order in which they were made
   */
  public List<Request> history() {
    return List.copyOf(history);
  }

  /**
   * How many requests of a kind there were.
   *
   * @param kind which
   * @return their number since the history was last forgotten
   */
  public long count(Kind kind) {
    return history.stream().filter(request -> request.kind() == kind).count();
  }

  /**
   * How many requests of a kind there were for one register.
   *
   * @param kind which
   * @param key of which register
   * @return their number since the history was last forgotten
   */
  public long count(Kind kind, RegisterKey key) {
    return history.stream()
        .filter(request -> request.kind() == kind && request.key().equals(key.path()))
        .count();
  }

  /** Forgets the history. */
  public void clearHistory() {
    history.clear();
  }

  // What its process sees.

  private Request note(Kind kind, String key, @Nullable String body) {
    Request request = new Request(kind, key, body, simulation.nowNanos(), Fate.DONE);
    Fate fate = fateOf(request);
    Request noted = new Request(kind, key, body, simulation.nowNanos(), fate);
    history.add(noted);
    return noted;
  }

  private Fate fateOf(Request request) {
    for (Rule rule : List.copyOf(rules)) {
      if (rule.applies().test(request)) {
        if (rule.once()) {
          rules.remove(rule);
        }
        return rule.fate();
      }
    }
    return Fate.DONE;
  }

  private void takeTime(Request request) {
    if (latency.isZero() || !isSlow.test(request)) {
      process.letOthersRun();
      return;
    }
    try {
      process.sleep(latency.dividedBy(2));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static StoreFailure failure() {
    return StoreFailure.passing("planted", null);
  }

  private static StoreFailure refusal() {
    return StoreFailure.permanent("planted refusal", null);
  }

  @Override
  public ReadResult read(RegisterKey key) {
    return read(note(Kind.READ, key.path(), null), () -> store.read(key));
  }

  @Override
  public ReadResult readAgain(RegisterKey key, ReadResult.Present last) {
    return read(note(Kind.READ, key.path(), null), () -> store.readAgain(key, last));
  }

  private ReadResult read(Request request, Supplier<ReadResult> call) {
    takeTime(request);
    switch (request.fate()) {
      case DONE -> {
        ReadResult result = call.get();
        takeTime(request);
        return result instanceof ReadResult.Present present ? aged(present) : result;
      }
      case REFUSED -> {
        return new ReadResult.Unknown(refusal());
      }
      case NO_ANSWER, SILENT -> hang();
      default -> {
        return new ReadResult.Unknown(failure());
      }
    }
    throw new IllegalStateException("a hanging request went on");
  }

  private ReadResult aged(ReadResult.Present present) {
    Supplier<OptionalLong> age = shownAge;
    return age == null
        ? present
        : new ReadResult.Present(
            present.version(), present.body(), age.get(), present.storeTimeMillis());
  }

  @Override
  public WriteResult create(RegisterKey key, String body) {
    return write(note(Kind.CREATE, key.path(), body), () -> store.create(key, body));
  }

  @Override
  public WriteResult replace(RegisterKey key, Version expected, String body) {
    return write(note(Kind.REPLACE, key.path(), body), () -> store.replace(key, expected, body));
  }

  private WriteResult write(Request request, Supplier<WriteResult> call) {
    requireNew(request);
    takeTime(request);
    Runnable event = beforeNextWrite;
    beforeNextWrite = () -> {};
    event.run();
    WriteResult result = meet(request.fate(), call);
    afterEveryWrite.run();
    if (request.fate() == Fate.DONE) {
      takeTime(request);
    }
    return result;
  }

  /** No two bodies are ever equal, whatever the time: they differ in nonce or revision. */
  private void requireNew(Request request) {
    Matcher mark = MARK.matcher(String.valueOf(request.body()));
    if (mark.find() && !simulation.addMark(request.key() + mark.group())) {
      simulation.fail(
          new AssertionError("two bodies have the nonce and revision of " + request.body()));
    }
  }

  private WriteResult meet(Fate fate, Supplier<WriteResult> call) {
    return switch (fate) {
      case DONE -> call.get();
      case NOT_APPLIED -> new WriteResult.NotApplied(failure());
      case REFUSED -> new WriteResult.NotApplied(refusal());
      case LOST -> new WriteResult.Unknown(failure());
      case ANSWER_LOST -> instead(call, new WriteResult.Unknown(failure()));
      case ANSWER_REFUSED -> instead(call, new WriteResult.Unknown(refusal()));
      case CONFLICT -> instead(call, new WriteResult.Conflict());
      case LATE -> {
        late.add(
            () -> {
              WriteResult unused = call.get();
            });
        yield new WriteResult.Unknown(failure());
      }
      case NO_ANSWER, SILENT -> {
        if (fate == Fate.SILENT) {
          WriteResult unused = call.get();
        }
        hang();
        throw new IllegalStateException("a hanging request went on");
      }
    };
  }

  private static WriteResult instead(Supplier<WriteResult> call, WriteResult answer) {
    WriteResult unused = call.get();
    return answer;
  }

  private void hang() {
    try {
      process.newSignal().await(Long.MAX_VALUE);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException("nobody interrupts a request that hangs", interrupted);
    }
  }

  @Override
  public ListResult list(String prefix) {
    Request request = note(Kind.LIST, prefix, null);
    takeTime(request);
    if (request.fate() == Fate.NO_ANSWER || request.fate() == Fate.SILENT) {
      hang();
    }
    return switch (request.fate()) {
      case DONE -> store.list(prefix);
      case REFUSED -> new ListResult.Unknown(refusal());
      default -> new ListResult.Unknown(failure());
    };
  }
}
