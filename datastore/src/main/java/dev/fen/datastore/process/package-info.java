/**
 * Registers of a directory as other processes of this machine see and change them: child JVMs that
 * carry out store calls which come through a pipe.
 *
 * <p>What may enter: the children, their pipe and what goes through it. What may not: what the
 * calls are good for.
 */
@NullMarked
package dev.fen.datastore.process;

import org.jspecify.annotations.NullMarked;
