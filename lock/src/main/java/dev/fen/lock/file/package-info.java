/**
 * Registers in a directory: numbered versions, swapped by the exclusive hard link of the next
 * number.
 *
 * <p>Everything that knows of files, folder names and file systems is here, and nothing that knows
 * of locks. Of Fen, only {@code store} and {@code platform} may be used.
 */
@NullMarked
package dev.fen.lock.file;

import org.jspecify.annotations.NullMarked;
