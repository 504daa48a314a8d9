package dev.fen.verify.spec;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Runs the model checker over one configuration, as a process of its own with one worker. */
final class Tlc {

  /**
   * How it ended.
   *
   * @param verdict what was found
   * @param states how many distinct states were, as far as it came
   * @param took how long
   * @param output all that TLC said
   */
  record Result(Verdict verdict, long states, Duration took, String output) {}

  private static final Pattern STATES = Pattern.compile("([0-9,]+) distinct states found");

  private final Specifications specifications;
  private final Duration limit;
  private final List<String> jvmOptions;

  /**
   * A runner.
   *
   * @param limit after which a process is ended
   * @param jvmOptions of the processes
   */
  Tlc(Specifications specifications, Duration limit, List<String> jvmOptions) {
    this.specifications = specifications;
    this.limit = limit;
    this.jvmOptions = List.copyOf(jvmOptions);
  }

  /**
   * Checks one configuration. What cannot be checked is a result too, with the reason in its
   * output.
   */
  Result check(Model model) throws InterruptedException {
    long start = System.nanoTime();
    Path folder = null;
    try {
      folder = Files.createTempDirectory("fen-model-");
      specifications.write(model.module(), folder);
      String base = specifications.get(model.configuration() + ".cfg");
      Files.writeString(folder.resolve("model.cfg"), model.configure(base));
      return run(model, folder, start);
    } catch (IOException | IllegalArgumentException e) {
      return new Result(Verdict.ERROR, 0, since(start), e.toString());
    } finally {
      if (folder != null) {
        delete(folder);
      }
    }
  }

  private Result run(Model model, Path folder, long start)
      throws IOException, InterruptedException {
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(command(model, folder))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = false;
    try {
      process.getOutputStream().close();
      ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      if (!ended) {
        process.destroyForcibly().waitFor();
      }
    }
    String text = Files.readString(output);
    Verdict verdict = ended ? Verdict.of(process.exitValue(), text) : Verdict.UNFINISHED;
    return new Result(verdict, statesIn(text), since(start), text);
  }

  private List<String> command(Model model, Path folder) {
    Stream<String> java =
        Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // TLC unpacks its own modules into the folder for temporary files, where others must not meet
    // them.
    Stream<String> tlc =
        Stream.of(
            "-Djava.io.tmpdir=" + folder,
            "-cp",
            classPath(),
            "tlc2.TLC",
            "-nowarning",
            "-workers",
            "1",
            "-metadir",
            folder.resolve("states").toString(),
            "-config",
            "model.cfg",
            model.module());
    return Stream.of(java, jvmOptions.stream(), tlc).flatMap(part -> part).toList();
  }

  /** The archive that TLC is in: its own, or the one of this program. */
  private static String classPath() {
    try {
      Class<?> tlc = Class.forName("tlc2.TLC", false, Tlc.class.getClassLoader());
      return new File(tlc.getProtectionDomain().getCodeSource().getLocation().toURI()).getPath();
    } catch (ClassNotFoundException | URISyntaxException e) {
      throw new IllegalStateException("TLC is not on the class path", e);
    }
  }

  private static long statesIn(String output) {
    long states = 0;
    Matcher matcher = STATES.matcher(output);
    while (matcher.find()) {
      states = Long.parseLong(matcher.group(1).replace(",", ""));
    }
    return states;
  }

  private static Duration since(long startNanos) {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
