package dev.fen.cli.e2e;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How tests start a JVM that runs Fen. They start hundreds, so it gets a class-data archive, as by
 * the launcher: that halves what a start costs. An archive is of jars only, and there may be none
 * yet. So they are made, once for a build, in its folder.
 *
 * <p>Where no archive can be made the tests fail: without one they would pass, but nobody would
 * learn why they are so slow. For the same reason the JVM may say what it has against an archive,
 * although that spoils what Fen prints.
 */
public final class ChildJvm {
  private static final Path TESTS = ownClasses();
  private static final Path FOLDER = TESTS.resolveSibling("child-jvm");
  private static final Path ARCHIVE = FOLDER.resolve("archive");

  /** Some JDKs come without the archive that every other one is built upon. */
  private static final boolean HAS_BASE =
      Files.exists(Path.of(System.getProperty("java.home"), "lib", "server", "classes.jsa"));

  private static final String JARS = jars();

  private ChildJvm() {}

  /** The words up to the class. Classes of tests come last: the archive is of what is before. */
  public static List<String> words() {
    List<String> words = words(JARS + File.pathSeparator + TESTS);
    if (HAS_BASE) {
      words.add("-XX:SharedArchiveFile=" + ARCHIVE);
    }
    return words;
  }

  /** The same for other files than those of this build, of which there is no archive. */
  static List<String> words(String classPath) {
    return new ArrayList<>(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:CompileThresholdScaling=5",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-cp",
            classPath));
  }

  private static Path ownClasses() {
    try {
      return Path.of(ChildJvm.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /** The class path without the tests, once all that is made of it is of its present state. */
  private static String jars() {
    List<Path> entries =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .filter(entry -> !entry.equals(TESTS))
            .toList();
    String jars =
        entries.stream()
            .map(entry -> (Files.isDirectory(entry) ? jar(entries, entry) : entry).toString())
            .collect(Collectors.joining(File.pathSeparator));
    try {
      Files.createDirectories(FOLDER);
      // Against the other JVM that runs tests of this build.
      try (FileChannel file =
              FileChannel.open(
                  FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock ignored = file.lock()) {
        Path madeOf = FOLDER.resolve("made-of");
        List<String> state = state(entries);
        if (!Files.exists(madeOf) || !Files.readAllLines(madeOf).equals(state)) {
          Files.deleteIfExists(madeOf);
          for (Path entry : entries) {
            if (Files.isDirectory(entry)) {
              makeJar(jar(entries, entry), entry);
            }
          }
          makeArchive(jars);
          Files.write(madeOf, state);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return jars;
  }

  private static Path jar(List<Path> entries, Path folder) {
    return FOLDER.resolve(entries.indexOf(folder) + ".jar");
  }

  /** Differs whenever the jars and the archive have to be made again. */
  private static List<String> state(List<Path> entries) throws IOException {
    List<String> state = new ArrayList<>();
    state.add(System.getProperty("java.home") + " " + Runtime.version());
    for (Path entry : entries) {
      try (Stream<Path> files = Files.walk(entry)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          state.add(file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file));
        }
      }
    }
    return state;
  }

  private static void makeJar(Path jar, Path folder) {
    int code =
        ToolProvider.findFirst("jar")
            .orElseThrow()
            .run(
                System.out,
                System.err,
                "--create",
                "--no-compress",
                "--file=" + jar,
                "-C",
                folder.toString(),
                ".");
    if (code != 0) {
      throw new AssertionError("jar ended with " + code);
    }
  }

  private static void makeArchive(String jars) throws IOException {
    Files.deleteIfExists(ARCHIVE);
    Files.createDirectories(FOLDER.resolve("data"));
    Files.writeString(FOLDER.resolve(".fen.yaml"), "datastore: data\n");
    Path log = FOLDER.resolve("log");
    List<String> words = words(jars);
    words.addAll(List.of("-XX:ArchiveClassesAtExit=" + ARCHIVE, "dev.fen.cli.Rehearsal", "-s3"));
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().keySet().retainAll(List.of("PATH"));
    try {
      int code = builder.start().waitFor();
      if (code != 0 || (HAS_BASE && !Files.exists(ARCHIVE))) {
        throw new AssertionError("no archive, but " + code + ": " + Files.readString(log));
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
