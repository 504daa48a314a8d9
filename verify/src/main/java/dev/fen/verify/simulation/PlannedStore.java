package dev.fen.verify.simulation;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.MemoryRegisterStore;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.testkit.FaultyRegisterStore;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import dev.fen.testkit.FaultyRegisterStore.Kind;
import dev.fen.testkit.ForwardingRegisterStore;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One process's way to the registers, on which each request has the fate that the plan gives it.
 */
final class PlannedStore extends ForwardingRegisterStore {

  private final World world;
  private final Member member;
  private final FaultyRegisterStore faulty;
  private int requests;
  private int onTheirWay;

  PlannedStore(World world, Member member, MemoryRegisterStore memory) {
    this(
        world,
        member,
        new FaultyRegisterStore(
            new ObservedStore(memory, member, world), member.process(), world.simulation()));
  }

  private PlannedStore(World world, Member member, FaultyRegisterStore faulty) {
    super(faulty);
    this.world = world;
    this.member = member;
    this.faulty = faulty;
  }

  /** Carries out what was kept back. */
  void letLateOnesLand() {
    faulty.letLateOnesLand();
  }

  /** Whether a request was sent and has not got there yet. */
  boolean hasRequestsOnTheirWay() {
    return onTheirWay > 0;
  }

  // Requests.

  @Override
  public ReadResult read(RegisterKey key) {
    return read(key, () -> faulty.read(key));
  }

  @Override
  public ReadResult readAgain(RegisterKey key, ReadResult.Present last) {
    return read(key, () -> faulty.readAgain(key, last));
  }

  private ReadResult read(RegisterKey key, Supplier<ReadResult> call) {
    RegisterHistory.Request noted = world.registers().read(key.path());
    ReadResult result = aged(request(Kind.READ, key.path(), noted, call));
    noted.wasRead(result);
    return result;
  }

  private ReadResult aged(ReadResult result) {
    return result instanceof ReadResult.Present present && !world.plan().setting().showsAge()
        ? new ReadResult.Present(
            present.version(), present.body(), OptionalLong.empty(), present.storeTimeMillis())
        : result;
  }

  @Override
  public WriteResult create(RegisterKey key, String body) {
    return write(Kind.CREATE, key, null, body, () -> faulty.create(key, body));
  }

  @Override
  public WriteResult replace(RegisterKey key, Version expected, String body) {
    return write(Kind.REPLACE, key, expected, body, () -> faulty.replace(key, expected, body));
  }

  private WriteResult write(
      Kind kind,
      RegisterKey key,
      @Nullable Version expected,
      String body,
      Supplier<WriteResult> call) {
    member.knownNanos.put(body, member.lookedNanos.getOrDefault(key.path(), 0L));
    RegisterHistory.Request noted = world.registers().write(key.path(), expected, body);
    WriteResult result = request(kind, key.path(), noted, call);
    noted.wasWritten(result);
    return result;
  }

  @Override
  public ListResult list(String prefix) {
    return request(Kind.LIST, prefix, null, () -> faulty.list(prefix));
  }

  private <T> T request(
      Kind kind, String key, RegisterHistory.@Nullable Request noted, Supplier<T> call) {
    Plan.@Nullable Fault fault = world.faultOf(member, ++requests);
    Fate fate = fault == null ? world.outageOf(member) : fault.fate();
    if (noted != null) {
      noted.met(fate);
      if (fate == Fate.LATE && noted.body != null) {
        member.late.add(noted.body);
      }
    }
    if (fault != null) {
      member.noteTrouble();
      if (requests > Planner.REQUESTS) {
        world.judge().saw(Sight.LATE_FAULT);
      }
    }
    String text =
        world.trace().isWanted() ? describe(kind, key, noted == null ? null : noted.body) : "";
    world.trace().say(member.toString(), "-> " + text + (fate == Fate.DONE ? "" : " " + fate));
    long half = world.latencyMillis() / 2;
    onTheirWay++;
    member.sleep(half + (fault == null ? 0 : fault.beforeMillis()));
    if (fault != null && !fault.blowAfter()) {
      world.strike(member, fault.blow(), fault.blowMillis());
    }
    onTheirWay--;
    T result = carryOut(kind, fate, fault, call);
    if (fault != null && fault.blowAfter()) {
      world.strike(member, fault.blow(), fault.blowMillis());
    }
    member.sleep(half + (fault == null ? 0 : fault.afterMillis()));
    if (fault != null) {
      member.noteTrouble();
    }
    if (world.trace().isWanted()) {
      world.trace().say(member.toString(), "<- " + text + ": " + shown(result));
    }
    return result;
  }

  private <T> T carryOut(Kind kind, Fate fate, Plan.@Nullable Fault fault, Supplier<T> call) {
    if (fault != null || fate != Fate.DONE) {
      member.noteTrouble();
      world.sawFate(member, kind, fate, fault);
    }
    if (fate != Fate.DONE) {
      faulty.next(kind, fate);
    }
    T result = call.get();
    if (fate == Fate.LATE && fault != null) {
      faulty.letLateOnesLandIn(Duration.ofMillis(fault.lateMillis()));
    }
    return result;
  }

  private static String describe(Kind kind, String key, @Nullable String body) {
    Body record = Body.of(body);
    return kind
        + " "
        + key
        + (record == null
            ? ""
            : " "
                + (record.held() ? "held" : "released")
                + " token "
                + record.token()
                + " nonce "
                + record.nonce().substring(0, 4));
  }

  private static String shown(Object result) {
    if (result instanceof ReadResult.Present present) {
      Body record = Body.of(present.body());
      return record == null
          ? "rubbish"
          : (record.held() ? "held by " : "released by ")
              + record.holder()
              + " token "
              + record.token()
              + " nonce "
              + record.nonce().substring(0, Math.min(4, record.nonce().length()))
              + " version "
              + present.version();
    }
    return result instanceof ListResult.Listed listed
        ? listed.entries().toString()
        : result.getClass().getSimpleName();
  }

  // What the store is like.

  @Override
  public Watch watch(RegisterKey key, Runnable onChange) {
    return world.plan().setting().watches() ? super.watch(key, onChange) : Watch.NONE;
  }

  @Override
  public boolean mayForgetWrites() {
    return world.plan().setting().forgetful();
  }

  @Override
  public boolean machineLocal() {
    return world.plan().setting().machineLocal();
  }

  /** The registers are the others' too. */
  @Override
  public void close() {}
}
