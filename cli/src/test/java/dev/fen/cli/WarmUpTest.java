package dev.fen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmUpTest {
  @TempDir Path place;

  @Test
  void handsALockOverAndLeavesNothingBehind() {
    WarmUp warmUp = new WarmUp(place);
    long start = System.nanoTime();
    warmUp.begin();
    try {
      // Taken, given back, taken and given back once more.
      while (!hasVersion(5)) {
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(60));
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
    } finally {
      warmUp.close();
    }
    assertThat(place).isEmptyDirectory();
  }

  private boolean hasVersion(int least) {
    String[] folders = place.toFile().list();
    if (folders == null || folders.length == 0) {
      return false;
    }
    String[] versions =
        place.resolve(folders[0]).resolve("locks/named/warm-up.lock").toFile().list();
    if (versions == null) {
      return false;
    }
    for (String version : versions) {
      if (Integer.parseInt(version.replace(".json", "")) >= least) {
        return true;
      }
    }
    return false;
  }
}
