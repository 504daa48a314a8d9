package dev.fen.testkit;

import dev.fen.lock.store.MemoryRegisterStore;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The referee of the processes that keep apart notices when they do not. */
final class MixedChildrenTest {

  /** A process with a store of its own, which keeps it apart from nobody. */
  static final class Apart {
    private Apart() {}

    public static void main(String[] args) throws Exception {
      LockChild.run(new MemoryRegisterStore(System::currentTimeMillis), Arrays.asList(args));
    }
  }

  @Test
  @Timeout(120)
  void whoWorksBesideAnotherIsCaught() throws Exception {
    try (MixedChildren children = new MixedChildren(List.of(Apart.class.getName()))) {
      children.go(1_000_000);
      children.awaitOverlap();
    }
  }
}
