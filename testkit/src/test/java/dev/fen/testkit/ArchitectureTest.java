package dev.fen.testkit;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** The suite that others run against their stores needs no more than the library and JUnit. */
class ArchitectureTest {

  private static final ArchRule NEEDS_LITTLE =
      classes()
          .that(resideInAPackage("dev.fen.testkit.."))
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "dev.fen.lock..",
              "dev.fen.testkit..",
              "org.apiguardian..",
              "org.assertj..",
              "org.jspecify..",
              "org.junit.jupiter..",
              "org.opentest4j..")
          .as("the testkit uses only the library, JUnit and AssertJ")
          .allowEmptyShould(true);

  @Test
  void theTestkitNeedsLittle() {
    NEEDS_LITTLE.check(
        new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("dev.fen.testkit"));
  }

  @Test
  void theRuleReportsWhoNeedsMore() {
    assertThatThrownBy(
            () ->
                NEEDS_LITTLE.check(
                    new ClassFileImporter().importPackages("dev.fen.testkit.fixture")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("NeedsArchUnit");
  }
}
