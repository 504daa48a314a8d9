package dev.fen.cli.exec;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.fen.cli.exec.Outcome.Ending;
import dev.fen.cli.exec.ProcessTable.Entry;
import dev.fen.cli.exec.ProcessTable.Identity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs one command under a lock.
 *
 * <pre>{@code
 * try (CommandRunner runner = CommandRunner.prepare(request)) { // before the lock is taken
 *   ... take the lock; its record names runner.watchdogPid() ...
 *   Outcome outcome = runner.run(heldLock); // nothing the command started lives any more
 *   ... release the lock, unless outcome.survivors() says that something does ...
 * }
 * }</pre>
 *
 * <p>From {@link #prepare} to {@link #close} this object takes SIGINT, SIGTERM and SIGHUP. Before
 * the command is started they call off the run; while it runs they go to the command; after its end
 * they are swallowed, so that the lock can be given back in peace. SIGUSR1 and SIGUSR2 go to the
 * command while it runs and are swallowed before and after.
 */
public final class CommandRunner implements AutoCloseable {
  private static final long POLL_NANOS = MILLISECONDS.toNanos(50);
  private static final long MAX_POLL_NANOS = MILLISECONDS.toNanos(500);

  /**
   * How often the tree below the running command is looked at. On Linux that reads one small file
   * for each process of the machine, 20 microseconds each: 0.2 % of a core for a hundred of them.
   * Elsewhere it is one {@code ps}.
   */
  private static final long LOOK_NANOS = SECONDS.toNanos(1);

  /** Where that takes longer it is done less often: it never takes more than 2 % of a core. */
  private static final int LOOK_SHARE = 50;

  /** What a command leaves behind is often about to end; only after this is it worth a word. */
  private static final long SAY_AFTER_NANOS = MILLISECONDS.toNanos(200);

  /** How long SIGKILL is repeated before what it does not end is given up. */
  private static final Duration KILLING = Duration.ofSeconds(10);

  private static final int WATCHDOG_RESTARTS = 3;
  private static final int NAMED = 10;
  private static final int KILLED = 137;

  private final ExecRequest request;
  private final String mark;
  private final ProcessTable table;
  private final SignalSender sender;
  private final long killNanos;
  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final SignalRelay relay;
  private final SignalHandlers handlers;
  private final EndPlan plan;
  private final Family family;
  private final Object start = new Object();
  private @Nullable SignalNumber interruptedBy; // guarded by start
  private boolean starting; // guarded by start
  private volatile Watchdog watchdog;
  private int watchdogRestarts;

  // The state of a run; only its thread touches it.
  private @Nullable Process command;
  private @Nullable String commandBirth;
  private long startNanos;
  private @Nullable Integer exitCode;
  private long endedNanos;
  private Ending ending = Ending.BY_ITSELF;
  private String detail = "";
  private final Set<Identity> terminated = new HashSet<>();
  private boolean leftoversNamed;
  private boolean leftoversInterrupted;
  private boolean killNamed;
  private boolean interrupted;
  private final Set<String> warned = new HashSet<>();

  CommandRunner(ExecRequest request, ProcessTable table, SignalSender sender, Duration killing) {
    this.request = request;
    this.table = table;
    this.sender = sender;
    this.killNanos = killing.toNanos();
    // Unique on this machine, also in a container that shares pids with others.
    mark =
        "FEN_EXEC_"
            + ProcessHandle.current().pid()
            + "_"
            + Long.toHexString(System.currentTimeMillis())
            + Long.toHexString(System.nanoTime());
    plan = new EndPlan(request.grace(), request.ttl());
    family = new Family(table, mark);
    try {
      watchdog = startWatchdog();
    } catch (IOException e) {
      throw new ExecException(
          "/bin/sh cannot be started, which ends the command if fen is killed: "
              + e.getMessage()
              + "; install a POSIX shell",
          e);
    }
    relay = new SignalRelay(Witness::cat, System::nanoTime, events::add);
    handlers = new SignalHandlers(this::signalled);
    Thread warmUp = new Thread(this::warmUp, "fen-warm-up");
    warmUp.setDaemon(true);
    warmUp.start();
  }

  /** What is needed between the lock and the command, and at its end, is loaded while Fen waits. */
  private void warmUp() {
    try {
      new Family(table, mark).alive();
    } catch (IOException e) {
      // Told when it matters.
    }
  }

  /**
   * Gets all ready that can be ready before the lock is taken: the watchdog runs from here on.
   *
   * @throws ExecException if no watchdog can be started
   */
  public static CommandRunner prepare(ExecRequest request) {
    ProcessTable table = ProcFs.at(Path.of("/proc"), ProcessHandle.current().pid());
    return new CommandRunner(
        request,
        table != null ? table : new PsTable(System.getProperty("os.name", "")),
        SignalSender.system(),
        KILLING);
  }

  /** The process that ends the command if Fen is killed; it has ended only after all that has. */
  public long watchdogPid() {
    return watchdog.pid();
  }

  /** Tells that the lock is lost. SIGTERM goes out at once. May be called on any thread. */
  public void lockLost(String reason) {
    events.add(new Event.LeaseLost(reason));
  }

  /**
   * Runs the command and returns after it and everything it started has ended. Call it once.
   *
   * @param lock the lock, which is held by now
   */
  public Outcome run(HeldLock lock) {
    Outcome early = calledOff();
    if (early != null) {
      return early;
    }
    if (!watchdog.isAlive()) {
      replaceWatchdog(lock);
    }
    try {
      relay.awaitWitness();
    } catch (InterruptedException e) {
      interrupted = true;
    }
    ProcessBuilder builder = builder(request.command(), lock);
    builder.environment().put(mark, "1");
    Process process;
    startNanos = System.nanoTime();
    try {
      process = builder.start();
    } catch (IOException e) {
      return notStarted(e);
    }
    command = process;
    Thread waiter = new Thread(() -> awaitCommand(process), "fen-command");
    waiter.setDaemon(true);
    waiter.start();
    introduce(process.pid());
    lock.commandStarted(process.pid());
    List<String> survivors = supervise(lock);
    if (survivors.isEmpty()) {
      watchdog.dismiss();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return new Outcome(exitCode == null ? KILLED : exitCode, ending, detail, survivors);
  }

  private static ProcessBuilder builder(List<String> command, HeldLock lock) {
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    lock.environment()
        .forEach(
            (name, value) -> {
              if (value.isEmpty()) {
                builder.environment().remove(name);
              } else {
                builder.environment().put(name, value);
              }
            });
    return builder;
  }

  /** Starts a command that does nothing, so that the start of the real one is quicker. */
  public static void rehearse(HeldLock lock) throws IOException, InterruptedException {
    int ignored = builder(List.of("true"), lock).start().waitFor();
  }

  /**
   * Lets the watchdog go and gives the signals back. If the command still runs, because {@link
   * #run} gave up on it, the watchdog stays.
   */
  @Override
  public void close() {
    handlers.close();
    relay.close();
    if (command == null) {
      watchdog.dismiss();
    }
  }

  private void signalled(SignalNumber signal) {
    synchronized (start) {
      if (starting) {
        relay.received(signal);
        return;
      }
      if (interruptedBy != null || signal.forTheCommandAlone()) {
        return;
      }
      interruptedBy = signal;
    }
    request.interrupted().accept(signal.number());
  }

  private @Nullable Outcome calledOff() {
    synchronized (start) {
      if (interruptedBy != null) {
        return new Outcome(
            interruptedBy.exitCode(),
            Ending.NOT_STARTED,
            "SIG" + interruptedBy + " came before the command was started",
            List.of());
      }
      starting = true;
    }
    for (Event event : events) {
      if (event instanceof Event.LeaseLost lost) {
        return new Outcome(
            KILLED,
            Ending.LOCK_LOST,
            "the lock was lost before the command was started: " + lost.reason(),
            List.of());
      }
    }
    return null;
  }

  private Outcome notStarted(IOException failure) {
    StartFailure reason =
        StartFailure.of(request.command().get(0), String.valueOf(System.getenv("PATH")), failure);
    return new Outcome(reason.exitCode(), Ending.NOT_STARTED, reason.message(), List.of());
  }

  private void awaitCommand(Process process) {
    try {
      events.add(new Event.CommandEnded(process.waitFor()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Makes the command known by pid and birth, to the family and to the watchdog. */
  private void introduce(long pid) {
    try {
      commandBirth = family.add(pid);
      if (commandBirth != null) {
        watchdog.watch(pid, commandBirth);
      }
    } catch (IOException e) {
      warnBlind(e);
    }
  }

  /** The loop. Returns what could not be killed. */
  private List<String> supervise(HeldLock lock) {
    long poll = POLL_NANOS;
    long lookAt = startNanos + LOOK_NANOS;
    while (true) {
      long now = System.nanoTime();
      if (!plan.leaseOver() && plan.termAt(lock.endNanos()) - now <= 0) {
        leaseRunningOut(lock);
      }
      boolean killing = plan.ending() && plan.killAt() - now <= 0;
      if (exitCode != null || killing) {
        List<Entry> alive = alive();
        if (alive.isEmpty() && exitCode != null) {
          return List.of();
        }
        if (killing) {
          if (now - plan.killAt() > killNanos) {
            return giveUp(alive);
          }
          killAll(alive);
        } else {
          nameLeftovers(alive, now);
        }
      }
      long wait;
      if (killing || (exitCode != null && plan.ending())) {
        wait = POLL_NANOS;
      } else if (exitCode != null) {
        wait = poll;
        poll = Math.min(MAX_POLL_NANOS, poll + poll / 4);
      } else {
        if (lookAt - now <= 0) {
          look();
          long looked = System.nanoTime();
          lookAt = looked + Math.max(LOOK_NANOS, LOOK_SHARE * (looked - now));
        }
        wait = lookAt - now;
      }
      if (!plan.leaseOver()) {
        wait = Math.min(wait, plan.termAt(lock.endNanos()) - now);
      }
      if (plan.ending() && !killing) {
        wait = Math.min(wait, plan.killAt() - now);
      }
      Event event = next(wait);
      if (event != null) {
        handle(event, lock);
      }
    }
  }

  private @Nullable Event next(long waitNanos) {
    try {
      return events.poll(Math.max(0, waitNanos), NANOSECONDS);
    } catch (InterruptedException e) {
      // The lock is given back after the command's end, not before: whoever wants that end sends a
      // signal or calls lockLost.
      interrupted = true;
      return null;
    }
  }

  private void handle(Event event, HeldLock lock) {
    long now = System.nanoTime();
    if (event instanceof Event.CommandEnded ended) {
      exitCode = ended.exitCode();
      endedNanos = now;
      if (plan.ending()) {
        terminate(alive());
      }
    } else if (event instanceof Event.Signalled signalled) {
      passOn(signalled, now);
    } else if (event instanceof Event.LeaseLost lost) {
      leaseLost(lost.reason(), now);
    } else if (event instanceof Event.WatchdogEnded ended && ended.watchdog() == watchdog) {
      replaceWatchdog(lock);
    }
  }

  /** Gives a signal to the command, or to what is left when that has ended; to each once. */
  private void passOn(Event.Signalled event, long now) {
    List<Entry> alive = alive();
    // What the group got before there was a command, the command has not got.
    long group = event.groupWide() && event.nanos() - startNanos >= 0 ? ownGroup() : -1;
    boolean ends = event.signal().ends() || isAskedAgain(event);
    for (Entry process : alive) {
      boolean reached = process.group() == group;
      boolean addressed =
          isCommand(process) || (exitCode != null && !event.signal().forTheCommandAlone());
      if (addressed && !reached) {
        send(event.signal(), List.of(process));
      }
      if (event.signal() == SignalNumber.TERM && (addressed || reached)) {
        terminated.add(process.identity());
      }
    }
    if (ends) {
      say(
          "SIG"
              + event.signal()
              + " received: what has not ended in "
              + seconds(request.grace().toNanos())
              + " gets SIGKILL");
      plan.terminated(now);
      watchdog.terminated();
      blame(Ending.TERMINATED, "fen received SIG" + event.signal());
      if (exitCode != null) {
        terminate(alive); // after the SIGHUP: who is deaf to one may hear the other
      }
    }
  }

  /**
   * What a shell puts into the background is deaf to SIGINT: the first one that comes after the
   * command's end is answered with what to do, the second is taken for SIGTERM.
   */
  private boolean isAskedAgain(Event.Signalled event) {
    if (event.signal() != SignalNumber.INT || exitCode == null || event.nanos() - endedNanos < 0) {
      return false;
    }
    boolean again = leftoversInterrupted;
    if (!again && !plan.ending()) {
      leftoversInterrupted = true;
      say(
          "SIGINT was passed on to what the command left behind; "
              + "one more Ctrl-C ends it by SIGTERM and, where that does not help, SIGKILL");
    }
    return again;
  }

  private void leaseLost(String reason, long now) {
    if (!plan.leaseOver()) {
      String lost = "the lock was lost: " + reason;
      plan.leaseLost(now);
      say(lost + "; the command got SIGTERM" + thenKill(now));
      blame(Ending.LOCK_LOST, lost);
      terminateAll();
    }
  }

  private void leaseRunningOut(HeldLock lock) {
    long end = lock.endNanos();
    // Read afterwards: a lease that has ended says "now", and would seem to end just after an older
    // time.
    long now = System.nanoTime();
    plan.leaseRunningOut(now, end);
    String why = lock.runningOut();
    say(why + "; the command got SIGTERM" + thenKill(now));
    blame(Ending.LOCK_RUNNING_OUT, why);
    terminateAll();
  }

  private String thenKill(long now) {
    return ", SIGKILL follows in " + seconds(Math.max(0, plan.killAt() - now));
  }

  /** The command's end is put down to the first cause; the loss of the lock outweighs a signal. */
  private void blame(Ending cause, String reason) {
    if (exitCode == null && (ending == Ending.BY_ITSELF || ending == Ending.TERMINATED)) {
      ending = cause;
      detail = reason;
    }
  }

  private void terminateAll() {
    watchdog.terminated();
    terminate(alive());
  }

  private void terminate(List<Entry> processes) {
    List<Entry> fresh =
        processes.stream().filter(process -> terminated.add(process.identity())).toList();
    send(SignalNumber.TERM, fresh);
  }

  private void killAll(List<Entry> processes) {
    if (!killNamed && !processes.isEmpty()) {
      killNamed = true;
      say("SIGKILL sent to what did not end in time: " + names(processes));
    }
    warnNotPermitted(
        "SIGKILL", processes.stream().filter(process -> !sender.kill(process.pid())).toList());
  }

  private void send(SignalNumber signal, List<Entry> processes) {
    warnNotPermitted(
        "SIG" + signal,
        processes.stream().filter(process -> !sender.send(signal, process.pid())).toList());
  }

  private List<String> giveUp(List<Entry> processes) {
    say(
        "SIGKILL did not end "
            + names(processes)
            + "; the lock stays as it is until it runs out: end them by hand before you go on");
    return processes.stream().map(Entry::toString).toList();
  }

  private void nameLeftovers(List<Entry> leftovers, long now) {
    if (!leftoversNamed && now - endedNanos >= SAY_AFTER_NANOS) {
      leftoversNamed = true;
      say(
          "command ended with "
              + exitCode
              + "; waiting for "
              + (leftovers.size() == 1 ? "1 process" : leftovers.size() + " processes")
              + " it left behind: "
              + names(leftovers)
              + " (the lock stays held; to end them: kill "
              + ProcessHandle.current().pid()
              + ")");
    }
  }

  private static String names(List<Entry> processes) {
    String names =
        processes.stream().limit(NAMED).map(Entry::toString).collect(Collectors.joining(", "));
    return processes.size() <= NAMED
        ? names
        : names + " and " + (processes.size() - NAMED) + " more";
  }

  private void look() {
    try {
      family.look();
    } catch (IOException e) {
      // Told when it matters.
    }
  }

  private List<Entry> alive() {
    try {
      return family.alive();
    } catch (IOException e) {
      warnBlind(e);
      return commandAlone();
    }
  }

  /** Without a table of processes there is still the one process that is Fen's own child. */
  private List<Entry> commandAlone() {
    Process process = command;
    if (process == null || !process.isAlive()) {
      return List.of();
    }
    String name = request.command().get(0);
    return new ArrayList<>(
        List.of(new Entry(process.pid(), 0, ownGroup(), false, "", name, false)));
  }

  private boolean isCommand(Entry process) {
    return command != null && exitCode == null && process.pid() == command.pid();
  }

  private long ownGroup() {
    try {
      return family.groupOf(ProcessHandle.current().pid());
    } catch (IOException e) {
      return 0;
    }
  }

  private Watchdog startWatchdog() throws IOException {
    Duration grace = EndPlan.leaseGrace(request.grace(), request.ttl());
    Consumer<Watchdog> ended = which -> events.add(new Event.WatchdogEnded(which));
    return Watchdog.start(mark, grace, table.kind(), ended);
  }

  private void replaceWatchdog(HeldLock lock) {
    long old = watchdog.pid();
    String risk = "; if fen is killed with -9 now, the command goes on without its lock";
    if (watchdogRestarts++ == WATCHDOG_RESTARTS) {
      say("the watchdog (pid " + old + ") was killed again and is not started any more" + risk);
      return;
    }
    try {
      watchdog = startWatchdog();
    } catch (IOException e) {
      say("the watchdog (pid " + old + ") was killed and cannot be started again" + risk);
      return;
    }
    say("the watchdog (pid " + old + ") was killed; started another, pid " + watchdog.pid());
    if (command != null && commandBirth != null) {
      watchdog.watch(command.pid(), commandBirth);
    }
    if (plan.ending()) {
      watchdog.terminated();
    }
    lock.watchdogReplaced(watchdog.pid());
  }

  /** One line for each signal; who is left at the end is named then. */
  private void warnNotPermitted(String signal, List<Entry> processes) {
    if (!processes.isEmpty() && warned.add(signal)) {
      boolean one = processes.size() == 1;
      say(
          signal
              + " to "
              + names(processes)
              + " is not permitted: "
              + (one ? "it belongs" : "they belong")
              + " to another user; end "
              + (one ? "it" : "them")
              + " as that user or as root");
    }
  }

  private void warnBlind(IOException e) {
    warnOnce(
        "processes cannot be listed ("
            + e.getMessage()
            + "): fen waits for the command alone, not for what it leaves behind");
  }

  private void warnOnce(String message) {
    if (warned.add(message)) {
      say(message);
    }
  }

  private void say(String message) {
    request.messages().accept(message);
  }

  private static String seconds(long nanos) {
    long tenths = nanos / MILLISECONDS.toNanos(100);
    return tenths % 10 == 0 ? tenths / 10 + " s" : tenths / 10 + "." + tenths % 10 + " s";
  }
}
