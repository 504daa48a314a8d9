/**
 * Runs a command under a lock: starts it, passes signals on to it, ends it when the lock is lost,
 * and knows when it and everything it started has ended.
 *
 * <p>Four processes take part. In one process group: Fen; the command, a direct child of Fen that
 * owns the terminal as if Fen were not there; and the witness, a {@code cat} whose death tells a
 * signal sent to the whole group (Ctrl-C) from one sent to Fen alone, so that the command gets each
 * signal once. In a session of its own, where the system has a {@code setsid}: the watchdog, a
 * shell script that ends the command if Fen is killed, be it with its whole group.
 *
 * <p>"Everything it started" is the tree below the command, and every process that bears the mark
 * of this run in its environment: daemons and orphans bear it too. A process that was seen once
 * stays known, and the tree is looked at about every second. What both left the tree before it was
 * seen and hides its environment goes unnoticed.
 *
 * <p>The room knows no lock, only {@link dev.fen.cli.exec.HeldLock}. One thread, the caller's,
 * decides everything; other threads only put events into its queue.
 */
@NullMarked
package dev.fen.cli.exec;

import org.jspecify.annotations.NullMarked;
