package dev.fen.lock.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs actors that swap one register through the orders in which their file operations can fall,
 * and checks each run against what the folder held after every single operation.
 */
final class Interleavings {

  /** What one actor does; it is stopped before each file operation in the register's folder. */
  interface Actor {
    void act(Run run) throws IOException;
  }

  /** A state of the register: which file is in force, as the checker itself reads the folder. */
  private record Point(int era, long number, long sum, String body) {}

  private static final Point NOTHING = new Point(0, 0, 0, "");

  private final Path root;
  private final int mostPreemptions;
  private final int initialVersions;
  private final List<Actor> actors;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final GatedDisk disk = new GatedDisk();
  private final FileRegisterStore store;
  private long runs;
  private int conflicts;
  private int applied;
  private int unknowns;

  Interleavings(Path root, int keep, int initialVersions, int mostPreemptions, Actor... actors) {
    this.root = root;
    this.mostPreemptions = mostPreemptions;
    this.initialVersions = initialVersions;
    this.actors = List.of(actors);
    this.store =
        new FileRegisterStore(root, new TestPlatform(), disk, keep, keep > 8 ? 1000 : 1, true);
    assertThat(store.create(new RegisterKey("warm"), "up")).isInstanceOf(WriteResult.Applied.class);
  }

  /** Runs through all orders; returns how many. */
  long explore() {
    int[] choices = {};
    while (true) {
      Run run = new Run(choices);
      try {
        run.execute();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      runs++;
      int[] next = run.next();
      if (next == null) {
        threads.shutdown();
        return runs;
      }
      choices = next;
    }
  }

  @Override
  public String toString() {
    return runs
        + " orders: "
        + applied
        + " applied, "
        + conflicts
        + " conflicts, "
        + unknowns
        + " unknown";
  }

  int conflicts() {
    return conflicts;
  }

  int applied() {
    return applied;
  }

  int unknowns() {
    return unknowns;
  }

  private static final ThreadLocal<@Nullable Gate> GATE = new ThreadLocal<>();

  private static final Set<String> CHANGING = Set.of("link", "rename", "makeFolder", "prune");

  /** Where an actor waits for its turn. */
  private static final class Gate {
    final Semaphore go = new Semaphore(0);
    final Semaphore arrived = new Semaphore(0);
    volatile boolean done;
    volatile boolean changes = true;
    volatile @Nullable Throwable failure;

    void pass() {
      arrived.release();
      go.acquireUninterruptibly();
    }
  }

  private static final class GatedDisk extends Disk {
    @Override
    void step(String what, Path path) {
      Gate gate = GATE.get();
      if (gate != null && !path.toString().contains("/" + Scratch.FOLDER)) {
        gate.pass();
        gate.changes = CHANGING.contains(what);
      }
    }
  }

  /** One order. */
  final class Run {
    private final int[] prefix;
    private final List<Integer> taken = new ArrayList<>();
    private final List<int[]> alternatives = new ArrayList<>();
    private final List<Point> history = new ArrayList<>();
    final RegisterKey key = new RegisterKey("k" + runs);
    final Path folder = root.resolve("k" + runs);
    private int era;
    private int bodies;
    private @Nullable Version initial;

    Run(int[] prefix) {
      this.prefix = prefix;
    }

    private void execute() throws IOException {
      layInitial();
      observe();
      List<Gate> gates = new ArrayList<>();
      for (Actor actor : actors) {
        Gate gate = new Gate();
        gates.add(gate);
        threads.execute(() -> runActor(actor, gate));
        gate.arrived.acquireUninterruptibly();
      }
      int running = -1;
      int preemptions = 0;
      for (int depth = 0; ; depth++) {
        int[] enabled = enabled(gates, running, preemptions);
        if (enabled.length == 0) {
          break;
        }
        int choice = depth < prefix.length ? prefix[depth] : 0;
        int actor = enabled[choice];
        if (running >= 0 && actor != running && !gates.get(running).done) {
          preemptions++;
        }
        running = actor;
        taken.add(choice);
        alternatives.add(enabled);
        Gate gate = gates.get(actor);
        gate.go.release();
        gate.arrived.acquireUninterruptibly();
        if (gate.changes) {
          observe();
        }
      }
      for (Gate gate : gates) {
        if (gate.failure != null) {
          throw new AssertionError("order " + taken + " " + history, gate.failure);
        }
      }
      remove();
    }

    private void runActor(Actor actor, Gate gate) {
      GATE.set(gate);
      gate.pass();
      try {
        actor.act(this);
      } catch (Throwable e) {
        gate.failure = e;
      } finally {
        GATE.remove();
        gate.done = true;
        gate.arrived.release();
      }
    }

    private int[] enabled(List<Gate> gates, int running, int preemptions) {
      List<Integer> enabled = new ArrayList<>();
      boolean runs = running >= 0 && !gates.get(running).done;
      if (runs) {
        enabled.add(running);
      }
      if (!runs || mostPreemptions < 0 || preemptions < mostPreemptions) {
        for (int i = 0; i < gates.size(); i++) {
          if (i != running && !gates.get(i).done) {
            enabled.add(i);
          }
        }
      }
      return enabled.stream().mapToInt(i -> i).toArray();
    }

    private int @Nullable [] next() {
      for (int i = taken.size() - 1; i >= 0; i--) {
        if (taken.get(i) + 1 < alternatives.get(i).length) {
          int[] next = new int[i + 1];
          for (int j = 0; j < i; j++) {
            next[j] = taken.get(j);
          }
          next[i] = taken.get(i) + 1;
          return next;
        }
      }
      return null;
    }

    private void layInitial() throws IOException {
      if (initialVersions > 0) {
        Files.createDirectory(folder);
      }
      initial = layVersions(folder, 1, initialVersions, "initial");
    }

    Version layVersions(Path in, int from, int to, String name) throws IOException {
      long sum = 0;
      for (int n = from; n <= to; n++) {
        byte[] bytes =
            VersionFile.compose((name + n).getBytes(StandardCharsets.UTF_8), n, n - 1, sum);
        Files.write(in.resolve(n + ".json"), bytes);
        sum = VersionFile.sumOf(bytes, bytes.length);
      }
      return VersionFile.version(to, sum);
    }

    /**
     * Reads the folder without any of the code under test but the sum, and checks how the register
     * moved.
     */
    private void observe() throws IOException {
      Point now = point();
      Point before = history.isEmpty() ? NOTHING : history.get(history.size() - 1);
      if (history.isEmpty() || now.era != before.era) {
        history.add(now);
      } else if (now.number != before.number || now.sum != before.sum) {
        assertThat(now.number)
            .as("order %s, %s then %s: the register never steps back", taken, history, now)
            .isGreaterThan(before.number);
        assertThat(followsOf(now))
            .as("order %s, %s then %s: nothing is skipped", taken, history, now)
            .isEqualTo(before.number == 0 ? "0" : before.number + "," + hex(before.sum));
        history.add(now);
      }
    }

    private String followsOf(Point point) throws IOException {
      return trailer(Files.readString(folder.resolve(point.number + ".json")));
    }

    private Point point() throws IOException {
      TreeMap<Long, byte[]> files = new TreeMap<>();
      if (Files.exists(folder)) {
        try (Stream<Path> list = Files.list(folder)) {
          for (Path path : (Iterable<Path>) list::iterator) {
            files.put(
                Long.valueOf(path.getFileName().toString().replace(".json", "")),
                Files.readAllBytes(path));
          }
        }
      }
      for (Map.Entry<Long, byte[]> file : files.descendingMap().entrySet()) {
        long number = file.getKey();
        byte[] bytes = file.getValue();
        String text = new String(bytes, StandardCharsets.UTF_8);
        String follows = trailer(text);
        int comma = follows.indexOf(',');
        byte[] predecessor =
            comma < 0 ? null : files.get(Long.valueOf(follows.substring(0, comma)));
        boolean valid =
            comma < 0
                ? number == 1
                : predecessor != null
                    && follows.endsWith(hex(VersionFile.sumOf(predecessor, predecessor.length)));
        if (valid) {
          return new Point(
              era,
              number,
              VersionFile.sumOf(bytes, bytes.length),
              text.lines().findFirst().orElseThrow());
        }
      }
      return new Point(era, 0, 0, "");
    }

    private String trailer(String text) {
      String line = text.lines().skip(1).findFirst().orElseThrow();
      return line.replaceAll(".*\"follows\":(\\d+).*", "$1")
          + (line.contains("sum") ? "," + line.replaceAll(".*\"sum\":\"(.*)\".*", "$1") : "");
    }

    // what actors do

    /** The version the register starts with. */
    Version initial() {
      return Objects.requireNonNull(initial);
    }

    @Nullable Version read() {
      int from = history.size() - 1;
      ReadResult result = store.read(key);
      List<Point> during = history.subList(from, history.size());
      if (result instanceof ReadResult.Present present) {
        assertThat(during)
            .as("order %s: read %s", taken, result)
            .anyMatch(p -> isAt(p, present.version()) && p.body.equals(present.body()));
        return present.version();
      }
      if (result instanceof ReadResult.Absent) {
        assertThat(during)
            .as("order %s: read absent", taken)
            .anyMatch(p -> p.number == 0 || era > p.era);
      }
      return null;
    }

    @Nullable Version create() {
      String body = body();
      return judge(body, store.create(key, body));
    }

    @Nullable Version replace(@Nullable Version expected) {
      if (expected == null) {
        return null;
      }
      String body = body();
      return judge(body, store.replace(key, expected, body));
    }

    private synchronized String body() {
      return "body" + bodies++;
    }

    private @Nullable Version judge(String body, WriteResult result) {
      if (result instanceof WriteResult.Applied is) {
        applied++;
        assertThat(history)
            .as("order %s: %s applied", taken, body)
            .filteredOn(p -> p.body.equals(body) && isAt(p, is.version()))
            .hasSize(1);
        return is.version();
      }
      if (result instanceof WriteResult.Unknown) {
        unknowns++;
        return null;
      }
      conflicts++;
      if (result instanceof WriteResult.NotApplied not) {
        fail("order " + taken, not.failure().cause());
      }
      assertThat(history)
          .as("order %s: %s conflict", taken, body)
          .noneMatch(p -> p.body.equals(body) && p.era == era);
      return null;
    }

    private boolean isAt(Point point, Version version) {
      return version.tag().equals(point.number + "-" + hex(point.sum));
    }

    /** The folder is moved away; then, a step later, a copy of an earlier one is in its place. */
    void restore(int versions) throws IOException {
      Path copy = root.resolve("copy" + runs);
      Files.createDirectory(copy);
      layVersions(copy, 1, versions, "initial");
      moveAway();
      pass();
      if (Files.exists(folder)) {
        moveAway();
      }
      Files.move(copy, folder);
      era++;
    }

    /** The folder is moved away and whoever wants it makes it anew. */
    void moveAway() throws IOException {
      Files.move(folder, root.resolve("away" + runs + "-" + era));
      era++;
    }

    void pass() {
      Gate gate = GATE.get();
      if (gate != null) {
        gate.pass();
        gate.changes = true;
      }
    }

    private void remove() throws IOException {
      for (String name :
          List.of(
              "k" + runs,
              "copy" + runs,
              "away" + runs + "-0",
              "away" + runs + "-1",
              "away" + runs + "-2")) {
        Path path = root.resolve(name);
        if (Files.exists(path)) {
          try (Stream<Path> list = Files.list(path)) {
            for (Path file : (Iterable<Path>) list::iterator) {
              Files.delete(file);
            }
          }
          Files.delete(path);
        }
      }
    }
  }

  private static String hex(long sum) {
    return String.format("%016x", sum);
  }
}
