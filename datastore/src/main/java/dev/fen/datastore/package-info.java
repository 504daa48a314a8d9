/**
 * Opens a datastore once it is known to keep its word, and keeps the verdict on it.
 *
 * <p>What may enter: what knows which kinds of datastores there are (a directory, a bucket), how
 * each is certified, where the verdict is kept, and who needs one. What may not: the checks
 * themselves, which are in {@link dev.fen.datastore.verify}, locks and leases, a command line or a
 * terminal.
 */
@NullMarked
package dev.fen.datastore;

import org.jspecify.annotations.NullMarked;
