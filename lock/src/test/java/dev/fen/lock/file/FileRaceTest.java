package dev.fen.lock.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Threads, processes and users that race on one register. */
@Timeout(120)
class FileRaceTest {

  private static final RegisterKey KEY = new RegisterKey("locks/counter");

  @TempDir Path root;

  @Test
  void ofThreadsThatRaceOneWinsEachRound() throws Exception {
    int rounds = 150;
    int racers = 4;
    FileRegisterStore store = FileRegisterStore.open(root, new TestPlatform());
    AtomicInteger[] winners = new AtomicInteger[2 * rounds];
    for (int i = 0; i < winners.length; i++) {
      winners[i] = new AtomicInteger();
    }
    CyclicBarrier start = new CyclicBarrier(racers);
    race(
        racers,
        racer -> {
          for (int round = 0; round < rounds; round++) {
            RegisterKey key = new RegisterKey("locks/round " + round);
            start.await();
            if (store.create(key, "created by " + racer) instanceof WriteResult.Applied) {
              winners[2 * round].incrementAndGet();
            }
            start.await();
            Version version = ((ReadResult.Present) store.read(key)).version();
            start.await();
            if (store.replace(key, version, "replaced by " + racer)
                instanceof WriteResult.Applied) {
              winners[2 * round + 1].incrementAndGet();
            }
          }
        });
    assertThat(winners).extracting(AtomicInteger::get).containsOnly(1);
  }

  @Test
  void whoeverIsFirstInAFreshDirectoryWrites() throws Exception {
    int rounds = 200;
    int racers = 8;
    Path[] fresh = new Path[rounds];
    for (int round = 0; round < rounds; round++) {
      fresh[round] = Files.createDirectory(root.resolve("fresh" + round));
    }
    CyclicBarrier start = new CyclicBarrier(racers);
    race(
        racers,
        racer -> {
          for (int round = 0; round < rounds; round++) {
            FileRegisterStore store = FileRegisterStore.open(fresh[round], new TestPlatform());
            start.await();
            assertThat(store.create(new RegisterKey("locks/named/" + racer), "one"))
                .isInstanceOf(WriteResult.Applied.class);
          }
        });
  }

  @Test
  void threadsThatCountLoseNothing() throws Exception {
    int racers = 4;
    FileRegisterStore store =
        new FileRegisterStore(root, new TestPlatform(), new Disk(), 2, 1, true);
    assertThat(store.create(KEY, "0 start")).isInstanceOf(WriteResult.Applied.class);
    AtomicInteger applied = new AtomicInteger();
    AtomicInteger doubted = new AtomicInteger();
    race(
        racers,
        racer -> {
          for (int i = 0; i < 500; i++) {
            if (store.read(KEY) instanceof ReadResult.Present present) {
              int count =
                  Integer.parseInt(present.body().substring(0, present.body().indexOf(' ')));
              WriteResult result =
                  store.replace(KEY, present.version(), (count + 1) + " " + racer + "-" + i);
              if (result instanceof WriteResult.Applied) {
                applied.incrementAndGet();
              } else if (result instanceof WriteResult.Unknown) {
                doubted.incrementAndGet();
              }
            }
          }
        });
    String body = ((ReadResult.Present) store.read(KEY)).body();
    int count = Integer.parseInt(body.substring(0, body.indexOf(' ')));
    assertThat(count).isBetween(applied.get(), applied.get() + doubted.get());
    assertThat(applied.get()).isPositive();
  }

  private interface Racer {
    void run(int number) throws Exception;
  }

