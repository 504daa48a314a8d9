package dev.fen.verify.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The hunt finds what is planted. */
class MutantTest {

  /** What a mutant is found within, from where the hunt for it begins. */
  private static final int HISTORIES = 100;

  static List<Mutant> mutants() {
    return Mutants.ALL;
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void isFound(Mutant mutant) throws Exception {
    MutantLoader loader = new MutantLoader(mutant);
    Optional<String> found = Optional.empty();
    for (long seed = mutant.firstSeed();
        found.isEmpty() && seed < mutant.firstSeed() + HISTORIES;
        seed++) {
      found = loader.violationOf(seed);
    }
    assertThat(found).as("what breaks with: " + mutant).isPresent();
  }

  @Test
  void whatIsNotChangedIsLoadedTheSameWayAndNothingIsFound() throws Exception {
    Mutant none =
        Mutant.of(
            "nothing",
            1,
            Mutants.ALL.get(0).changes().get(0).type(),
            "final class Acquisition {",
            "final class Acquisition { ");
    MutantLoader loader = new MutantLoader(none);
    assertThat(LongStream.range(1, HISTORIES).mapToObj(seed -> violation(loader, seed)))
        .allMatch(Optional::isEmpty);
  }

  private static Optional<String> violation(MutantLoader loader, long seed) {
    try {
      return loader.violationOf(seed);
    } catch (ReflectiveOperationException broken) {
      throw new IllegalStateException(broken);
    }
  }

  @Test
  void aChangeOfWhatIsNotThereIsRefused() {
    Mutant wrong =
        Mutant.of("nothing", 1, Mutants.ALL.get(0).changes().get(0).type(), "no such text", "");
    assertThatThrownBy(() -> new MutantLoader(wrong)).isInstanceOf(IllegalStateException.class);
  }
}
