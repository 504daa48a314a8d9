package dev.fen.cli;

import dev.fen.datastore.Verification;
import dev.fen.datastore.verify.Extent;
import dev.fen.datastore.verify.Progress;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.RegisterStore;
import java.time.Duration;
import java.util.function.Consumer;

/** Where the locks are, as it was named or found. */
sealed interface Datastore permits DirectoryDatastore, BucketDatastore {

  /**
   * Where it is, in full and without secrets, as messages show it and {@code --datastore} takes it.
   */
  String location();

  /**
   * Opens it to take and change locks in it: once it is known to keep its word.
   *
   * @param patience for how long it is tried again where there is no answer, and goes on where it
   *     has to be certified first; what was begun is given some seconds all the same
   * @param notices is told, one line at a time, what people should know meanwhile
   * @return the store, to be closed, which a {@link dev.fen.lock.LockService} made of it does
   * @throws CliException if it cannot be used as it is configured
   * @throws dev.fen.datastore.StoreRefusedException if it does not keep its word
   * @throws dev.fen.datastore.verify.CannotVerifyException if that could not be found out
   * @throws CliException also if a signal has ended it, which is then told as the exit code
   */
  RegisterStore open(Platform platform, Duration patience, Consumer<String> notices)
      throws InterruptedException;

  /**
   * Opens it to look at what is there.
   *
   * @return the store, to be closed, which a {@link dev.fen.lock.LockService} made of it does
   * @throws CliException if it cannot be used as it is configured
   */
  RegisterStore openToLook(Platform platform) throws InterruptedException;

  /**
   * Certifies it and keeps the verdict.
   *
   * @return what was found
   * @throws dev.fen.datastore.verify.CannotVerifyException if nothing could be found
   * @throws CliException if a signal has ended it, which is then told as the exit code
   */
  Verification.Outcome verify(Verification verification, Extent extent, Progress progress)
      throws InterruptedException;
}
