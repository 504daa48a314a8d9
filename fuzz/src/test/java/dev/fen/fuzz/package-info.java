/**
 * Whatever reads what others wrote gets what nobody should have written: a target for each kind of
 * input, and the test that has them run. Nothing here is published.
 */
@NullMarked
package dev.fen.fuzz;

import org.jspecify.annotations.NullMarked;
