package dev.fen.cli.exec;

import dev.fen.cli.exec.ProcessTable.Entry;
import dev.fen.cli.exec.ProcessTable.Identity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The command and everything it started. */
final class Family {
  private final ProcessTable table;
  private final String mark;
  private final Set<Identity> known = new HashSet<>();

  Family(ProcessTable table, String mark) {
    this.table = table;
    this.mark = mark;
  }

  /**
   * Makes the command known, so that its tree is found even if it hides its environment.
   *
   * @return its birth; null if it has ended already
   */
  @Nullable String add(long commandPid) throws IOException {
    Entry command = table.find(commandPid, mark);
    if (command == null) {
      return null;
    }
    known.add(command.identity());
    return command.birth();
  }

  /** The process group of a process; 0 if it has ended. */
  long groupOf(long pid) throws IOException {
    Entry entry = table.find(pid, mark);
    return entry == null ? 0 : entry.group();
  }

  /** What of it has not ended. */
  List<Entry> alive() throws IOException {
    List<Entry> alive = scan();
    // Who was born while the table was being read may be missing from it, and its parent may have
    // ended since: only two empty tables in a row mean that nobody is left.
    return alive.isEmpty() ? scan() : alive;
  }

  private List<Entry> scan() throws IOException {
    List<Entry> candidates = new ArrayList<>();
    Set<Long> members = new HashSet<>();
    List<Entry> found = new ArrayList<>();
    for (Entry entry : table.list(mark)) {
      if (entry.ended()) {
        continue;
      }
      if (entry.marked() || known.contains(entry.identity())) {
        members.add(entry.pid());
        found.add(entry);
      } else {
        candidates.add(entry);
      }
    }
    boolean grown;
    do {
      grown = false;
      for (Iterator<Entry> others = candidates.iterator(); others.hasNext(); ) {
        Entry other = others.next();
        if (members.contains(other.parent())) {
          others.remove();
          members.add(other.pid());
          found.add(other);
          grown = true;
        }
      }
    } while (grown);
    known.clear();
    for (Entry entry : found) {
      known.add(entry.identity());
    }
    return found;
  }
}
