/**
 * How durations, points in time and words are written for people, the same in the library's
 * messages and in the command's, and what is asked of JSON before it is parsed. The module does not
 * export it: it is nobody else's to rely on.
 *
 * <p>What may enter: what two modules of Fen do with text alike and that knows nothing of locks.
 */
@NullMarked
package dev.fen.lock.text;

import org.jspecify.annotations.NullMarked;
