package dev.fen.verify.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a run may say of structural commands, by the record of the global lock. */
@Tag("jdk-independent")
class LevelFencesTest {

  @Test
  void whoeverHasGivenTheGlobalLockBackIsOver() {
    assertThat(LevelFences.passOfRun(OptionalLong.of(7), false, false).over()).isEqualTo(7);
  }

  @Test
  void whoeverHoldsItStillWaitsAndOnlyThoseBeforeAreOver() {
    assertThat(LevelFences.passOfRun(OptionalLong.of(7), true, false).over()).isEqualTo(6);
  }

  @Test
  void anAncestorThatHoldsItCountsAsOverForItsChildrenAlone() {
    LevelFences.Pass pass = LevelFences.passOfRun(OptionalLong.of(7), true, true);
    assertThat(pass.over()).isEqualTo(7);
    assertThat(pass.within()).isTrue();
  }

  @Test
  void whereThereIsNoRecordNobodyIsOver() {
    assertThat(LevelFences.passOfRun(OptionalLong.empty(), false, false).over()).isZero();
  }
}
