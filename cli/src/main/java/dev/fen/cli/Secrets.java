package dev.fen.cli;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Takes what gives access out of a text that others wrote, such as what a library or a store says
 * of its failure.
 */
final class Secrets {

  private static final String HIDDEN = "***";
  private static final List<String> VARIABLES =
      List.of("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID");
  private static final Pattern KNOWN =
      Pattern.compile(
          "\\b(AKIA|ASIA)[A-Z0-9]{12,}|(?i)x-amz-(signature|credential|security-token)=[^&\\s]*");

  private Secrets() {}

  /** The text without what these variables hold, and without what looks like a key. */
  static String masked(String text, Map<String, String> environment) {
    String masked = text;
    for (String name : VARIABLES) {
      String value = environment.getOrDefault(name, "");
      if (value.length() >= 8) {
        masked = masked.replace(value, HIDDEN);
      }
    }
    return KNOWN.matcher(masked).replaceAll(HIDDEN);
  }
}
