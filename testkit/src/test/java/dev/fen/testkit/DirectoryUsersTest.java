package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Users of one group who share a directory, each with a umask that gives nothing to others. */
@Timeout(120)
class DirectoryUsersTest {

  @TempDir Path root;

  private static void assumeSuperuser() throws IOException {
    assumeTrue(File.separatorChar == '/');
    assumeTrue(Files.exists(Path.of("/proc/self")), "needs /proc");
    assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "needs a superuser");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs setpriv");
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

  /** With a process table that hides other users' processes from the command that follows. */
  private static List<String> withHiddenProcesses() {
    return List.of(
        "unshare",
        "--mount",
        "sh",
        "-c",
        "mount -t proc -o hidepid=2 proc /proc && exec \"$@\"",
        "sh");
  }

  private static void assumeProcessesCanBeHidden() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/unshare")), "needs unshare");
    List<String> command = new ArrayList<>(withHiddenProcesses());
    command.add("true");
    assumeTrue(
        new ProcessBuilder(command).start().waitFor() == 0,
        "needs to be allowed to mount a process table");
  }

  /** A directory of the group, and the rest in the way of nobody. */
  private Path sharedDirectory() throws IOException {
    Files.setAttribute(root, "unix:mode", 0755);
    Path directory = Files.createDirectory(root.resolve("store"));
    Files.setAttribute(directory, "unix:gid", 4242);
    Files.setAttribute(directory, "unix:mode", 02770);
    return directory;
  }

  private static List<String> program(Medium medium, String order) {
    List<String> program = new ArrayList<>(medium.childCommand());
    program.addAll(List.of(order, Long.toString(Duration.ofSeconds(30).toMillis())));
    return program;
  }

  /** The class path of the tests, in a place that every user may read. */
  private String readableClassPath() throws IOException {
    Path copies = Files.createDirectory(root.resolve("classes"));
    List<String> entries = new ArrayList<>();
    for (String entry : ChildProcess.classPath().split(File.pathSeparator)) {
      Path from = Path.of(entry);
      if (Files.exists(from)) {
        Path to = copies.resolve(entries.size() + "-" + from.getFileName());
        copy(from, to);
        entries.add(to.toString());
      }
    }
    try (Stream<Path> all = Files.walk(copies)) {
      for (Path path : all.toList()) {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
    return String.join(File.pathSeparator, entries);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  @Test
  void usersOfOneGroupTakeTurnsAndLoseNothing() throws Exception {
    assumeSuperuser();
    Path directory = sharedDirectory();
    String classPath = readableClassPath();
    List<ChildProcess> children = new ArrayList<>();
    try (Medium medium = new DirectoryMedium(directory)) {
      List<String> program = program(medium, LockChild.COUNT);
      for (int uid : List.of(5001, 5002)) {
        children.add(ChildProcess.start(user(uid), classPath, List.of(), program));
      }
      for (ChildProcess child : children) {
        child.tell("20");
      }
      CountingChildren.endAndCheck(medium, children);
      assertThat(children).hasSize(2);
    } finally {
      CountingChildren.kill(children);
    }
  }

  @Test
  void aHolderWhoseProcessIsHiddenIsNotTakenForDead() throws Exception {
    assumeSuperuser();
    assumeProcessesCanBeHidden();
    Path directory = sharedDirectory();
    String classPath = readableClassPath();
    List<String> hidden = new ArrayList<>(withHiddenProcesses());
    hidden.addAll(user(5002));
    try (Medium medium = new DirectoryMedium(directory);
        ChildProcess holder =
            ChildProcess.start(user(5001), classPath, List.of(), program(medium, LockChild.HOLD))) {
      holder.awaitLine("held");
      List<String> attempt = program(medium, LockChild.TRY);
      try (ChildProcess other = ChildProcess.start(hidden, classPath, List.of(), attempt)) {
        assertThat(other.linesAtEnd()).containsExactly("somebody holds it");
      }
      // Where it can be seen that the holder is gone, it is.
      holder.kill();
      try (ChildProcess other = ChildProcess.start(user(5002), classPath, List.of(), attempt)) {
        assertThat(other.linesAtEnd()).containsExactly("got it");
      }
    }
  }
}
