package dev.fen.cli.exec;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The processes of this machine. */
interface ProcessTable {
  /**
   * All processes.
   *
   * @param mark the name of an environment variable; who bears it is {@code marked}
   */
  List<Entry> list(String mark) throws IOException;

  /** One process; null if there is none. */
  @Nullable Entry find(long pid, String mark) throws IOException;

  /** How the watchdog is to list processes: the name of its branch. */
  String kind();

  /**
   * One process.
   *
   * @param birth tells two processes with one pid apart; opaque
   * @param ended a zombie, or about to be one
   */
  record Entry(
      long pid, long parent, long group, boolean ended, String birth, String name, boolean marked) {
    Identity identity() {
      return new Identity(pid, birth);
    }

    @Override
    public String toString() {
      return pid + " " + name;
    }
  }

  /** What stays the same for one process and differs for all others. */
  record Identity(long pid, String birth) {}
}
