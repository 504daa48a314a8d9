/**
 * Registers in an S3-compatible bucket: one object per key, {@code PUT If-None-Match: *} and {@code
 * PUT If-Match}.
 *
 * <p>What may enter: what knows of S3 and its relatives, and nothing that knows of leases.
 * Credentials, profiles, regions and signatures are the business of the AWS SDK.
 */
@NullMarked
package dev.fen.s3;

import org.jspecify.annotations.NullMarked;
