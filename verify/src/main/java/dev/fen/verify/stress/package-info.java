/**
 * Real processes that lock, a driver that kills, stops and skews them and spoils what the store
 * answers, and a referee to whom they announce their work: {@code ./fen-verify stress}.
 *
 * <p>{@code Worker} is what each process runs, {@code Stress} drives them, {@code Judge} decides
 * from the order in which announcements arrive, {@code Ground} is the store under test. The judge
 * believes no lease and asks no store: when work is announced that another's announced work
 * excludes, it asks the other one whether it still holds its locks. A yes was found out after the
 * newcomer had got its own locks, so two believed at one instant; no clock and no pause excuses
 * that.
 *
 * <p>What may enter: what only a run with real processes needs.
 */
@NullMarked
package dev.fen.verify.stress;

import org.jspecify.annotations.NullMarked;
