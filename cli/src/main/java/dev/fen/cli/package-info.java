/**
 * The {@code fen} command: what it is called with, where its datastore is, what it prints, and how
 * it exits.
 *
 * <p>What may enter: words and wiring. How locks work is the library's business, how a command is
 * run and ended is that of {@code exec}.
 */
@NullMarked
package dev.fen.cli;

import org.jspecify.annotations.NullMarked;
