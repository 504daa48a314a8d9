/**
 * Locks that never hang: the leases a Java program takes, and the one algorithm behind them.
 *
 * <h2>Use</h2>
 *
 * {@link dev.fen.lock.LockService} gives {@link dev.fen.lock.Lease}s. A lease is renewed in the
 * background until it is closed; {@link dev.fen.lock.Lease#ensureHeld()} stands before whatever
 * must not happen without it, and {@link dev.fen.lock.Lease#token()} goes along with every write to
 * a resource that can refuse older tokens.
 *
 * <h2>The protocol</h2>
 *
 * A lock is one register in a {@link dev.fen.lock.store.RegisterStore}, and every change of it is
 * one compare-and-swap against the version last read:
 *
 * <pre>
 *   absent ──take──▶ held ──renewal──▶ held ──release──▶ released ──take──▶ held
 *                      │                  (by the holder, or by force)
 *                      └──takeover of a stale record──▶ held (by another)
 * </pre>
 *
 * Nothing is ever deleted, so nothing can come back. Every body carries the acquisition's random
 * nonce and a revision, so that no two are equal and a version stands for one body. Each
 * acquisition has a greater token than all before it.
 *
 * <p>A write has one of four outcomes. {@code applied}: done. {@code conflict}, {@code not
 * applied}, {@code unknown}: only the next read decides. A record with the caller's own nonce is
 * its own; it is proven by one more compare-and-swap before anybody is told of success, and the
 * lease counts from the sending of that one.
 *
 * <h2>Which clock decides what</h2>
 *
 * <table>
 *   <caption>Clocks</caption>
 *   <tr><th>question</th><th>clock</th></tr>
 *   <tr><td>Do I still hold it?</td><td>the holder's monotonic clock, from the sending of the last good renewal; the wall
 *       clock only casts doubt, when it ran ahead of it</td></tr>
 *   <tr><td>Is the holder gone?</td><td>the waiter's monotonic clock (unchanged for so long), the store's own clock (so
 *       old), or the process table of this machine; never a time out of the record</td></tr>
 *   <tr><td>Is my wait over?</td><td>the waiter's monotonic clock</td></tr>
 *   <tr><td>Which token is next?</td><td>none where the last one is readable; else the store's clock</td></tr>
 *   <tr><td>Since when is it held? (for people)</td><td>the holder's wall clock</td></tr>
 * </table>
 *
 * The margins of {@code Staleness} hold as long as two monotonic clocks drift apart by less than a
 * tenth, and the store's clock from the holder's by less than a twentieth.
 *
 * <h2>Two levels</h2>
 *
 * {@link dev.fen.lock.ModelLocks} has a lock for each model, which runs take, and a global one,
 * which structural commands take:
 *
 * <pre>
 *   run:         take its models' locks ─▶ read the global one ─▶ work ─▶ release
 *                       ▲                        │ somebody else's, or not known
 *                       └── wait for it ◀── release all
 *
 *   structural:  wait for quiet, half the time at most ─▶ take the global lock ─▶ wait until two passes
 *                over the models' locks in a row find all of them released, in the same versions ─▶ work
 * </pre>
 *
 * Each writes before it reads, so of two that meet at least one sees the other. Before a run waits
 * for a model it gives back all that sort after it, so nobody waits for one another in a circle;
 * and while it waits it reads the global lock as well. What is stale on the way is taken over and
 * left released, so that a late write of its holder is refused. The loss of one lease of a run is
 * the loss of all.
 *
 * <p>A process that was started under locks is told of them by {@link dev.fen.lock.Claims}. It
 * passes through those, and is let in past a global lock that still waits for a process above it:
 * it takes its own locks, reads the global one, and only then reads a record of the process above,
 * which must be held under the nonce it was told. Two passes that agree cannot both miss it: had
 * the first one found that record released, the second would find another version.
 *
 * <p>It looks at what is held above it as often as that is renewed, and gives it up when it was not
 * renewed for so long that its holder must have given up. Where it knows that store by another name
 * only a renewal proves that it is no copy.
 *
 * <h2>What happens when</h2>
 *
 * <table>
 *   <caption>Failures</caption>
 *   <tr><th>event</th><th>holder</th><th>waiters</th></tr>
 *   <tr><td>holder's process dies, same machine</td><td>-</td><td>take over at once, where death is proven</td></tr>
 *   <tr><td>holder's machine dies</td><td>-</td><td>take over after ttl + ttl/20 + 1 s at the latest</td></tr>
 *   <tr><td>holder stands still beyond its ttl</td><td>notices before it may go on, {@code PROCESS_PAUSED}</td><td>have
 *       taken over</td></tr>
 *   <tr><td>machine suspended</td><td>in doubt until one renewal</td><td>as above</td></tr>
 *   <tr><td>store does not answer</td><td>renews again and again; {@code STORE_UNREACHABLE} at the end of the
 *       lease</td><td>go on trying until their deadline</td></tr>
 *   <tr><td>store refuses for good (permission)</td><td>as above</td><td>end at once with what to mend</td></tr>
 *   <tr><td>answer of a write lost, or the write lands late</td><td>the next read decides</td><td>the same; a caller that
 *       gives up has its write taken back</td></tr>
 *   <tr><td>force release</td><td>learns at its next renewal, {@code FORCE_RELEASED}</td><td>take the lock at once</td></tr>
 *   <tr><td>record removed</td><td>{@code REMOVED} at its next renewal; never makes it anew</td><td>take the lock at
 *       once</td></tr>
 *   <tr><td>record overwritten with rubbish</td><td>{@code OVERWRITTEN}</td><td>take over after 32.5 s</td></tr>
 *   <tr><td>release fails</td><td>a warning is logged</td><td>as if the holder had died</td></tr>
 * </table>
 *
 * <p>What may enter: the algorithm and its surface. It reaches stores through {@code store}, and
 * time, threads and processes through {@code platform} alone, so that it runs unchanged under a
 * virtual clock.
 */
@NullMarked
package dev.fen.lock;

import org.jspecify.annotations.NullMarked;
