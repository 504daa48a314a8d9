package dev.fen.cli.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EndPlanTest {
  private static final long SECOND = 1_000_000_000;

  private final EndPlan plan = new EndPlan(Duration.ofSeconds(10), Duration.ofSeconds(60));

  @Test
  void sigtermIsDueAGraceAndAMarginBeforeTheLeaseEnds() {
    assertThat(plan.termAt(100 * SECOND)).isEqualTo(89 * SECOND);
    plan.leaseRunningOut(89 * SECOND, 100 * SECOND);
    assertThat(plan.ending()).isTrue();
    assertThat(plan.leaseOver()).isTrue();
    assertThat(plan.killAt()).isEqualTo(99 * SECOND);
  }

  @Test
  void aShortTtlShortensTheGraceSoThatAHealthyLeaseIsNotEnded() {
    EndPlan shortLived = new EndPlan(Duration.ofSeconds(10), Duration.ofSeconds(15));
    // Good for 14.25 s, renewed after 5 s: SIGTERM must be due well after that.
    long end = 14_250_000_000L;
    assertThat(shortLived.termAt(end)).isEqualTo(end - 3_750_000_000L - 750_000_000);
  }

  @Test
  void aRenewalWithoutAnAnswerLeavesTimeForAnother() {
    EndPlan ordinary = new EndPlan(Duration.ofSeconds(10), Duration.ofSeconds(30));
    // Sent after 10 s, given up after 7.5 s, sent again after a pause of up to 250 ms.
    assertThat(ordinary.termAt(28_500_000_000L)).isGreaterThan(17_750_000_000L + 2 * SECOND);
  }

  @Test
  void whoNoticesLateKillsBeforeTheEndAllTheSame() {
    plan.leaseRunningOut(99 * SECOND + 1, 100 * SECOND);
    assertThat(plan.killAt()).isEqualTo(99 * SECOND);
  }

  @Test
  void aLeaseThatHasEndedAlreadyIsALostOne() {
    plan.leaseRunningOut(100 * SECOND, 100 * SECOND);
    assertThat(plan.killAt()).isEqualTo(110 * SECOND);
    assertThat(plan.leaseOver()).isTrue();
  }

  @Test
  void afterALossTheCommandHasNoMoreThanAQuarterOfTheTtl() {
    EndPlan lost = new EndPlan(Duration.ofMinutes(10), Duration.ofSeconds(60));
    lost.leaseLost(100 * SECOND);
    assertThat(lost.killAt()).isEqualTo(115 * SECOND);
    EndPlan late = new EndPlan(Duration.ofMinutes(10), Duration.ofSeconds(60));
    late.leaseRunningOut(100 * SECOND, 99 * SECOND);
    assertThat(late.killAt()).isEqualTo(115 * SECOND);
    EndPlan asked = new EndPlan(Duration.ofMinutes(10), Duration.ofSeconds(60));
    asked.terminated(100 * SECOND);
    assertThat(asked.killAt()).isEqualTo(700 * SECOND);
  }

  @Test
  void theEarliestKillCounts() {
    plan.terminated(80 * SECOND);
    assertThat(plan.leaseOver()).isFalse();
    plan.terminated(85 * SECOND);
    assertThat(plan.killAt()).isEqualTo(90 * SECOND);
    plan.leaseLost(86 * SECOND);
    assertThat(plan.killAt()).isEqualTo(90 * SECOND);
    assertThat(plan.leaseOver()).isTrue();
    plan.leaseRunningOut(87 * SECOND, 89 * SECOND);
    assertThat(plan.killAt()).isEqualTo(88 * SECOND);
  }

  @Test
  void timesMayOverflow() {
    plan.terminated(Long.MAX_VALUE - SECOND);
    assertThat(plan.killAt()).isEqualTo(Long.MIN_VALUE + 9 * SECOND - 1);
    plan.terminated(Long.MAX_VALUE);
    assertThat(plan.killAt()).isEqualTo(Long.MIN_VALUE + 9 * SECOND - 1);
  }
}
