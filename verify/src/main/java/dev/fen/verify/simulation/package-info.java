/**
 * Deterministic simulation: the production classes under a virtual clock, a seeded scheduler, and a
 * store and machines that fail as a plan says. One seed is one history: a {@link
 * dev.fen.verify.simulation.Plan} is drawn from it, a {@link dev.fen.verify.simulation.World} plays
 * it, and a {@link dev.fen.verify.simulation.Judge} compares what happened with what is promised.
 *
 * <p>What may enter: plans, what plays them, and checks. Nothing here may take the real time, a
 * real store, or any order that the seed does not decide.
 */
@NullMarked
package dev.fen.verify.simulation;

import org.jspecify.annotations.NullMarked;
