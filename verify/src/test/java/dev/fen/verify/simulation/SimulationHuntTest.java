package dev.fen.verify.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The production classes under twenty thousand seeds. */
@Tag("jdk-independent")
class SimulationHuntTest {

  /** Where another JDK runs the same tests beside, a part of them will do. */
  private static final long HISTORIES = Runtime.version().feature() == 17 ? 20_000 : 2_000;

  @Test
  void noHistoryBreaksAPromiseAndEachKindOfEventIsInATwentiethOfThem() throws Exception {
    Hunt.Result result = new Hunt(1, HISTORIES, System.nanoTime() + Long.MAX_VALUE / 2).run();

    assertThat(result.failures())
        .extracting(history -> history.plan().seed() + ": " + history.violations().get(0))
        .isEmpty();
    assertThat(result.histories()).isEqualTo(HISTORIES);
    assertThat(result.missing()).isEmpty();
  }
}
