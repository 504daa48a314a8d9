/**
 * What one tests locks and stores with: a simulated machine under a virtual clock, a store that
 * fails as it is told to, and the contract suite that every {@link
 * dev.fen.lock.store.RegisterStore} must pass.
 *
 * <p>What may enter: what a store's author needs for tests of their own. Nothing of it may be
 * needed to run a lock.
 */
@NullMarked
package dev.fen.testkit;

import org.jspecify.annotations.NullMarked;
