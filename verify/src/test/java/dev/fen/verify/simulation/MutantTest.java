package dev.fen.verify.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fen.verify.simulation.Violation.Rule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The hunt finds what is planted. */
@Tag("jdk-independent")
class MutantTest {

  /**
   * Whether to look for the first seeds, from 1 on, which change whenever plans are drawn
   * otherwise.
   */
  private static final boolean ANEW = Boolean.getBoolean("fen.mutants.anew");

  /** Within how many histories a mutant is found. */
  private static final int HISTORIES = ANEW ? 20_000 : 20;

  static List<Mutant> mutants() {
    return Mutants.ALL;
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void isFound(Mutant mutant) throws Exception {
    MutantLoader loader = new MutantLoader(mutant);
    Optional<String> found = Optional.empty();
    long seed = ANEW ? 0 : mutant.firstSeed() - 1;
    for (int i = 0; found.isEmpty() && i < HISTORIES; i++) {
      found = loader.violationOf(++seed).filter(said -> said.startsWith(mutant.rule() + ": "));
    }
    assertThat(found).as(mutant.rule() + " breaks with: " + mutant).isPresent();
    if (ANEW) {
      System.out.println("| " + mutant + " | " + seed + " | " + found.get());
    }
  }

  @Test
  void theTableInTheDocsTellsThem() throws Exception {
    List<String> rows =
        Files.readAllLines(Path.of("..", "docs", "verification.md")).stream()
            .filter(line -> line.matches("\\| .+ \\| [0-9]+ \\| [a-z ]+ \\|"))
            .map(line -> line.substring(0, line.lastIndexOf("|", line.length() - 2)))
            .toList();
    assertThat(rows)
        .containsExactlyInAnyOrderElementsOf(
            Mutants.ALL.stream()
                .map(mutant -> "| " + mutant + " | " + mutant.firstSeed() + " ")
                .toList());
  }

  @Test
  void whatIsNotChangedIsLoadedTheSameWayAndNothingIsFound() throws Exception {
    Mutant none =
        Mutant.of(
            "nothing",
            1,
            Rule.FAILURE,
            Mutants.ALL.get(0).changes().get(0).type(),
            "final class Acquisition {",
            "final class Acquisition { ");
    MutantLoader loader = new MutantLoader(none);
    assertThat(LongStream.rangeClosed(1, 100).mapToObj(seed -> violation(loader, seed)))
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
        Mutant.of(
            "nothing",
            1,
            Rule.FAILURE,
            Mutants.ALL.get(0).changes().get(0).type(),
            "no such text",
            "");
    assertThatThrownBy(() -> new MutantLoader(wrong)).isInstanceOf(IllegalStateException.class);
  }
}
