package dev.fen.lock.platform;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The process table of systems where a process's death cannot be proven: leases there end by time
 * alone.
 */
final class SystemProcessTable implements ProcessTable {

  private final ProcessMark self = new ProcessMark(hostName(), ProcessHandle.current().pid(), "");

  private SystemProcessTable() {}

  /** The best table this system has. */
  static ProcessTable create() {
    Path proc = Path.of("/proc");
    return Files.exists(proc.resolve("self/stat"))
        ? new LinuxProcessTable(proc, ProcessHandle.current().pid())
        : new SystemProcessTable();
  }

  private static String hostName() {
    for (String variable : new String[] {"HOSTNAME", "COMPUTERNAME"}) {
      String value = System.getenv(variable);
      if (value != null && !value.isBlank()) {
        return value;
      }
    }
    try {
      return java.net.InetAddress.getLocalHost().getHostName();
    } catch (java.net.UnknownHostException noName) {
      return "unknown-host";
    }
  }

  /**
   * The JVM keeps the command line in this property; only its first word is taken, arguments may
   * hold secrets.
   */
  static String programName() {
    String command = System.getProperty("sun.java.command", "java");
    String first = command.split(" ", 2)[0].replace('\\', '/');
    String name = first.substring(first.lastIndexOf('/') + 1);
    return name.isEmpty() ? "java" : name;
  }

  @Override
  public ProcessMark self() {
    return self;
  }

  @Override
  public String user() {
    return System.getProperty("user.name", "unknown-user");
  }

  @Override
  public String program() {
    return SystemProcessTable.programName();
  }

  @Override
  public Optional<ProcessMark> find(long pid) {
    return ProcessHandle.of(pid).map(found -> new ProcessMark(self.host(), pid, ""));
  }

  @Override
  public Liveness liveness(ProcessMark mark) {
    return Liveness.UNKNOWN;
  }
}
