/** Measures the locks. */
@NullMarked
package dev.fen.bench;

import org.jspecify.annotations.NullMarked;
