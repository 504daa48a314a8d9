package dev.fen.testkit;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Catches what is logged while a test runs. Works with any backend that writes to {@link
 * System#err} at the time of the call, as slf4j-simple does with {@code
 * org.slf4j.simpleLogger.cacheOutputStream=false}.
 */
public final class Warnings implements AutoCloseable {

  private final PrintStream before = System.err;
  private final ByteArrayOutputStream caught = new ByteArrayOutputStream();

  private Warnings() {
    System.setErr(new PrintStream(caught, true, StandardCharsets.UTF_8));
  }

  /**
   * Begins to catch; to be closed.
   *
   * @return what was caught from now on
   */
  public static Warnings capture() {
    return new Warnings();
  }

  /**
   * The lines that are warnings.
   *
   * @return those so far
   */
  public List<String> messages() {
    return caught
        .toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains("WARN"))
        .toList();
  }

  @Override
  public void close() {
    System.setErr(before);
  }
}
