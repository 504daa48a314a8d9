package dev.fen.cli;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import java.lang.management.ManagementFactory;
import java.lang.ref.Cleaner;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Calendar;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Timer;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Exchanger;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.stream.BaseStream;

/** The calls by which a class reaches past its arguments to the machine it runs on. */
final class MachineAccess {

  private static final int ANY = Integer.MAX_VALUE;

  /**
   * Calls that are not allowed: those of a type or its subtypes whose whole name matches, with a
   * number of parameters between the two bounds.
   */
  private record Calls(Class<?> type, String names, int fewest, int most) {

    Calls(Class<?> type, String names) {
      this(type, names, 0, ANY);
    }

    boolean match(JavaClass owner, String name, int parameters) {
      return parameters >= fewest
          && parameters <= most
          && name.matches(names)
          && owner.isAssignableTo(type);
    }
  }

  private static final String NEW = "<init>";
  private static final String EVERYTHING = ".*";

  private static final List<Calls> NOT_ALLOWED =
      List.of(
          // clocks (any now() of java.time is asked for in isOne)
          new Calls(System.class, "currentTimeMillis|nanoTime"),
          new Calls(Clock.class, "system.*|tick.*"),
          new Calls(InstantSource.class, "system"),
          new Calls(Date.class, NEW, 0, 0),
          new Calls(Calendar.class, "getInstance"),
          // threads
          new Calls(
              Thread.class, NEW + "|start|sleep|join|yield|onSpinWait|of.*|startVirtualThread"),
          new Calls(Timer.class, EVERYTHING),
          new Calls(Cleaner.class, "create"),
          new Calls(Executors.class, EVERYTHING),
          new Calls(ThreadPoolExecutor.class, EVERYTHING),
          new Calls(ForkJoinPool.class, EVERYTHING),
          new Calls(ForkJoinTask.class, EVERYTHING),
          new Calls(CompletableFuture.class, ".*Async|orTimeout|completeOnTimeout|delayedExecutor"),
          new Calls(Collection.class, "parallelStream"),
          new Calls(BaseStream.class, "parallel"),
          // waiting
          new Calls(Object.class, "wait"),
          new Calls(TimeUnit.class, "sleep|timedWait|timedJoin"),
          new Calls(LockSupport.class, "park.*"),
          new Calls(Condition.class, "await.*"),
          new Calls(CountDownLatch.class, "await"),
          new Calls(CyclicBarrier.class, "await"),
          new Calls(Phaser.class, "await.*|arriveAndAwaitAdvance"),
          new Calls(Exchanger.class, "exchange"),
          new Calls(Semaphore.class, "acquire.*"),
          new Calls(Semaphore.class, "tryAcquire", 2, ANY),
          new Calls(Lock.class, "tryLock", 1, ANY),
          new Calls(BlockingQueue.class, "take.*|put.*"),
          new Calls(BlockingQueue.class, "poll.*", 1, ANY),
          new Calls(BlockingQueue.class, "offer.*", 2, ANY),
          new Calls(Future.class, "get"),
          new Calls(CompletableFuture.class, "join"),
          new Calls(ExecutorService.class, "awaitTermination|close|invokeAll|invokeAny"),
          // randomness
          new Calls(Math.class, "random"),
          new Calls(StrictMath.class, "random"),
          new Calls(RandomGenerator.class, EVERYTHING),
          new Calls(SecureRandom.class, EVERYTHING),
          new Calls(UUID.class, "randomUUID"),
          new Calls(Collections.class, "shuffle"),
          // processes and the end of this one
          new Calls(Process.class, EVERYTHING),
          new Calls(ProcessHandle.class, EVERYTHING),
          new Calls(ProcessBuilder.class, EVERYTHING),
          new Calls(Runtime.class, EVERYTHING),
          new Calls(ManagementFactory.class, EVERYTHING),
          new Calls(System.class, "exit"),
          // the environment
          new Calls(System.class, "getenv|getProperty|getProperties|setProperty|setProperties"),
          new Calls(Boolean.class, "getBoolean"),
          new Calls(Integer.class, "getInteger"),
          new Calls(Long.class, "getLong"));

  private MachineAccess() {}

  static boolean isOne(JavaAccess<?> access) {
    if (!(access.getTarget() instanceof CodeUnitAccessTarget target)) {
      return false;
    }
    JavaClass owner = target.getOwner();
    String name = target.getName();
    int parameters = target.getRawParameterTypes().size();
    return isNow(owner, name)
        || NOT_ALLOWED.stream().anyMatch(calls -> calls.match(owner, name, parameters));
  }

  private static boolean isNow(JavaClass owner, String name) {
    return name.equals("now") && owner.getPackageName().startsWith("java.time");
  }
}
