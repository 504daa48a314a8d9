package dev.fen.cli.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.cli.exec.ProcessTable.Entry;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs({OS.LINUX, OS.MAC})
class PsTableTest {
  private static final String MARK = "FEN_EXEC_" + ProcessHandle.current().pid() + "_ps";

  private final PsTable table = new PsTable(System.getProperty("os.name"));

  @Test
  void knowsAChildItsParentItsMarkAndItsBirth() throws IOException {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", "read x; exit 0");
    builder.environment().put(MARK, "1");
    Process child = builder.start();
    try {
      FenProcess.until("a marked child", () -> find(child.pid()).marked());
      Entry entry = find(child.pid());
      assertThat(entry.parent()).isEqualTo(ProcessHandle.current().pid());
      assertThat(entry.group()).isEqualTo(find(ProcessHandle.current().pid()).group());
      assertThat(entry.name()).isEqualTo("sh");
      assertThat(entry.ended()).isFalse();
      assertThat(find(child.pid()).birth()).isEqualTo(entry.birth()).hasSizeGreaterThan(10);
      assertThat(table.list(MARK).stream().filter(Entry::marked).toList()).hasSize(1);
    } finally {
      child.destroyForcibly();
    }
  }

  private Entry find(long pid) {
    try {
      List<Entry> entries = table.list(MARK);
      return entries.stream().filter(entry -> entry.pid() == pid).findAny().orElseThrow();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
