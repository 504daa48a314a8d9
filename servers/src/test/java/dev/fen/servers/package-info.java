/**
 * Fen on S3 servers that others wrote, as a second opinion on what the fake of the test-kit does:
 * S3Proxy in the tests' own process, and Ceph's gateway where one runs.
 *
 * <p>What may enter: servers, how tests reach them, and tests that need one. A module of its own,
 * so that what these servers bring along reaches no other class path.
 */
@NullMarked
package dev.fen.servers;

import org.jspecify.annotations.NullMarked;
