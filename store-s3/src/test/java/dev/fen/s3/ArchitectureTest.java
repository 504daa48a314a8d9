package dev.fen.s3;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Of Fen this module uses only what it stands on. */
@Tag("jdk-independent")
class ArchitectureTest {

  private static final ArchRule RULE =
      classes()
          .that(resideInAPackage("dev.fen.s3.."))
          .should()
          .onlyDependOnClassesThat(
              not(resideInAPackage("dev.fen.."))
                  .or(resideInAnyPackage("dev.fen.s3..", "dev.fen.lock.store..")));

  @Test
  void theModuleUsesOnlyWhatItStandsOn() {
    JavaClasses own =
        new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("dev.fen.s3");
    assertThat(own).isNotEmpty();
    RULE.check(own);
  }

  @Test
  void theRuleSeesWhoBreaksIt() {
    JavaClasses tests =
        new ClassFileImporter()
            .withImportOption(location -> location.contains("/test-classes/"))
            .importPackages("dev.fen.s3");
    assertThat(RULE.evaluate(tests).hasViolation()).isTrue();
  }
}
