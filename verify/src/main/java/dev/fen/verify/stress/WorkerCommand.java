package dev.fen.verify.stress;

import java.nio.file.Path;
import java.util.List;

/** How a worker is started: with the class path of this process. */
final class WorkerCommand {

  private WorkerCommand() {}

  static List<String> of(Class<?> main) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-XX:-UsePerfData",
        "-Xmx96m",
        "-cp",
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
        main.getName());
  }
}
