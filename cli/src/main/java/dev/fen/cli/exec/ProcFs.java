package dev.fen.cli.exec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The process table of Linux, read from {@code /proc} without starting a process. */
final class ProcFs implements ProcessTable {
  private static final int KERNEL_THREAD = 0x00200000;
  private static final int MID_EXEC_TRIES = 500;
  private static final long MID_EXEC_PAUSE_NANOS = 1_000_000;

  private final Path root;
  private final long notBefore;

  private ProcFs(Path root, long notBefore) {
    this.root = root;
    this.notBefore = notBefore;
  }

  /**
   * The table below {@code root}, or null if it is not the one that {@code self} is in: there is
   * none, or it belongs to another pid namespace.
   */
  static @Nullable ProcFs at(Path root, long self) {
    try {
      // Opened by name, not by number: "self" is what the kernel takes this very process for.
      Stat own = Stat.parse(read(root.resolve("self/stat")));
      return own.pid == self ? new ProcFs(root, own.started) : null;
    } catch (IOException | IllegalArgumentException e) {
      return null;
    }
  }

  @Override
  public String kind() {
    return "proc";
  }

  @Override
  public List<Entry> list(String mark) throws IOException {
    String[] names = root.toFile().list();
    if (names == null) {
      throw new IOException(root + " cannot be listed");
    }
    byte[] wanted = (mark + "=").getBytes(ISO_8859_1);
    List<Entry> entries = new ArrayList<>(names.length);
    for (String name : names) {
      if (name.charAt(0) >= '1' && name.charAt(0) <= '9') {
        Entry entry = entry(name, wanted);
        if (entry != null) {
          entries.add(entry);
        }
      }
    }
    return entries;
  }

  private @Nullable Entry entry(String name, byte[] mark) {
    Path folder = root.resolve(name);
    try {
      Stat stat = Stat.parse(read(folder.resolve("stat")));
      // Only what is younger than Fen can have been started by the command.
      boolean marked = !stat.ended() && stat.started >= notBefore && marked(folder, mark);
      return new Entry(
          stat.pid,
          stat.parent,
          stat.group,
          stat.ended(),
          Long.toString(stat.started),
          stat.name,
          marked);
    } catch (IOException | IllegalArgumentException e) {
      return null; // ended while it was looked at
    }
  }

  private static boolean marked(Path folder, byte[] mark) throws IOException {
    for (int i = 0; i < MID_EXEC_TRIES; i++) {
      byte[] environment;
      try {
        environment = read(folder.resolve("environ"));
      } catch (IOException e) {
        return false; // another user's
      }
      if (environment.length > 0) {
        return contains(environment, mark);
      }
      // In the middle of execve there is no environment to be seen for a moment. That must not make
      // an orphan look like a stranger.
      if (!Stat.parse(read(folder.resolve("stat"))).midExec()) {
        return false;
      }
      LockSupport.parkNanos(MID_EXEC_PAUSE_NANOS);
    }
    return false;
  }

  private static boolean contains(byte[] environment, byte[] variable) {
    int at = 0;
    while (at + variable.length <= environment.length) {
      int i = 0;
      while (i < variable.length && environment[at + i] == variable[i]) {
        i++;
      }
      if (i == variable.length) {
        return true;
      }
      while (at < environment.length && environment[at] != 0) {
        at++;
      }
      at++;
    }
    return false;
  }

  private static byte[] read(Path path) throws IOException {
    File file = path.toFile();
    try (FileInputStream in = new FileInputStream(file)) {
      return in.readAllBytes();
    }
  }

  /** One line of {@code /proc/<pid>/stat}, see proc(5). */
  private record Stat(
      long pid,
      String name,
      char state,
      long parent,
      long group,
      long flags,
      long threads,
      long started,
      long environmentEnd) {
    static Stat parse(byte[] bytes) {
      String line = new String(bytes, ISO_8859_1);
      int open = line.indexOf('(');
      int close = line.lastIndexOf(')'); // the name itself may hold brackets and blanks
      if (open < 2 || close < open) {
        throw new IllegalArgumentException(line);
      }
      // Field n of the manual is word n - 3.
      String[] words = line.substring(close + 1).trim().split(" ", -1);
      if (words.length < 20) {
        throw new IllegalArgumentException(line);
      }
      return new Stat(
          Long.parseLong(line.substring(0, open - 1)),
          line.substring(open + 1, close),
          words[0].charAt(0),
          Long.parseLong(words[1]),
          Long.parseLong(words[2]),
          Long.parseLong(words[6]),
          Long.parseLong(words[17]),
          Long.parseLong(words[19]),
          words.length > 48 ? Long.parseUnsignedLong(words[48]) : -1);
    }

    /**
     * A leader that ended while other threads of its process go on is a zombie that still works.
     */
    boolean ended() {
      return (state == 'Z' && threads <= 1) || state == 'X' || state == 'x';
    }

    boolean midExec() {
      return state != 'Z' && environmentEnd == 0 && (flags & KERNEL_THREAD) == 0;
    }
  }
}