  private static void race(int racers, Racer task) throws InterruptedException {
    List<Throwable> failures = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < racers; i++) {
      int number = i;
      Thread thread =
          new Thread(
              () -> {
                try {
                  task.run(number);
                } catch (Throwable e) {
                  synchronized (failures) {
                    failures.add(e);
                  }
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
  }

  // processes

  private static Process child(List<String> before, Path classes, String... args)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-Xshare:auto",
            "-cp",
            classes.toString()));
    command.add(StoreChild.class.getName());
    command.addAll(List.of(args));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** The classes of this module in one folder that every user may read. */
  private Path classes() throws IOException {
    Path classes = Files.createTempDirectory(root, "classes");
    Files.setAttribute(classes, "posix:permissions", PosixFilePermissions.fromString("rwxr-xr-x"));
    Set<Path> sources = new HashSet<>();
    for (Class<?> from : List.of(FileRegisterStore.class, StoreChild.class)) {
      String name = "/" + from.getName().replace('.', '/') + ".class";
      String file = Objects.requireNonNull(from.getResource(name)).getPath();
      sources.add(Path.of(file.substring(0, file.length() - name.length())));
    }
    for (Path source : sources) {
      try (Stream<Path> all = Files.walk(source)) {
        for (Path path :
            (Iterable<Path>) all.filter(p -> p.toString().contains("/dev"))::iterator) {
          Path to = classes.resolve(source.relativize(path).toString());
          if (Files.isDirectory(path)) {
            Files.createDirectories(to);
          } else {
            Files.copy(path, to);
          }
        }
      }
    }
    return classes;
  }

  @Test
  void processesThatAreStoppedAnywhereLoseNothing() throws Exception {
    assumeTrue(File.separatorChar == '/');
    Path store = Files.createDirectory(root.resolve("store"));
    Path classes = classes();
    List<Process> children = new ArrayList<>();
    Heard heard = new Heard();
    for (int i = 0; i < 5; i++) {
      Process child = child(List.of(), classes, "count", store.toString(), "p" + i, "500");
      children.add(child);
      heard.listenTo(child);
    }
    try {
      Random random = new Random();
      while (!heard.isAll()) {
        Process child = children.get(random.nextInt(children.size()));
        if (child.isAlive()) {
          signal("STOP", child.pid());
          heard.awaitMore(random.nextInt(random.nextInt(4) == 0 ? 800 : 20));
          signal("CONT", child.pid());
        }
      }
      for (Process child : children) {
        assertThat(child.waitFor()).isZero();
      }
    } finally {
      children.forEach(Process::destroyForcibly);
    }
    checkChain(store, heard.lines);
  }

  /** What children say, line by line; how far they come is the clock of the one that is stopped. */
  private static final class Heard {
    final List<String> lines = new ArrayList<>();
    private int speaking;

    synchronized void listenTo(Process child) {
      speaking++;
      new Thread(() -> listen(child)).start();
    }

    private void listen(Process child) {
      try (BufferedReader said =
          new BufferedReader(
              new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
        said.lines().forEach(this::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        end();
      }
    }

    private synchronized void add(String line) {
      lines.add(line);
      notifyAll();
    }

    private synchronized void end() {
      speaking--;
      notifyAll();
    }

    synchronized boolean isAll() {
      return speaking == 0;
    }

    /** Waits for so many more lines, or until only the one that is stopped could say any. */
    synchronized void awaitMore(int more) throws InterruptedException {
      int enough = lines.size() + more;
      while (lines.size() < enough && speaking > 1) {
        wait();
      }
    }
  }

  private static void signal(String name, long pid) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(pid))
        .redirectErrorStream(true)
        .start()
        .waitFor();
  }

  /**
   * Walks back from the last record: every record that was told to be applied is on the way, and no
   * conflict is.
   */
  private static void checkChain(Path root, List<String> lines) {
    Map<String, String> previous = new HashMap<>();
    Set<String> applied = new HashSet<>();
    Set<String> conflicts = new HashSet<>();
    int doubts = 0;
    for (String line : lines) {
      String[] parts = line.split(" ", 3);
      switch (parts[0]) {
        case "try" -> previous.put(parts[1], parts[2]);
        case "Applied" -> applied.add(parts[1]);
        case "Conflict", "NotApplied" -> conflicts.add(parts[1]);
        default -> doubts++;
      }
    }
    String body =
        ((ReadResult.Present) FileRegisterStore.open(root, new TestPlatform()).read(KEY)).body();
    Set<String> chain = new HashSet<>();
    String nonce = body.split(" ", 3)[1];
    while (!nonce.equals("none")) {
      assertThat(chain.add(nonce)).as("a record stands once in the chain").isTrue();
      nonce = Objects.requireNonNull(previous.get(nonce), "a record that nobody wrote");
    }
    System.out.println(
        chain.size()
            + " in the chain, "
            + applied.size()
            + " applied, "
            + conflicts.size()
            + " conflicts, "
            + doubts
            + " unknown");
    assertThat(body).startsWith(chain.size() + " ");
    assertThat(chain).containsAll(applied).doesNotContainAnyElementsOf(conflicts).isNotEmpty();
    assertThat(chain.size() - applied.size()).isLessThanOrEqualTo(doubts);
  }

  private static void assumeSuperuser() throws IOException {
    assumeTrue(File.separatorChar == '/');
    assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "needs a superuser");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs setpriv");
  }

