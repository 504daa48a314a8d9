package dev.fen.cli;

import dev.fen.lock.LockService;
import dev.fen.lock.ModelLocks;
import dev.fen.lock.Namespace;
import dev.fen.lock.text.Texts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParseResult;

/**
 * What was asked for: an option, else a {@code FEN_*} variable, else {@code .fen.yaml}, else the
 * default.
 */
final class Settings {

  /**
   * A setting and where it came from.
   *
   * @param text what was written
   * @param origin how messages call the place
   * @param isOption whether it was given on the command line
   * @param folder what a relative path in it starts from
   */
  record Value(String text, String origin, boolean isOption, Path folder) {

    CliException wrong(String why) {
      String message = origin + ": " + why;
      return isOption ? CliException.usage(message) : CliException.configuration(message, null);
    }
  }

  private final ParseResult options;
  private final Map<String, String> environment;
  private final Path workingFolder;
  private final @Nullable ConfigFile file;

  Settings(ParseResult options, Map<String, String> environment, Path workingFolder) {
    this.options = options;
    this.environment = environment;
    this.workingFolder = workingFolder;
    this.file = ConfigFile.find(workingFolder);
  }

  Path workingFolder() {
    return workingFolder;
  }

  Map<String, String> environment() {
    return environment;
  }

  /** The setting of this name, or null if nobody set it. */
  @Nullable Value find(String name) {
    String option = "--" + name;
    if (options.hasMatchedOption(option)) {
      String text = options.matchedOptionValue(option, "");
      return new Value(text, option, true, workingFolder);
    }
    String variable = "FEN_" + name.toUpperCase(java.util.Locale.ROOT).replace('-', '_');
    String text = environment.get(variable);
    if (text != null && !text.isEmpty()) {
      return new Value(text, variable, false, workingFolder);
    }
    return file == null ? null : configured(file, name);
  }

  private static @Nullable Value configured(ConfigFile file, String name) {
    String text = file.values().get(name);
    return text == null
        ? null
        : new Value(text, name + " in " + file.path(), false, file.path().resolveSibling(""));
  }

  /** A setting that is on or off, and an option without a value; off by default. */
  boolean isOn(String name) {
    if (options.hasMatchedOption("--" + name)) {
      return true;
    }
    Value value = find(name);
    if (value == null) {
      return false;
    }
    return switch (value.text()) {
      case "true" -> true;
      case "false" -> false;
      default -> throw value.wrong("'" + value.text() + "' is neither true nor false");
    };
  }

  /**
   * Refuses a word that did not survive its way through this locale: a lock would get another name
   * than elsewhere, and a command other arguments than were written.
   */
  static void requireReadable(String origin, String word) {
    if (word.indexOf('\ufffd') >= 0) {
      boolean isUtf8 = "UTF-8".equals(System.getProperty("sun.jnu.encoding"));
      throw CliException.configuration(
          origin
              + (isUtf8
                  ? ": it has letters that are not UTF-8; give it a name that is"
                  : ": it has letters that are lost in this locale (LC_ALL, LC_CTYPE, LANG), or the locale is not"
                      + " installed here; set LC_ALL=C.UTF-8"),
          null);
    }
  }

  /** The part of the datastore to look at. */
  Namespace namespace() {
    Value value = find("namespace");
    if (value == null) {
      return Namespace.NONE;
    }
    try {
      return new Namespace(value.text());
    } catch (IllegalArgumentException wrong) {
      throw value.wrong(wrong.getMessage() + "; write a name such as team-a, or leave it out");
    }
  }

  /** Where the locks are, for messages: the namespace too, since nobody finds them without it. */
  String place(Datastore datastore) {
    Namespace namespace = namespace();
    return datastore.location() + (namespace.name().isEmpty() ? "" : ", namespace " + namespace);
  }

  /**
   * What somebody calls a lock, checked before anything is done.
   *
   * @param origin how messages call the place
   */
  static String lockName(String origin, String name) {
    return checked(origin, name, LockService::requireLegalName, "deploy or prod/database");
  }

  /**
   * What somebody calls a model, checked before anything is done.
   *
   * @param origin how messages call the place
   */
  static String modelName(String origin, String name) {
    return checked(
        origin, name, ModelLocks::requireLegalName, "aws/vpc/bc01: its type, a slash, its id");
  }

  private static String checked(
      String origin, String name, Consumer<String> check, String example) {
    requireReadable(origin, name);
    try {
      check.accept(name);
    } catch (IllegalArgumentException wrong) {
      throw CliException.usage(
          origin + ": " + wrong.getMessage() + "; write a name such as " + example);
    }
    String fault = invisibleIn(name);
    if (fault != null) {
      throw CliException.usage(origin + ": " + fault);
    }
    return name;
  }

  private static @Nullable String invisibleIn(String name) {
    if (isBlank(name.charAt(0)) || isBlank(name.charAt(name.length() - 1))) {
      return "'"
          + name
          + "' begins or ends with a blank, which nobody sees and which would make it another lock; leave it out";
    }
    String shown = Texts.printable(name, name.length());
    return shown.equals(name)
        ? null
        : "'"
            + shown
            + "' has letters that nobody sees (of no width, or of writing direction), which would make it another"
            + " lock; leave them out";
  }

  /** No-break spaces are blanks too. */
  private static boolean isBlank(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c);
  }

  /** A duration, checked by whatever takes it. */
  <T> T duration(String name, T otherwise, Function<Duration, T> take) {
    Value value = find(name);
    if (value == null) {
      return otherwise;
    }
    try {
      return take.apply(Durations.parse(value.text()));
    } catch (IllegalArgumentException wrong) {
      throw value.wrong(String.valueOf(wrong.getMessage()));
    }
  }
}
