package dev.fen.cli.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * A folder with the launcher and what it takes for the sources of Fen; Maven is a script that notes
 * each call and hands out a jar made by the test, whose command prints its arguments.
 */
final class Tree {
  /** How long a test waits for what must happen; nothing waits that long unless it fails. */
  private static final Duration BOUND = Duration.ofSeconds(60);

  private static final String MAIN =
      """
      package dev.fen.cli;
      public class Main {
        public static void main(String[] args) throws Exception {
          StringBuilder all = new StringBuilder();
          for (String arg : args) {
            all.append('[').append(arg).append(']');
          }
          if (args.length > 0 && args[0].equals("jvm")) {
            all.append(ProcessHandle.current().pid()).append('\\n');
            for (String arg : ProcessHandle.current().info().arguments().orElse(new String[0])) {
              all.append(arg).append('\\n');
            }
          }
          System.out.write(all.toString().getBytes("UTF-8"));
          System.out.flush();
        }
      }
      class Rehearsal {
        public static void main(String[] args) throws Exception {
          Main.main(args);
        }
      }
      """;

  final Path root;
  final Path bin;
  final Path calls;
  private final Path scratch;
  private final Map<String, String> environment = new TreeMap<>();

  /** What a start printed, and how it ended. */
  record Ended(int code, String out, String err) {}

  private Tree(Path scratch, Path root) {
    this.scratch = scratch;
    this.root = root;
    this.bin = scratch.resolve("bin");
    this.calls = scratch.resolve("calls");
  }

  /** A tree in the folder called {@code name}, without a build. */
  static Tree create(Path scratch, String name) throws IOException {
    Tree tree = new Tree(scratch, Files.createDirectories(scratch.resolve(name)));
    Files.copy(launcher(), tree.root.resolve("fen"));
    makeRunnable(tree.root.resolve("fen"));
    tree.source("pom.xml");
    for (String module : List.of("lock", "store-s3", "datastore", "picocli", "cli")) {
      tree.source(module + "/pom.xml");
    }
    tree.source("lock/src/main/java/Lock.java");
    tree.source("store-s3/src/main/java/Store.java");
    tree.source("datastore/src/main/java/Data.java");
    tree.source("cli/src/main/java/a/deep/one/Main.java");
    Files.createDirectories(tree.bin);
    jar(scratch, scratch.resolve("stub.jar"));
    tree.maven("cp \"$STUB\" cli/\"$t\"/fen.jar");
    tree.set("STUB", scratch.resolve("stub.jar").toString());
    tree.set("CALLS", tree.calls.toString());
    tree.set("GO", scratch.resolve("go").toString());
    tree.set("JAVA_HOME", System.getProperty("java.home"));
    tree.set("HOME", scratch.resolve("home").toString());
    tree.set("PATH", tree.bin + ":/usr/local/bin:/usr/bin:/bin");
    return tree;
  }

  private static Path launcher() {
    // The tests run in a module's folder or in the root.
    Path module = Path.of("fen").toAbsolutePath();
    return Files.exists(module) ? module : Path.of("../fen").toAbsolutePath();
  }

