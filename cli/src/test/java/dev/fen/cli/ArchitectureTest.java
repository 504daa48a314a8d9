package dev.fen.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds Fen to the rules, and each rule to classes below {@code fixture} that break it. */
@Tag("jdk-independent")
class ArchitectureTest {

  private static final String FIXTURE = "dev.fen.cli.fixture";

  private static final JavaClasses FEN =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("/test-classes/"))
          .importPackages("dev.fen");

  private static final JavaClasses BROKEN = new ClassFileImporter().importPackages(FIXTURE);

  /** Each rule with what its report says about the fixture that breaks it. */
  static Stream<Arguments> rules() {
    return Stream.of(
        rule(ArchitectureRules::lockStandsAlone, List.of("UsesTheCommand", "UsesPicocli")),
        rule(ArchitectureRules::cliIsALeaf, List.of("UsesTestCode")),
        rule(ArchitectureRules::onlyTheBucketReachesS3, List.of("UsesS3")),
        rule(ArchitectureRules::storeUsesNothingOfFen, List.of("StoreUsesFile")),
        rule(ArchitectureRules::platformUsesNothingOfFen, List.of("PlatformUsesLock")),
        rule(ArchitectureRules::fileUsesStoreAndPlatform, List.of("FileUsesLock")),
        rule(ArchitectureRules::noCycles, List.of("Slice lock.file", "Slice lock.store")),
        rule(ArchitectureRules::packagesAreNullMarked, List.of("lock.unmarked.Unmarked")),
        rule(ArchitectureRules::nothingUsesTheQueueThatSpins, List.of("UsesTheQueueThatSpins")),
        rule(
            ArchitectureRules::onlyThePlatformTouchesTheMachine,
            List.of("TouchesTheMachine.monotonicClock()")));
  }

  private static Arguments rule(Function<ArchitectureRules, ArchRule> rule, List<String> reported) {
    return arguments(rule.apply(new ArchitectureRules("dev.fen")).getDescription(), rule, reported);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void fenKeepsTheRule(
      String name, Function<ArchitectureRules, ArchRule> rule, List<String> ignored) {
    assertThatCode(() -> rule.apply(new ArchitectureRules("dev.fen")).check(FEN))
        .as(name)
        .doesNotThrowAnyException();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void theRuleReportsWhoBreaksIt(
      String name, Function<ArchitectureRules, ArchRule> rule, List<String> reported) {
    assertThatThrownBy(() -> rule.apply(new ArchitectureRules(FIXTURE)).check(BROKEN))
        .as(name)
        .isInstanceOf(AssertionError.class)
        .message()
        .contains(reported);
  }

  @Test
  void theRulesSeeEveryModuleOfTheCommand() {
    assertThat(FEN.contain(Main.class)).isTrue();
    assertThat(FEN.containPackage("dev.fen.lock.store")).isTrue();
    assertThat(FEN.containPackage("dev.fen.s3")).isTrue();
    assertThat(FEN.containPackage("dev.fen.datastore.verify")).isTrue();
    assertThat(FEN.containPackage(FIXTURE)).isFalse();
  }

  /** Every method of the fixture touches the machine in another way, and none goes unnoticed. */
  @Test
  void everyWayToTouchTheMachineIsReported() {
    EvaluationResult result =
        new ArchitectureRules(FIXTURE).onlyThePlatformTouchesTheMachine().evaluate(BROKEN);
    String report = String.join("\n", result.getFailureReport().getDetails());

    Set<String> unnoticed =
        BROKEN.get(FIXTURE + ".lock.TouchesTheMachine").getMethods().stream()
            .map(JavaCodeUnit::getName)
            .filter(method -> !method.contains("lambda$"))
            .filter(method -> !report.contains("TouchesTheMachine." + method + "("))
            .collect(Collectors.toSet());

    assertThat(unnoticed).isEmpty();
    assertThat(report).doesNotContain("lock.Harmless").doesNotContain("lock.platform");
  }
}
