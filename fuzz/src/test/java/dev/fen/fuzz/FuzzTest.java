package dev.fen.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Has Jazzer run each target in a process of its own, so that nothing that is found ends the
 * others. {@code -Dfen.fuzz.minutes=30} goes on from another seed for so long with each; {@code
 * -Dfen.fuzz.input=...} tries an input again, in Base64 as Jazzer tells it.
 */
@Tag("jdk-independent")
@EnabledIf("hasEngine")
class FuzzTest {

  private static final int MINUTES = Integer.getInteger("fen.fuzz.minutes", 0);

  @ParameterizedTest
  @ValueSource(
      classes = {
        RecordTarget.class,
        NameTarget.class,
        ClaimsTarget.class,
        SettingsTarget.class,
        ConfigurationTarget.class,
        AnswerTarget.class
      })
  void nothingBreaksIt(Class<?> target, @TempDir Path folder) throws Exception {
    Path log = folder.resolve("log.txt");
    Process process =
        new ProcessBuilder(command(target, folder))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(process.waitFor(MINUTES + 5L, TimeUnit.MINUTES)).as("ended").isTrue();
    } finally {
      process.destroyForcibly();
    }

    String told = told(log);
    assertThat(process.exitValue()).as(told).isZero();
    assertThat(told).containsPattern("Done [0-9]+ runs");
  }

  /** Without what Jazzer says of each class; the bytes of an input need not be text. */
  private static String told(Path log) throws IOException {
    return new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.startsWith("INFO: "))
        .collect(Collectors.joining("\n"));
  }

  private static List<String> command(Class<?> target, Path folder) throws Exception {
    Path found = Files.createDirectory(folder.resolve("found"));
    Path begin = Files.createDirectory(folder.resolve("begin"));
    int count = 0;
    for (byte[] seed : Seeds.of(target)) {
      Files.write(begin.resolve("seed-" + count++), seed);
    }
    String again = System.getProperty("fen.fuzz.input", "");
    if (!again.isEmpty()) {
      Files.write(begin.resolve("again"), Base64.getDecoder().decode(again));
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.getName(),
                "--instrumentation_includes=dev.fen.**",
                "--custom_hook_includes=dev.fen.**",
                // It would make inputs that hold what is looked for.
                "--instrumentation_excludes=dev.fen.fuzz.**",
                "--custom_hook_excludes=dev.fen.fuzz.**",
                // The connections are those of the test.
                "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.ServerSideRequestForgery",
                "-timeout=30",
                "-artifact_prefix=" + folder + "/"));
    if (MINUTES > 0) {
      command.add("-max_total_time=" + TimeUnit.MINUTES.toSeconds(MINUTES));
    } else {
      command.add("-seed=1");
      command.add("-runs=" + runsOf(target));
    }
    command.add(found.toString());
    command.add(begin.toString());
    return command;
  }

  private static int runsOf(Class<?> target) throws ReflectiveOperationException {
    return target.getDeclaredField("RUNS").getInt(null);
  }

  /** Jazzer brings native code for these. */
  static boolean hasEngine() throws IOException {
    String system = System.getProperty("os.name") + "/" + System.getProperty("os.arch");
    return List.of("Linux/amd64", "Mac OS X/aarch64", "Mac OS X/x86_64").contains(system)
        && !Files.exists(Path.of("/lib/ld-musl-x86_64.so.1"));
  }
}
