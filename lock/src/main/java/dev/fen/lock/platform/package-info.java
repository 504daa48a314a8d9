/**
 * What a lock takes from the machine: clocks, timers, threads, randomness, the process table, the
 * end of the process.
 *
 * <p>Everything reaches the other rooms through {@link dev.fen.lock.platform.Platform}, given to
 * constructors, so that the very classes that users run can be run under a virtual clock and a
 * seeded scheduler. This is the only room of the library that may call the clock, start a thread or
 * look at a process; nothing of Fen may be used from here.
 */
@NullMarked
package dev.fen.lock.platform;

import org.jspecify.annotations.NullMarked;
