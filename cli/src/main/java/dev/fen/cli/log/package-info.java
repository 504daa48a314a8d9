/**
 * Where the library's warnings go: to standard error, one line each. Loaded by SLF4J when something
 * is logged, and not before.
 */
@NullMarked
package dev.fen.cli.log;

import org.jspecify.annotations.NullMarked;
