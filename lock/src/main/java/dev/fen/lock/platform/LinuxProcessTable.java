package dev.fen.lock.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The process table as Linux shows it under {@code /proc}.
 *
 * <p>A start time is taken in kernel ticks since boot, field 22 of {@code /proc/<pid>/stat}
 * (proc(5)): the start instant that {@link ProcessHandle} reports is computed from the wall clock
 * and moves with it.
 */
final class LinuxProcessTable implements ProcessTable {

  private static final Pattern HIDDEN = Pattern.compile("hidepid=(?!0|off)");

  private final Path proc;
  private final ProcessMark self;

  /**
   * What every process of this machine and of these namespaces has in common; empty where it cannot
   * be read.
   */
  private final String commonPart;

  LinuxProcessTable(Path proc, long ownPid) {
    this.proc = proc;
    String host = text(proc.resolve("sys/kernel/hostname"));
    String boot = text(proc.resolve("sys/kernel/random/boot_id"));
    String pidNamespace = link(proc.resolve("self/ns/pid"));
    String timeNamespace = link(proc.resolve("self/ns/time"));
    this.commonPart =
        host == null || boot == null || pidNamespace == null || !isOwn(ownPid)
            ? ""
            : boot + "/" + pidNamespace + "," + (timeNamespace == null ? "-" : timeNamespace) + "/";
    String ticks = commonPart.isEmpty() ? null : startTicks(ownPid);
    this.self =
        new ProcessMark(
            host == null ? "unknown-host" : host, ownPid, ticks == null ? "" : commonPart + ticks);
  }

  /**
   * Not so where the table of another pid namespace is mounted: pids there mean other processes.
   */
  private boolean isOwn(long ownPid) {
    try {
      return Files.readSymbolicLink(proc.resolve("self")).toString().equals(Long.toString(ownPid));
    } catch (IOException unreadable) {
      return false;
    }
  }

  @Override
  public ProcessMark self() {
    return self;
  }

  @Override
  public String user() {
    String name = System.getProperty("user.name", "?");
    if (!name.equals("?")) {
      return name;
    }
    try {
      return "uid " + Files.getAttribute(proc.resolve("self"), "unix:uid");
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException unreadable) {
      return "unknown-user";
    }
  }

  @Override
  public String program() {
    return SystemProcessTable.programName();
  }

  @Override
  public Optional<ProcessMark> find(long pid) {
    String ticks = self.instance().isEmpty() ? null : startTicks(pid);
    return ticks == null
        ? Optional.empty()
        : Optional.of(new ProcessMark(self.host(), pid, commonPart + ticks));
  }

  @Override
  public Liveness liveness(ProcessMark mark) {
    if (self.instance().isEmpty()
        || !mark.host().equals(self.host())
        || !mark.instance().startsWith(commonPart)
        || mark.pid() <= 0) {
      return Liveness.UNKNOWN;
    }
    String claimedTicks = mark.instance().substring(commonPart.length());
    if (!isNumber(claimedTicks)) {
      return Liveness.UNKNOWN;
    }
    try {
      Stat stat =
          Stat.parse(
              Files.readString(proc.resolve(mark.pid() + "/stat"), StandardCharsets.ISO_8859_1));
      if (stat == null) {
        return Liveness.UNKNOWN;
      }
      return stat.startTicks.equals(claimedTicks) && !stat.isZombie
          ? Liveness.ALIVE
          : Liveness.DEAD;
    } catch (NoSuchFileException gone) {
      return showsProcessesOfOthers() ? Liveness.DEAD : Liveness.UNKNOWN;
    } catch (IOException unreadable) {
      // ESRCH: the process ended while it was read. The next look will prove it.
      return Liveness.UNKNOWN;
    }
  }

  /**
   * With hidepid a live process of another user looks gone (proc(5)); process 1 must be seen as
   * well.
   */
  private boolean showsProcessesOfOthers() {
    String mounts = text(proc.resolve("self/mountinfo"));
    if (mounts == null || startTicks(1) == null) {
      return false;
    }
    for (String mount : mounts.split("\n")) {
      if (mount.contains(" - proc ") && HIDDEN.matcher(mount).find()) {
        return false;
      }
    }
    return true;
  }

  private @Nullable String startTicks(long pid) {
    String text = text(proc.resolve(pid + "/stat"));
    Stat stat = text == null ? null : Stat.parse(text);
    return stat == null ? null : stat.startTicks;
  }

  /** What {@code /proc/<pid>/stat} says that matters here. */
  private record Stat(String startTicks, boolean isZombie) {

    /**
     * Counted from behind the last bracket, since the name in field 2 may hold blanks and brackets.
     */
    static @Nullable Stat parse(String stat) {
      int nameEnd = stat.lastIndexOf(')');
      String[] fromField3 =
          nameEnd < 0 ? new String[0] : stat.substring(nameEnd + 1).trim().split(" ");
      if (fromField3.length <= 19 || !isNumber(fromField3[19])) {
        return null;
      }
      // A process whose first thread has ended while others run shows as a zombie too, with more
      // than one thread.
      boolean zombie =
          fromField3[0].equals("Z") && (fromField3[17].equals("1") || fromField3[17].equals("0"));
      return new Stat(fromField3[19], zombie);
    }
  }

  private static boolean isNumber(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static @Nullable String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).trim();
    } catch (IOException unreadable) {
      return null;
    }
  }

  private static @Nullable String link(Path link) {
    try {
      String target = Files.readSymbolicLink(link).toString();
      return target.substring(target.indexOf('[') + 1).replace("]", "");
    } catch (IOException unreadable) {
      return null;
    }
  }
}
