package dev.fen.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Processes that count up together under one lock. */
final class CountingChildren {

  private CountingChildren() {}

  /**
   * Ends them, and checks that what they counted is what was written, with one holder at a time.
   */
  static void endAndCheck(Medium medium, List<ChildProcess> children) throws IOException {
    for (ChildProcess child : children) {
      child.endInput();
    }
    List<String> lines = new ArrayList<>();
    for (ChildProcess child : children) {
      List<String> own = child.linesAtEnd();
      assertThat(own).endsWith("done");
      lines.addAll(own);
    }
    assertThat(lines).doesNotContain("overlap");
    assertThat(lines.stream().filter(line -> line.startsWith("token "))).doesNotHaveDuplicates();
    long counted = lines.stream().filter("counted"::equals).count();
    // What was lost or in doubt may have been counted or not.
    long unsure = lines.stream().filter(l -> l.equals("doubt") || l.equals("lost")).count();
    try (RegisterStore store = medium.open(SystemPlatform.get())) {
      String body = ((ReadResult.Present) store.read(LockChild.COUNTER)).body();
      long written = Long.parseLong(body.substring(0, body.indexOf(' ')));
      assertThat(written).isBetween(counted, counted + unsure);
    }
  }

  static void kill(List<ChildProcess> children) {
    for (ChildProcess child : children) {
      try {
        child.close();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
