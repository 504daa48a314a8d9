package dev.fen.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with the words of a call, and where to read on. */
final class UsageMessage {

  private static final int FARTHEST = 2;

  private UsageMessage() {}

  /**
   * One line.
   *
   * @param wrong what the parser found
   */
  static String of(ParameterException wrong) {
    CommandSpec command = wrong.getCommandLine().getCommandSpec();
    String called = command.qualifiedName();
    String message;
    if (wrong instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      message = unmatched(command, called, unmatched.getUnmatched().get(0));
    } else {
      message = plain(wrong);
    }
    return message + " ('" + called + " --help' tells more)";
  }

  private static String unmatched(CommandSpec command, String called, String word) {
    if (word.startsWith("-")) {
      int value = word.indexOf('=');
      String option = value < 0 ? word : word.substring(0, value);
      return "'" + called + "' has no option " + option + suggest(option, optionNames(command));
    }
    return command.subcommands().isEmpty()
        ? "'" + word + "' is one word too many for '" + called + "'"
        : "'"
            + called
            + "' has no command '"
            + word
            + "'"
            + suggest(word, List.copyOf(command.subcommands().keySet()));
  }

  private static List<String> optionNames(CommandSpec command) {
    return List.copyOf(command.optionsMap().keySet());
  }

  private static String suggest(String wrong, List<String> known) {
    String nearest = nearest(wrong, known);
    return nearest == null ? "" : "; did you mean " + nearest + "?";
  }

  private static @Nullable String nearest(String wrong, List<String> known) {
    String nearest = null;
    int least = FARTHEST + 1;
    for (String one : known) {
      int distance = distance(wrong, one);
      if (distance < least && distance < one.length() - 1) {
        nearest = one;
        least = distance;
      }
    }
    return nearest;
  }

  /** How many letters must be put in, taken out, changed or swapped with their neighbour. */
  static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least =
            Math.min(Math.min(cost[i - 1][j], cost[i][j - 1]) + 1, cost[i - 1][j - 1] + change);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          least = Math.min(least, cost[i - 2][j - 2] + 1);
        }
        cost[i][j] = least;
      }
    }
    return cost[a.length()][b.length()];
  }

  private static String plain(ParameterException wrong) {
    String message = String.valueOf(wrong.getMessage()).replace('\n', ' ');
    return message.isEmpty()
        ? message
        : Character.toLowerCase(message.charAt(0)) + message.substring(1);
  }
}
