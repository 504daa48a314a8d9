package dev.fen.cli.exec;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * What to run, and how.
 *
 * @param command the program and its arguments
 * @param grace how long after SIGTERM what still lives gets SIGKILL
 * @param ttl how long the lock is good for from its last renewal; bounds the grace to a quarter of
 *     it when the lock is lost, renewals fail or Fen is killed: with more, SIGTERM would be due
 *     while the lock is healthy
 * @param messages takes warnings for a person, one line each
 * @param interrupted takes the number of a signal that came before the command was started; called
 *     at most once, on a thread of its own. The run is then called off.
 */
public record ExecRequest(
    List<String> command,
    Duration grace,
    Duration ttl,
    Consumer<String> messages,
    IntConsumer interrupted) {
  public ExecRequest {
    if (command.isEmpty()) {
      throw new IllegalArgumentException("no command given; write it after --");
    }
    if (grace.isNegative() || ttl.isNegative() || ttl.isZero()) {
      throw new IllegalArgumentException("the grace must not be negative, nor the ttl zero");
    }
    command = List.copyOf(command);
  }
}