  private static void jar(Path scratch, Path jar) throws IOException {
    Path source = Files.createDirectories(scratch.resolve("stub")).resolve("Main.java");
    Files.writeString(source, MAIN);
    int result =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", scratch.resolve("stub").toString(), source.toString());
    if (result != 0) {
      throw new IOException("the stub does not compile");
    }
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      for (String name : List.of("dev/fen/cli/Main.class", "dev/fen/cli/Rehearsal.class")) {
        out.putNextEntry(new ZipEntry(name));
        Files.copy(scratch.resolve("stub").resolve(name), out);
      }
    }
  }

  private static void makeRunnable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Writes a source file that is older than whatever gets built now. */
  void source(String name) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "as it was");
    for (Path path = file; path != null && !path.equals(root); path = path.getParent()) {
      Files.setLastModifiedTime(path, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
    }
  }

  /** What Maven does, in the root of the tree, with {@code t} as the name of the build folder. */
  void maven(String script) throws IOException {
    script(
        "mvn",
        "t=\nfor a; do case $a in -Dfen.target=*) t=${a#*=} ;; esac; done\n"
            + "mkdir -p cli/\"$t\" lock/\"$t\" testkit/\"$t\"\n: >cli/\"$t\"/fen-aws.jar\necho \"$$\" >>\"$CALLS\"\necho said by Maven\n"
            + script);
  }

  /** Puts a script before all other programs. */
  void script(String name, String text) throws IOException {
    Files.writeString(bin.resolve(name), "#!/bin/sh\n" + text + "\n");
    makeRunnable(bin.resolve(name));
  }

  void set(String variable, @Nullable String value) {
    if (value == null) {
      environment.remove(variable);
    } else {
      environment.put(variable, value);
    }
  }

  /** Lets only these programs be found, besides those of {@link #script}. */
  void onlyPrograms(String... names) throws IOException {
    for (String name : names) {
      Path program = Path.of("/usr/bin", name);
      Files.createSymbolicLink(
          bin.resolve(name), Files.exists(program) ? program : Path.of("/bin", name));
    }
    set("PATH", bin.toString());
  }

  /** A start under way. */
  static final class Start {
    private final Process process;
    private final Path out;
    private final Path err;

    private Start(Process process, Path out, Path err) {
      this.process = process;
      this.out = out;
      this.err = err;
    }

    long pid() {
      return process.pid();
    }

    void signal(String name) throws IOException, InterruptedException {
      new ProcessBuilder("kill", "-s", name, Long.toString(pid())).start().waitFor();
    }

    Ended end() throws IOException, InterruptedException {
      if (!process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("still running: " + Files.readString(err));
      }
      return new Ended(process.exitValue(), Files.readString(out, UTF_8), Files.readString(err));
    }
  }

  Start start(Path folder, String... command) throws IOException {
    Path out = Files.createTempFile(scratch, "out", "");
    Path err = Files.createTempFile(scratch, "err", "");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(folder.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return new Start(builder.start(), out, err);
  }

  /** Runs fen at the tree's root. */
  Ended fen(String... args) throws IOException, InterruptedException {
    return fenAsync(args).end();
  }

  Start fenAsync(String... args) throws IOException {
    List<String> line = new ArrayList<>(List.of("./fen"));
    line.addAll(List.of(args));
    return start(root, line.toArray(String[]::new));
  }

  /** Waits until Maven runs, and gives its pid: the file is there before its line is. */
  long awaitMaven() throws IOException {
    await("Maven", () -> calls.toFile().length() > 0);
    return Long.parseLong(Files.readAllLines(calls).get(0));
  }

  long mavenCalls() throws IOException {
    return Files.exists(calls) ? Files.readAllLines(calls).size() : 0;
  }

  Path jar() {
    return root.resolve("target/launch/fen.jar");
  }

  Path awsJar() {
    return jar().resolveSibling("fen-aws.jar");
  }

  /** The archives that bear a good name. */
  List<Path> archives() throws IOException {
    try (Stream<Path> files = Files.list(jar().getParent())) {
      return files.filter(file -> file.toString().endsWith(".jsa")).toList();
    }
  }

  /** The private folders of builds and archives. */
  List<Path> privates() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String folder :
        List.of("target", "lock/target", "testkit/target", "cli/target", "target/launch")) {
      if (Files.isDirectory(root.resolve(folder))) {
        try (Stream<Path> files = Files.list(root.resolve(folder))) {
          files
              .filter(file -> file.getFileName().toString().matches("(launch|archive)-.*"))
              .forEach(found::add);
        }
      }
    }
    return found;
  }

  /** Waits for what happens outside this process. */
  static void await(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > BOUND.toNanos()) {
        throw new AssertionError("did not happen: " + what);
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }
}
