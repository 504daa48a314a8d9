/**
 * The register: one small object that is only ever changed by compare-and-swap, and the stores that
 * keep registers.
 *
 * <p>This room holds what a store must promise ({@link dev.fen.lock.store.RegisterStore}), the
 * typed outcomes of its calls, and the store in memory. It knows nothing of locks, leases or
 * records: a body is text to it. Stores with dependencies of their own live in rooms or modules of
 * their own. Nothing of Fen may be used from here.
 */
@NullMarked
package dev.fen.lock.store;

import org.jspecify.annotations.NullMarked;
