/**
 * How durations, points in time and words are written for people, the same in the library's
 * messages and in the command's. The module does not export it: it is nobody else's to rely on.
 *
 * <p>What may enter: wording that two modules of Fen share and that knows nothing of locks.
 */
@NullMarked
package dev.fen.lock.text;

import org.jspecify.annotations.NullMarked;
