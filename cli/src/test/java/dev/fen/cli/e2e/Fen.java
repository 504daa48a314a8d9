package dev.fen.cli.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fen.cli.Main;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The real command in a process of its own, as a person or a job would call it in a folder. It gets
 * the environment that the test says and nothing of what the tests run in.
 */
final class Fen {
  /** How long a test waits for what must happen; nothing waits that long unless it fails. */
  private static final long BOUND_SECONDS = 60;

  /** Whoever runs the tests may ignore signals; Fen must not inherit that. */
  private static final List<String> DEFAULT_SIGNALS =
      List.of("env", "--default-signal=INT,HUP,TERM,QUIT,PIPE");

  private final Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private final List<String> wrapper = new ArrayList<>();
  private @Nullable Path launcher;
  private @Nullable String classPath;

  private Fen(Path folder) {
    this.folder = folder;
    environment.put("HOME", folder.toString());
    environment.put("LC_ALL", "C.UTF-8");
  }

  static Fen in(Path folder) {
    return new Fen(folder);
  }

  Fen with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Fen without(String name) {
    environment.remove(name);
    return this;
  }

  /** Words that start it, like {@code setpriv}. */
  Fen through(String... words) {
    wrapper.addAll(List.of(words));
    return this;
  }

  /** Starts through the launcher, installed in a folder beside a jar that leads to this build. */
  Fen installed(Path copy) throws IOException {
    Path module = Path.of("fen").toAbsolutePath();
    Path fen = Files.exists(module) ? module : Path.of("../fen").toAbsolutePath();
    launcher = Files.copy(fen, copy.resolve("fen"), StandardCopyOption.COPY_ATTRIBUTES);
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .put(
            Attributes.Name.CLASS_PATH,
            Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toUri().toString())
                .collect(Collectors.joining(" ")));
    new JarOutputStream(Files.newOutputStream(copy.resolve("fen.jar")), manifest).close();
    // No archive of what is no real jar.
    return with("FEN_JAVA_OPTS", "-Xshare:auto").with("JAVA_HOME", System.getProperty("java.home"));
  }

  /** Runs from other files than those of this build. */
  Fen classPath(String path) {
    classPath = path;
    return this;
  }

  /** The words that start it, for a shell that has to start it itself. */
  List<String> line(String... words) {
    List<String> line = new ArrayList<>();
    if (launcher != null) {
      line.add(launcher.toString());
    } else {
      line.addAll(classPath == null ? ChildJvm.words() : ChildJvm.words(classPath));
      line.add(Main.class.getName());
    }
    line.addAll(List.of(words));
    return line;
  }

  /** Starts it and lets it run. */
  Running start(String... words) {
    List<String> line = new ArrayList<>(DEFAULT_SIGNALS);
    line.add("setsid");
    line.addAll(wrapper);
    line.addAll(line(words));
    return startAs(line);
  }

  /** Starts a line of a shell that finds Fen in {@code $FEN}, unquoted. */
  Running startShell(String script) {
    with("FEN", String.join(" ", line()));
    List<String> line = new ArrayList<>(DEFAULT_SIGNALS);
    line.addAll(List.of("sh", "-c", script));
    return startAs(line);
  }

  private Running startAs(List<String> line) {
    try {
      Path out = Files.createTempFile("fen-e2e", ".out");
      Path err = Files.createTempFile("fen-e2e", ".err");
      ProcessBuilder builder =
          new ProcessBuilder(line)
              .directory(folder.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().keySet().retainAll(Set.of("PATH"));
      builder.environment().putAll(environment);
      return new Running(builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs it to its end with nothing on its standard input. */
  Ended run(String... words) {
    try (Running running = start(words)) {
      running.type("");
      return running.end();
    }
  }

  Ended shell(String script) {
    try (Running running = startShell(script)) {
      running.type("");
      return running.end();
    }
  }

  /** A holder of a lock that goes on until {@link Running#letGo}. */
  Running hold(String lock, String... options) {
    List<String> words = new ArrayList<>(List.of("exec", "--lock", lock));
    words.addAll(List.of(options));
    words.addAll(List.of("--", "sh", "-c", "echo ready; read line"));
    Running running = start(words.toArray(String[]::new));
    running.awaitOut("ready");
    return running;
  }

  static void until(String what, BooleanSupplier condition) {
    until(() -> what, condition);
  }

  private static void until(Supplier<String> what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(BOUND_SECONDS)) {
        throw new AssertionError("waited in vain for " + what.get());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  /** How it ended, and what it printed. */
  record Ended(int code, String out, String err) {}

  /** One that runs. */
  static final class Running implements AutoCloseable {
    private final Process process;
    private final Path out;
    private final Path err;

    private Running(Process process, Path out, Path err) {
      this.process = process;
      this.out = out;
      this.err = err;
    }

    long pid() {
      return process.pid();
    }

    /** Gives it all of its standard input. */
    void type(String text) {
      try (var input = process.getOutputStream()) {
        input.write(text.getBytes(UTF_8));
      } catch (IOException e) {
        // It has ended already; what it printed says why.
      }
    }

    /** Keys on its terminal, without the end of its input. */
    void press(String keys) {
      try {
        process.getOutputStream().write(keys.getBytes(UTF_8));
        process.getOutputStream().flush();
      } catch (IOException e) {
        // It has ended already; what it printed says why.
      }
    }

    void letGo() {
      type("go\n");
    }

    void signal(String name) {
      try {
        new ProcessBuilder("kill", "-s", name, "--", Long.toString(pid())).start().waitFor();
      } catch (IOException | InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    void awaitOut(String text) {
      until(() -> "'" + text + "' in " + out() + err(), () -> out().contains(text) || failed());
    }

    void awaitErr(String text) {
      until(() -> "'" + text + "' in " + out() + err(), () -> err().contains(text) || failed());
    }

    /** Ends a wait that has become pointless with what explains it. */
    private boolean failed() {
      if (process.isAlive()) {
        return false;
      }
      throw new AssertionError("it ended with " + process.exitValue() + ": " + out() + err());
    }

    String out() {
      return read(out);
    }

    String err() {
      return read(err);
    }

    private static String read(Path file) {
      try {
        return Files.readString(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    Ended end() {
      try {
        if (!process.waitFor(BOUND_SECONDS * 2, TimeUnit.SECONDS)) {
          throw new AssertionError("it did not end: " + out() + err());
        }
        return new Ended(process.exitValue(), out(), err());
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void close() {
      process.destroyForcibly();
      try {
        Files.deleteIfExists(out);
        Files.deleteIfExists(err);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
