package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Real processes that make runs and structural commands, with a {@link FileReferee}. */
final class MixedChildren implements AutoCloseable {

  private static final int RUNS = 3;
  private static final int STRUCTURAL = 2;

  private final Path folder;
  private final List<ChildProcess> children = new ArrayList<>();

  /**
   * Starts them; returns when all wait for their orders.
   *
   * @param program how to start one, see {@link Medium#childCommand}
   */
  MixedChildren(List<String> program) throws IOException {
    folder = Files.createTempDirectory("fen-referee");
    List<String> command = new ArrayList<>(program);
    command.addAll(List.of(LockChild.MIX, "30000", folder.toString()));
    for (int i = 0; i < RUNS + STRUCTURAL; i++) {
      children.add(ChildProcess.start(List.of(), command));
    }
    for (ChildProcess child : children) {
      child.awaitLine("ready");
    }
  }

  /**
   * Lets them all go at once. The runs go on until {@link #endAndCheck}.
   *
   * @param structuralCommands how many each of those makes
   */
  void go(int structuralCommands) throws IOException {
    for (int i = 0; i < children.size(); i++) {
      String order =
          i < RUNS ? LockChild.RUN + " 1000000 " : "structural " + structuralCommands + " ";
      children.get(i).tell(order + i);
    }
  }

  /**
   * Waits until the structural commands are over, ends the runs, and checks that each had its turns
   * and none worked beside another one that it excludes.
   */
  void endAndCheck() throws IOException {
    for (ChildProcess child : children.subList(RUNS, children.size())) {
      checkTurns(child);
    }
    for (ChildProcess child : children.subList(0, RUNS)) {
      child.tell("stop");
    }
    for (ChildProcess child : children.subList(0, RUNS)) {
      checkTurns(child);
    }
  }

  private static void checkTurns(ChildProcess child) throws IOException {
    List<String> lines = child.linesAtEnd();
    assertThat(lines).endsWith("done");
    assertThat(lines.subList(1, lines.size() - 1)).containsOnly("worked");
  }

  /** Waits until one says that it works beside another one. */
  void awaitOverlap() throws IOException {
    children.get(0).awaitLine("overlap");
  }

  @Override
  public void close() throws IOException {
    CountingChildren.kill(children);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
