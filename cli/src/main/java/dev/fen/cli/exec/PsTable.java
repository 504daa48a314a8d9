package dev.fen.cli.exec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The process table as {@code ps} tells it, where there is no {@code /proc}. Best effort: some
 * systems show the environment of some processes to nobody.
 */
final class PsTable implements ProcessTable {
  private static final int WORDS = 10;

  private final List<String> environments;

  PsTable(String osName) {
    environments =
        osName.startsWith("Mac")
            ? List.of("ps", "-axEww", "-o", "pid=,command=")
            : List.of("ps", "axeww", "-o", "pid=,command=");
  }

  @Override
  public String kind() {
    return environments.get(1).equals("-axEww") ? "mac" : "ps";
  }

  @Override
  public List<Entry> list(String mark) throws IOException {
    Set<String> marked = new HashSet<>();
    for (String line : run(environments)) {
      String[] words = line.trim().split(" +", 2);
      if (words.length == 2 && words[1].contains(" " + mark + "=")) {
        marked.add(words[0]);
      }
    }
    List<Entry> entries = new ArrayList<>();
    for (String line : run(List.of("ps", "-axo", "pid=,ppid=,pgid=,stat=,lstart=,comm="))) {
      // lstart is five words: Tue Nov 24 08:50:05 2026
      String[] words = line.trim().split(" +", WORDS);
      if (words.length == WORDS) {
        entries.add(
            new Entry(
                Long.parseLong(words[0]),
                Long.parseLong(words[1]),
                Long.parseLong(words[2]),
                words[3].startsWith("Z"),
                String.join("_", List.of(words).subList(4, 9)),
                words[9].substring(words[9].lastIndexOf('/') + 1),
                marked.contains(words[0])));
      }
    }
    return entries;
  }

  @Override
  public @Nullable Entry find(long pid, String mark) throws IOException {
    return list(mark).stream().filter(entry -> entry.pid() == pid).findAny().orElse(null);
  }

  private static List<String> run(List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    List<String> lines = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    }
    return lines;
  }
}
