package dev.fen.verify.simulation;

import dev.fen.verify.simulation.Plan.Actor;
import dev.fen.verify.simulation.Plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes a failing plan smaller: leaves out one thing after the other, as long as the same promise
 * is broken without it.
 */
final class Shrinker {

  /** A plan is small long before. */
  private static final int MOST_TRIES = 400;

  private final Violation.Rule rule;
  private final Function<Plan, List<Violation.Rule>> broken;
  private Plan smallest;
  private int tries;

  /**
   * A shrinker; nothing is played yet.
   *
   * @param plan one that breaks the promise
   * @param rule the promise
   */
  Shrinker(Plan plan, Violation.Rule rule) {
    this(
        plan,
        rule,
        tried ->
            new World(tried, false).play().violations().stream().map(Violation::rule).toList());
  }

  /** The same, with another way to find out what a plan breaks. */
  Shrinker(Plan plan, Violation.Rule rule, Function<Plan, List<Violation.Rule>> broken) {
    this.smallest = plan;
    this.rule = rule;
    this.broken = broken;
  }

  /** The smallest plan found. */
  Plan shrink() {
    boolean smaller = true;
    while (smaller && tries < MOST_TRIES) {
      smaller = false;
      for (UnaryOperator<Plan> cut : cuts(smallest)) {
        smaller |= tryOut(cut.apply(smallest));
      }
    }
    return smallest;
  }

  private boolean tryOut(Plan plan) {
    if (plan.equals(smallest) || tries++ >= MOST_TRIES) {
      return false;
    }
    boolean fails = broken.apply(plan).contains(rule);
    smallest = fails ? plan : smallest;
    return fails;
  }

  /** Each leaves out one thing, if it is still there. */
  private static List<UnaryOperator<Plan>> cuts(Plan plan) {
    List<UnaryOperator<Plan>> cuts = new ArrayList<>();
    for (Actor actor : plan.everybody()) {
      cuts.add(from -> with(from, without(from.actors(), actor.id())));
    }
    for (Actor actor : plan.everybody()) {
      for (int i = actor.steps().size() - 1; i >= 0; i--) {
        int index = i;
        cuts.add(from -> with(from, withoutStep(from.actors(), actor.id(), index)));
      }
    }
    plan.events().forEach(event -> cuts.add(from -> with(from, from.faults(), event)));
    for (Plan.Fault fault : plan.faults()) {
      cuts.add(from -> with(from, without(from.faults(), fault), null));
    }
    for (Plan.Outage outage : plan.outages()) {
      cuts.add(
          from ->
              new Plan(
                  from.seed(),
                  from.setting(),
                  from.actors(),
                  from.faults(),
                  without(from.outages(), outage),
                  from.events()));
    }
    return cuts;
  }

  private static Plan with(Plan plan, List<Actor> actors) {
    return actors.isEmpty()
        ? plan
        : new Plan(
            plan.seed(), plan.setting(), actors, plan.faults(), plan.outages(), plan.events());
  }

  private static Plan with(Plan plan, List<Plan.Fault> faults, Plan.@Nullable Event left) {
    List<Plan.Event> events = left == null ? plan.events() : without(plan.events(), left);
    return new Plan(plan.seed(), plan.setting(), plan.actors(), faults, plan.outages(), events);
  }

  private static <T> List<T> without(List<T> all, T one) {
    List<T> rest = new ArrayList<>(all);
    rest.remove(one);
    return List.copyOf(rest);
  }

  private static List<Actor> without(List<Actor> actors, int id) {
    List<Actor> rest = new ArrayList<>();
    for (Actor actor : actors) {
      if (actor.id() != id) {
        List<Step> steps = new ArrayList<>();
        for (Step step : actor.steps()) {
          Actor child = step.child();
          List<Actor> left = child == null ? List.of() : without(List.of(child), id);
          steps.add(step.with(left.isEmpty() ? null : left.get(0)));
        }
        rest.add(actor.with(steps));
      }
    }
    return rest;
  }

  private static List<Actor> withoutStep(List<Actor> actors, int id, int index) {
    List<Actor> changed = new ArrayList<>();
    for (Actor actor : actors) {
      List<Step> steps = new ArrayList<>();
      for (Step step : actor.steps()) {
        Actor child = step.child();
        steps.add(child == null ? step : step.with(withoutStep(List.of(child), id, index).get(0)));
      }
      if (actor.id() == id && index < steps.size()) {
        steps.remove(index);
      }
      changed.add(actor.with(steps));
    }
    return changed;
  }
}
