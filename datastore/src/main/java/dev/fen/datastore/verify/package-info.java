/**
 * Certifies a store before anybody trusts it: races many conditional writes against it and accepts
 * exactly one winner each round.
 *
 * <p>What may enter: checks of what {@link dev.fen.lock.store.RegisterStore} promises, made through
 * that interface alone, and the verdict they come to, with the form in which the store wants its
 * entity tags back. What may not: anything else that knows of a particular kind of store, of locks
 * and leases, of a command line or of a terminal. A pass is evidence, not proof.
 */
@NullMarked
package dev.fen.datastore.verify;

import org.jspecify.annotations.NullMarked;