  private static String outputOf(Process process) throws Exception {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static List<String> user(int uid) {
    return List.of(
        "setpriv",
        "--reuid=" + uid,
        "--regid=4242",
        "--clear-groups",
        "sh",
        "-c",
        "umask 077; exec \"$@\"",
        "sh");
  }

  @Test
  void theSuperuserLocksTheOwnerOutOfNothing() throws Exception {
    assumeSuperuser();
    Path store = Files.createDirectory(root.resolve("store"));
    Files.setAttribute(store, "unix:uid", 5001);
    FileRegisterStore opened = FileRegisterStore.open(store, new TestPlatform());
    WriteResult.Applied first = (WriteResult.Applied) opened.create(KEY, "one");
    assertThat(opened.replace(KEY, first.version(), "two")).isInstanceOf(WriteResult.Applied.class);
    try (Stream<Path> made = Files.walk(store)) {
      for (Path path : made.toList()) {
        assertThat(Files.getAttribute(path, "unix:uid")).as(path.toString()).isEqualTo(5001);
      }
    }
  }

  @Test
  void twoUsersShareADirectory() throws Exception {
    assumeSuperuser();
    Files.setAttribute(root, "unix:mode", 0755);
    Path store = Files.createDirectory(root.resolve("store"));
    Files.setAttribute(store, "unix:gid", 4242);
    Files.setAttribute(store, "unix:mode", 02770);
    Path classes = classes();
    assertThat(outputOf(child(user(5001), classes, "once", store.toString(), "a")))
        .contains("Absent", "Applied");
    for (int i = 0; i < 3; i++) {
      assertThat(outputOf(child(user(5002), classes, "once", store.toString(), "b" + i)))
          .contains("Present", "Applied");
      assertThat(outputOf(child(user(5001), classes, "once", store.toString(), "c" + i)))
          .contains("Present", "Applied");
    }
    assertThat(store.resolve("locks/counter/1.json")).as("pruned by either").doesNotExist();
  }

  @Test
  void whoMayNotWriteReadsAllTheSame() throws Exception {
    assumeSuperuser();
    Files.setAttribute(root, "unix:mode", 0755);
    Path store = Files.createDirectory(root.resolve("store"));
    Path classes = classes();
    assertThat(FileRegisterStore.open(store, new TestPlatform()).create(KEY, "body"))
        .isInstanceOf(WriteResult.Applied.class);
    String output = outputOf(child(user(5001), classes, "once", store.toString(), "a"));
    assertThat(output)
        .contains(
            "Present[",
            "body=body",
            "ageMillis=OptionalLong.empty",
            "NotApplied[",
            "permanent=true",
            store.toString(),
            "let this user");
    Files.setAttribute(store.resolve("locks/counter"), "unix:mode", 0700);
    output = outputOf(child(user(5001), classes, "once", store.toString(), "a"));
    assertThat(output).contains("Unknown[", "permanent=true").doesNotContain("Absent");
  }

  @Test
  void aReadOnlyMountIsReadAndSaid() throws Exception {
    assumeSuperuser();
    Path store = Files.createDirectory(root.resolve("store"));
    Path view = Files.createDirectory(root.resolve("view"));
    assertThat(FileRegisterStore.open(store, new TestPlatform()).create(KEY, "body"))
        .isInstanceOf(WriteResult.Applied.class);
    assumeTrue(run("mount", "--bind", store.toString(), view.toString()) == 0, "cannot mount");
    try {
      assumeTrue(run("mount", "-o", "remount,bind,ro", view.toString()) == 0, "cannot mount");
      FileRegisterStore readOnly = FileRegisterStore.open(view, new TestPlatform());
      ReadResult.Present present = (ReadResult.Present) readOnly.read(KEY);
      assertThat(present.body()).isEqualTo("body");
      assertThat(present.ageMillis()).isEmpty();
      assertThat(present.storeTimeMillis()).isEmpty();
      assertThat(readOnly.replace(KEY, present.version(), "x"))
          .isInstanceOfSatisfying(
              WriteResult.NotApplied.class,
              not -> {
                assertThat(not.failure().permanent()).isTrue();
                assertThat(not.failure().message())
                    .contains("mount it for writing", view.toString());
              });
    } finally {
      run("umount", view.toString());
    }
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
  }
}
