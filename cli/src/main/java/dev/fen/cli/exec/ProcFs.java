package dev.fen.cli.exec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The process table of Linux, read from {@code /proc} without starting a process. */
final class ProcFs implements ProcessTable {
  private static final int KERNEL_THREAD = 0x00200000;
  private static final int MID_EXEC_TRIES = 500;
  private static final long MID_EXEC_PAUSE_NANOS = 1_000_000;
  private static final int STAT_BYTES = 2048;

  private final String root;
  private final long notBefore;
  private final Runnable pause;

  private ProcFs(String root, long notBefore, Runnable pause) {
    this.root = root;
    this.notBefore = notBefore;
    this.pause = pause;
  }

  /**
   * The table below {@code root}, or null if it is not the one that {@code self} is in: there is
   * none, or it belongs to another pid namespace.
   */
  static @Nullable ProcFs at(Path root, long self) {
    return at(root, self, () -> LockSupport.parkNanos(MID_EXEC_PAUSE_NANOS));
  }

  /**
   * As above.
   *
   * @param pause waits a moment for a process that is in the middle of execve
   */
  static @Nullable ProcFs at(Path root, long self, Runnable pause) {
    try {
      // Opened by name, not by number: "self" is what the kernel takes this very process for.
      Stat own = stat(root + "/self", new byte[STAT_BYTES]);
      return own.pid() == self ? new ProcFs(root.toString(), own.started(), pause) : null;
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
    String[] names = new File(root).list();
    if (names == null) {
      throw new IOException(root + " cannot be listed");
    }
    byte[] wanted = (mark + "=").getBytes(ISO_8859_1);
    byte[] buffer = new byte[STAT_BYTES];
    List<Entry> entries = new ArrayList<>(names.length);
    for (String name : names) {
      if (name.charAt(0) >= '1' && name.charAt(0) <= '9') {
        Entry entry = entry(name, wanted, buffer);
        if (entry != null) {
          entries.add(entry);
        }
      }
    }
    return entries;
  }

  @Override
  public @Nullable Entry find(long pid, String mark) {
    return entry(Long.toString(pid), (mark + "=").getBytes(ISO_8859_1), new byte[STAT_BYTES]);
  }

  private @Nullable Entry entry(String name, byte[] mark, byte[] buffer) {
    String folder = root + "/" + name;
    try {
      Stat stat = stat(folder, buffer);
      // Only what is younger than Fen can have been started by the command.
      boolean marked = !stat.ended() && stat.started() >= notBefore && marked(folder, mark, buffer);
      return new Entry(
          stat.pid(),
          stat.parent(),
          stat.group(),
          stat.ended(),
          Long.toString(stat.started()),
          stat.name(),
          marked);
    } catch (IOException | IllegalArgumentException e) {
      return null; // ended while it was looked at
    }
  }

  private boolean marked(String folder, byte[] mark, byte[] buffer) throws IOException {
    for (int i = 0; i < MID_EXEC_TRIES; i++) {
      byte[] environment;
      try (FileInputStream in = new FileInputStream(folder + "/environ")) {
        environment = in.readAllBytes();
      } catch (IOException e) {
        return false; // another user's
      }
      if (environment.length > 0) {
        return contains(environment, mark);
      }
      // In the middle of execve there is no environment to be seen for a moment. That must not make
      // an orphan look like a stranger.
      if (!stat(folder, buffer).midExec()) {
        return false;
      }
      pause.run();
    }
    return false;
  }

  private static boolean contains(byte[] environment, byte[] variable) {
    int at = 0;
    while (at + variable.length <= environment.length) {
      if (Arrays.equals(environment, at, at + variable.length, variable, 0, variable.length)) {
        return true;
      }
      while (at < environment.length && environment[at] != 0) {
        at++;
      }
      at++;
    }
    return false;
  }

  private static Stat stat(String folder, byte[] buffer) throws IOException {
    try (FileInputStream in = new FileInputStream(folder + "/stat")) {
      return Stat.parse(buffer, Math.max(0, in.read(buffer)));
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
    /** Of 52 fields the last one that is looked at. */
    private static final int FIELDS = 51;

    /**
     * By hand: this is done for every process of the machine, mostly by a JVM that is still cold.
     */
    static Stat parse(byte[] line, int length) {
      int open = 0;
      while (open < length && line[open] != '(') {
        open++;
      }
      int close = length - 1; // the name itself may hold brackets and blanks
      while (close > open && line[close] != ')') {
        close--;
      }
      if (open < 2 || close <= open || close + 2 >= length) {
        throw new IllegalArgumentException("not a stat line");
      }
      long[] fields = new long[FIELDS + 1];
      int field = 4; // the state, field 3, is a letter
      for (int i = close + 4; i < length && field <= FIELDS; i++) {
        if (line[i] == ' ') {
          field++;
        } else if (line[i] >= '0' && line[i] <= '9') {
          fields[field] = fields[field] * 10 + (line[i] - '0');
        }
      }
      if (field < FIELDS) {
        throw new IllegalArgumentException("too short a stat line");
      }
      return new Stat(
          Long.parseLong(new String(line, 0, open - 1, ISO_8859_1)),
          new String(line, open + 1, close - open - 1, ISO_8859_1),
          (char) line[close + 2],
          fields[4],
          fields[5],
          fields[9],
          fields[20],
          fields[22],
          fields[51]);
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
