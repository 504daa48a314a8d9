/** Locks that never hang: the leases a Java program takes, and the one algorithm behind them. */
@NullMarked
package dev.fen.lock;

import org.jspecify.annotations.NullMarked;
