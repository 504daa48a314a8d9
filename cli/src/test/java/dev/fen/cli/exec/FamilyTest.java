package dev.fen.cli.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.cli.exec.ProcessTable.Entry;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FamilyTest {
  private static final Entry STRANGER = entry(9, 1, "s", false);

  /** The tables that are read one after the other; the last one stays. */
  private final Deque<List<Entry>> tables = new ArrayDeque<>();

  private final Family family =
      new Family(
          new ProcessTable() {
            @Override
            public List<Entry> list(String mark) {
              return tables.size() > 1 ? tables.remove() : Objects.requireNonNull(tables.peek());
            }

            @Override
            public @Nullable Entry find(long pid, String mark) {
              return Objects.requireNonNull(tables.peek()).stream()
                  .filter(entry -> entry.pid() == pid)
                  .findAny()
                  .orElse(null);
            }

            @Override
            public String kind() {
              return "none";
            }
          },
          "MARK");

  @Test
  void theTreeBelowTheCommandBelongsToItInWhateverOrderItIsListed() throws IOException {
    Entry command = entry(10, 1, "a", false);
    Entry child = entry(8, 10, "b", false);
    Entry grandchild = entry(7, 8, "c", false);
    tables.add(List.of(STRANGER, grandchild, child, command));
    assertThat(family.add(10)).isEqualTo("a");
    assertThat(family.alive()).containsExactlyInAnyOrder(command, child, grandchild);
  }

  @Test
  void whoBearsTheMarkBelongsToItWhereverItIs() throws IOException {
    Entry daemon = entry(20, 1, "d", true);
    Entry its = entry(21, 20, "e", false);
    tables.add(List.of(STRANGER, daemon, its));
    assertThat(family.alive()).containsExactly(daemon, its);
  }

  @Test
  void whoWasSeenOnceStaysKnownButNotItsPid() throws IOException {
    tables.add(List.of(entry(10, 1, "a", false), entry(11, 10, "b", false)));
    family.add(10);
    assertThat(family.alive()).hasSize(2);
    // The command has ended; 11 is an orphan, and 10 is someone else.
    Entry orphan = entry(11, 1, "b", false);
    tables.add(List.of(entry(10, 1, "later", false), orphan));
    tables.remove();
    assertThat(family.alive()).containsExactly(orphan);
  }

  @Test
  void zombiesHaveEnded() throws IOException {
    tables.add(List.of(new Entry(20, 1, 1, true, "d", "sh", true)));
    assertThat(family.alive()).isEmpty();
  }

  @Test
  void oneEmptyTableIsNotBelieved() throws IOException {
    Entry born = entry(30, 1, "f", true);
    tables.add(List.of(STRANGER));
    tables.add(List.of(STRANGER, born));
    assertThat(family.alive()).containsExactly(born);
  }

  private static Entry entry(long pid, long parent, String birth, boolean marked) {
    return new Entry(pid, parent, 1, false, birth, "sh", marked);
  }
}
