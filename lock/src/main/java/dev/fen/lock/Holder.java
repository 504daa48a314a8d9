package dev.fen.lock;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who holds a lock, as the holder itself wrote it down: for people to read, not to decide by.
 * Control characters have been taken out, so all of it may be printed.
 *
 * @param name {@code user@host}
 * @param host the machine's or container's name
 * @param pid the process's number there, 0 if unknown
 * @param operation what it is doing
 * @param link where to read about its run, such as the CI job's page, or null
 * @param acquiredAt since when, by the holder's own wall clock, or null if unknown
 */
public record Holder(
    String name,
    String host,
    long pid,
    String operation,
    @Nullable String link,
    @Nullable Instant acquiredAt) {

  @Override
  public String toString() {
    return name + (pid > 0 ? " (pid " + pid + ")" : "");
  }
}
