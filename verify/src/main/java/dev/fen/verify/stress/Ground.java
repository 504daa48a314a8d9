package dev.fen.verify.stress;

import dev.fen.lock.file.FileRegisterStore;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.RegisterStore;
import dev.fen.s3.S3Settings;
import java.nio.file.Path;
import java.time.Duration;

/** Where the locks of a run are. */
interface Ground extends AutoCloseable {

  /** What is being tried, for people. */
  String name();

  /** What each process is told, for {@link #open}. */
  String address();

  /** How wrong a worker's wall clock may be. */
  Duration mostSkew();

  /** Ends all faults of the store. */
  void heal();

  /** Called now and then. */
  void tidy();

  @Override
  void close();

  /** Opens a directory, or a bucket by its {@code s3://} address. */
  static RegisterStore open(String address) {
    return address.startsWith("s3:")
        ? S3Settings.of(
                new S3Settings.Sourced(address, "the address"), name -> null, System.getenv())
            .open()
        : FileRegisterStore.open(Path.of(address), SystemPlatform.get());
  }
}
