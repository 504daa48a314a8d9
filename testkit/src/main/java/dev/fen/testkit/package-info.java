/** The contract of a register store, as a suite of tests that any store can be held to. */
@NullMarked
package dev.fen.testkit;

import org.jspecify.annotations.NullMarked;
