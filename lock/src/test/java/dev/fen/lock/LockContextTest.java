package dev.fen.lock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.store.MemoryRegisterStore;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What a service keeps of the locks it has seen, and for how long. */
class LockContextTest {

  private static final int KEPT = 10_000;

  private final ManualPlatform platform = new ManualPlatform();
  private final LockContext context =
      new LockContext(
          new MemoryRegisterStore(platform::currentTimeMillis), Namespace.NONE, platform);

  private static LockName lock(int number) {
    return LockName.named(Namespace.NONE, "lock" + number);
  }

  /** Uses it for a moment. */
  private KeyState touch(int number) {
    KeyState state = context.use(lock(number));
    state.unuse();
    return state;
  }

  @Test
  void theLocksThatWereNotUsedForTheLongestTimeAreForgotten() {
    KeyState zero = touch(0);
    KeyState one = touch(1);
    KeyState two = touch(2);
    for (int i = 3; i < KEPT; i++) {
      touch(i);
    }
    assertThat(touch(0)).isSameAs(zero);

    touch(KEPT);

    assertThat(touch(2)).isSameAs(two);
    assertThat(touch(0)).isSameAs(zero);
    assertThat(touch(1)).isNotSameAs(one);
  }

  @Test
  void aLockThatIsInUseIsNotForgotten() {
    KeyState used = context.use(lock(0));
    KeyState one = touch(1);
    for (int i = 2; i <= KEPT; i++) {
      touch(i);
    }
    assertThat(context.use(lock(0))).isSameAs(used);
    assertThat(touch(1)).isNotSameAs(one);
  }

  @Test
  void aLockThatIsHeldIsNotForgottenAndAClosedOneIs() throws InterruptedException {
    HeldLease lease = new LeaseLock(context, lock(0)).acquire(LockOptions.of("test"), status -> {});
    KeyState state = context.use(lock(0));
    state.unuse();
    assertThat(state.isIdle()).isFalse();
    lease.close();
    assertThat(state.isIdle()).isTrue();
  }

  @Test
  void whoLooksAtALockOrFreesItKeepsItNoLongerThanThat() throws InterruptedException {
    LeaseLock lock = new LeaseLock(context, lock(0));
    KeyState state = context.use(lock(0));
    state.unuse();
    lock.status();
    assertThat(state.isIdle()).isTrue();
    lock.release(true, OptionalLong.empty());
    assertThat(state.isIdle()).isTrue();
    lock.acquire(LockOptions.of("test"), status -> {}).close();
    assertThat(state.isIdle()).isTrue();
  }
}
