/**
 * Measures the locks: ratios between things timed side by side in one run, and request counts.
 * Nothing here is published, and nothing here asserts a duration.
 */
@NullMarked
package dev.fen.bench;

import org.jspecify.annotations.NullMarked;
