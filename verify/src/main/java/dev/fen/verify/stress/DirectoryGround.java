package dev.fen.verify.stress;

import java.nio.file.Path;
import java.time.Duration;

/** A directory; nothing of it fails. */
record DirectoryGround(Path folder) implements Ground {

  @Override
  public String name() {
    return "a directory";
  }

  @Override
  public String address() {
    return folder.toString();
  }

  @Override
  public Duration mostSkew() {
    return Duration.ofHours(3);
  }

  @Override
  public void heal() {}

  @Override
  public void tidy() {}

  @Override
  public void close() {}
}
