/**
 * The hunt for violations of what the locks promise, behind one launcher, {@code ./fen-verify}.
 * Nothing here is published, and no production class knows of it. Each part has a package of its
 * own: {@code simulation}, {@code spec}, {@code stress}; here is only what starts them.
 */
@NullMarked
package dev.fen.verify;

import org.jspecify.annotations.NullMarked;
