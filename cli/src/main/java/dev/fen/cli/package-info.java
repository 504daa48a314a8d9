/** The command {@code fen}. */
@NullMarked
package dev.fen.cli;

import org.jspecify.annotations.NullMarked;
