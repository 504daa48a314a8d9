package dev.fen.lock.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder that looks like {@code /proc} does to one process. */
final class FakeProc {

  private final Path proc;
  private final long self;

  FakeProc(Path proc, long self) throws IOException {
    this.proc = proc;
    this.self = self;
    Files.createDirectories(proc.resolve(Long.toString(self)));
    Files.createSymbolicLink(proc.resolve("self"), Path.of(Long.toString(self)));
    write("sys/kernel/hostname", "runner-7\n");
    write("sys/kernel/random/boot_id", "boot-a\n");
    write("self/mountinfo", "22 27 0:21 / /proc rw,relatime - proc proc rw\n");
    Files.createDirectories(proc.resolve("self/ns"));
    Files.createSymbolicLink(proc.resolve("self/ns/pid"), Path.of("pid:[4026531836]"));
    Files.createSymbolicLink(proc.resolve("self/ns/time"), Path.of("time:[4026531834]"));
    process(1, "S", 1, 5);
    process(self, "S", 20, 7000);
  }

  void write(String file, String text) throws IOException {
    Path path = proc.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  void delete(String file) throws IOException {
    Files.delete(proc.resolve(file));
  }

  void process(long pid, String state, int threads, long ticks) throws IOException {
    write(
        pid + "/stat",
        pid
            + " (a (b) c) "
            + state
            + " 1 1 1 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 "
            + threads
            + " 0 "
            + ticks
            + " 31 3\n");
  }

  /** The table as the process itself sees it. */
  LinuxProcessTable table() {
    return tableOf(self);
  }

  LinuxProcessTable tableOf(long pid) {
    return new LinuxProcessTable(proc, pid);
  }
}
