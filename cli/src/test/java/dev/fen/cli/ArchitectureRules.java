package dev.fen.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Arrays;
import java.util.concurrent.LinkedTransferQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * Who may use whom, and who may touch the machine. The rules are made for a root package, so that
 * the same rules can be tried on classes that break them.
 */
final class ArchitectureRules {

  private final String root;

  ArchitectureRules(String root) {
    this.root = root;
  }

  /** The library stands alone: the JDK, its few dependencies, and nothing else of Fen. */
  ArchRule lockStandsAlone() {
    return onlyUses(
        "lock..",
        "java..",
        "com.grack.nanojson..",
        "org.jspecify..",
        "org.slf4j..",
        root + ".lock..");
  }

  /** The command is a leaf: nothing uses it, and it uses no test code. */
  ArchRule cliIsALeaf() {
    return noClasses()
        .that(resideInAnyPackage(root + ".cli.."))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                root + ".testkit..", root + ".bench..", "org.junit..", "org.assertj.."))
        .as("the command uses neither test code nor measurements")
        .allowEmptyShould(true);
  }

  /** Whoever names a directory does not pay for the AWS SDK. */
  ArchRule onlyTheBucketReachesS3() {
    return noClasses()
        .that(resideInAnyPackage(root + ".cli.."))
        .and(not(simpleName("BucketDatastore")))
        .should()
        .dependOnClassesThat(resideInAnyPackage(root + ".s3..", "software.amazon.."))
        .as("of the command only the datastore in a bucket reaches S3")
        .allowEmptyShould(true);
  }

  ArchRule storeUsesNothingOfFen() {
    return ofFenOnlyUses("lock.store");
  }

  ArchRule platformUsesNothingOfFen() {
    return ofFenOnlyUses("lock.platform");
  }

  ArchRule fileUsesStoreAndPlatform() {
    return ofFenOnlyUses("lock.file", "lock.store", "lock.platform");
  }

  ArchRule noCycles() {
    return slices()
        .matching(root + ".(**)")
        .should()
        .beFreeOfCycles()
        .as("packages do not use each other in a circle")
        .allowEmptyShould(true);
  }

  ArchRule packagesAreNullMarked() {
    return classes()
        .that(resideInAnyPackage(root + ".."))
        .should(
            new ArchCondition<JavaClass>("live in a package whose package-info is @NullMarked") {
              @Override
              public void check(JavaClass item, ConditionEvents events) {
                events.add(
                    new SimpleConditionEvent(
                        item,
                        item.getPackage().isAnnotatedWith(NullMarked.class),
                        item.getName() + " lives in " + item.getPackageName()));
              }
            })
        .allowEmptyShould(true);
  }

  /**
   * The time rule: whatever makes two runs differ (clocks, threads, waiting, randomness, processes,
   * the environment) is reached through the platform only, so that the production classes run in
   * simulation as they are.
   */
  ArchRule onlyThePlatformTouchesTheMachine() {
    return noClasses()
        .that(resideInAnyPackage(root + ".lock.."))
        .and(resideOutsideOfPackage(root + ".lock.platform.."))
        .should()
        .accessTargetWhere(
            new DescribedPredicate<JavaAccess<?>>("the machine is touched") {
              @Override
              public boolean test(JavaAccess<?> access) {
                return MachineAccess.isOne(access);
              }
            })
        .as("only the platform touches clocks, threads, randomness, processes, the environment")
        .allowEmptyShould(true);
  }

  /** On JDK 17 a timed wait for it may never end, and spin (JDK-8301341). */
  ArchRule nothingUsesTheQueueThatSpins() {
    return noClasses()
        .that(resideInAnyPackage(root + ".."))
        .should()
        .dependOnClassesThat(type(LinkedTransferQueue.class))
        .as("nobody uses the LinkedTransferQueue, whose idle threads spin on JDK 17")
        .allowEmptyShould(true);
  }

  private ArchRule ofFenOnlyUses(String user, String... used) {
    String[] allowed =
        Stream.concat(Stream.of(user), Arrays.stream(used))
            .map(name -> root + "." + name + "..")
            .toArray(String[]::new);
    return classes()
        .that(resideInAnyPackage(allowed[0]))
        .should()
        .onlyDependOnClassesThat(
            resideOutsideOfPackage(root + "..").or(resideInAnyPackage(allowed)))
        .as(user + " uses of Fen only itself" + (used.length == 0 ? "" : " and " + listed(used)))
        .allowEmptyShould(true);
  }

  private ArchRule onlyUses(String user, String... packages) {
    return classes()
        .that(resideInAnyPackage(root + "." + user))
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(packages))
        .as(user + " uses only " + listed(packages))
        .allowEmptyShould(true);
  }

  private static String listed(String... names) {
    return String.join(", ", names);
  }
}
