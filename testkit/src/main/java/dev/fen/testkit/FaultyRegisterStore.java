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
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One process's way to a store, on which a test has requests fail. Keeps a history of the requests.
 * Requests are interleaved with those of other processes by the simulation's scheduler.
 */
public final class FaultyRegisterStore implements RegisterStore {

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
    /** It is carried out and answered by a conflict all the same. */
    CONFLICT
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

  private final RegisterStore store;
  private final SimulatedProcess process;
  private final Simulation simulation;
  private final List<Rule> rules = new ArrayList<>();
  private final List<Request> history = new ArrayList<>();
  private final List<Runnable> late = new ArrayList<>();
  private Duration latency = Duration.ZERO;
  private Runnable beforeNextWrite = () -> {};

  /**
   * A way to a store.
   *
   * @param store the store
   * @param process whose way it is
   * @param simulation where both are
   */
  public FaultyRegisterStore(RegisterStore store, SimulatedProcess process, Simulation simulation) {
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
    latency = each;
  }

  /**
   * Has something happen right before the next write is carried out.
   *
   * @param event what
   */
  public void beforeNextWrite(Runnable event) {
    beforeNextWrite = event;
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

  private void takeTime() {
    if (latency.isZero()) {
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

  @Override
  public ReadResult read(RegisterKey key) {
    return read(note(Kind.READ, key.path(), null), () -> store.read(key));
  }

  @Override
  public ReadResult readAgain(RegisterKey key, ReadResult.Present last) {
    return read(note(Kind.READ, key.path(), null), () -> store.readAgain(key, last));
  }

  private ReadResult read(Request request, Supplier<ReadResult> call) {
    takeTime();
    switch (request.fate()) {
      case DONE -> {
        ReadResult result = call.get();
        takeTime();
        return result;
      }
      case REFUSED -> {
        return new ReadResult.Unknown(StoreFailure.permanent("planted refusal", null));
      }
      case NO_ANSWER -> hang();
      default -> {
        return new ReadResult.Unknown(failure());
      }
    }
    throw new IllegalStateException("a hanging request went on");
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
    takeTime();
    Runnable event = beforeNextWrite;
    beforeNextWrite = () -> {};
    event.run();
    switch (request.fate()) {
      case DONE -> {
        WriteResult result = call.get();
        takeTime();
        return result;
      }
      case NOT_APPLIED -> {
        return new WriteResult.NotApplied(failure());
      }
      case REFUSED -> {
        return new WriteResult.NotApplied(StoreFailure.permanent("planted refusal", null));
      }
      case LOST -> {
        return new WriteResult.Unknown(failure());
      }
      case ANSWER_LOST -> {
        WriteResult unused = call.get();
        return new WriteResult.Unknown(failure());
      }
      case LATE -> {
        late.add(
            () -> {
              WriteResult unused = call.get();
            });
        return new WriteResult.Unknown(failure());
      }
      case CONFLICT -> {
        WriteResult unused = call.get();
        return new WriteResult.Conflict();
      }
      case NO_ANSWER -> hang();
    }
    throw new IllegalStateException("a hanging request went on");
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
    takeTime();
    return request.fate() == Fate.DONE ? store.list(prefix) : new ListResult.Unknown(failure());
  }

  @Override
  public Watch watch(RegisterKey key, Runnable onChange) {
    return store.watch(key, onChange);
  }

  @Override
  public String location() {
    return store.location();
  }

  @Override
  public boolean mayForgetWrites() {
    return store.mayForgetWrites();
  }

  @Override
  public boolean machineLocal() {
    return store.machineLocal();
  }

  @Override
  public void close() {
    store.close();
  }
}
