/**
 * An S3 store inside the test's own process: exact where AWS documents what it does, wrong where a
 * profile says so, and with a fault for every request that a test plants one for.
 *
 * <p>What may enter: what answers requests as a store does. Nothing here knows of locks or of Fen's
 * own client of S3.
 */
@NullMarked
package dev.fen.testkit.s3;

import org.jspecify.annotations.NullMarked;
