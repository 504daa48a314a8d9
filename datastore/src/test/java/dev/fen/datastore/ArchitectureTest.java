package dev.fen.datastore;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.fen.s3.TagForm;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Of Fen this module uses only what it stands on, and its rooms only what each is for. */
@Tag("jdk-independent")
class ArchitectureTest {

  private static final ArchRule RULE =
      classes()
          .that(resideInAPackage("dev.fen.datastore.."))
          .should()
          .onlyDependOnClassesThat(
              not(resideInAPackage("dev.fen.."))
                  .or(
                      resideInAnyPackage(
                          "dev.fen.datastore..",
                          "dev.fen.s3..",
                          "dev.fen.lock.file..",
                          "dev.fen.lock.store..",
                          "dev.fen.lock.platform..",
                          "dev.fen.lock.text..")));

  private static final ArchRule CHECKS_KNOW_NO_KIND_OF_STORE =
      classes()
          .that(resideInAPackage("dev.fen.datastore.verify.."))
          .should()
          .onlyDependOnClassesThat(
              not(resideInAnyPackage("dev.fen..", "software.amazon.."))
                  .or(belongToAnyOf(TagForm.class))
                  .or(
                      resideInAnyPackage(
                          "dev.fen.datastore.verify..",
                          "dev.fen.lock.store..",
                          "dev.fen.lock.platform..",
                          "dev.fen.lock.text..")));

  private static final ArchRule PROCESSES_KNOW_NO_CHECKS =
      classes()
          .that(resideInAPackage("dev.fen.datastore.process.."))
          .should()
          .onlyDependOnClassesThat(
              not(resideInAnyPackage("dev.fen.."))
                  .or(
                      resideInAnyPackage(
                          "dev.fen.datastore.process..",
                          "dev.fen.lock.file..",
                          "dev.fen.lock.store..",
                          "dev.fen.lock.platform..")));

  @Test
  void theModuleUsesOnlyWhatItStandsOn() {
    JavaClasses own =
        new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("dev.fen.datastore");
    assertThat(own).isNotEmpty();
    RULE.check(own);
    CHECKS_KNOW_NO_KIND_OF_STORE.check(own);
    PROCESSES_KNOW_NO_CHECKS.check(own);
  }

  @Test
  void theRuleSeesWhoBreaksIt() {
    JavaClasses tests =
        new ClassFileImporter()
            .withImportOption(location -> location.contains("/test-classes/"))
            .importPackages("dev.fen.datastore");
    assertThat(RULE.evaluate(tests).hasViolation()).isTrue();
  }
}
