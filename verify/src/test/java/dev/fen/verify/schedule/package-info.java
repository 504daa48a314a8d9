/**
 * The classes that real threads share, played by real threads again and again in orders drawn at
 * random, on every JDK that the build runs on. The simulation switches threads only where they
 * wait; Lincheck, which draws every order, has the parts of them in the {@code lock} module's
 * tests.
 */
@NullMarked
package dev.fen.verify.schedule;

import org.jspecify.annotations.NullMarked;
