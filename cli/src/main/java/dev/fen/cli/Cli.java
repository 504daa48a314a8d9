package dev.fen.cli;

import dev.fen.lock.LockStoreException;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.file.DirectoryUnusableException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** One call of {@code fen}: from its words to its exit code. */
final class Cli {

  private final Terminal terminal;
  private final Map<String, String> environment;
  private final Path workingFolder;

  Cli(Terminal terminal, Map<String, String> environment, Path workingFolder) {
    this.terminal = terminal;
    this.environment = environment;
    this.workingFolder = workingFolder;
  }

  int run(String[] words) {
    boolean json = isBeforeCommand("--json", words);
    boolean debug = isBeforeCommand("--debug", words);
    Integer timeoutCode = null;
    try {
      ParseResult parsed = CommandTree.build().parseArgs(words);
      ParseResult leaf = parsed;
      while (leaf.hasSubcommand()) {
        leaf = leaf.subcommand();
      }
      if (leaf.isUsageHelpRequested()) {
        terminal.print(leaf.commandSpec().commandLine().getUsageMessage().stripTrailing());
        terminal.flush();
        return ExitCode.GOOD;
      }
      timeoutCode = timeoutCode(leaf);
      int code = dispatch(parsed, leaf, json);
      terminal.flush();
      return code;
    } catch (ParameterException wrong) {
      return fail(json, debug, CliException.usage(explain(wrong)));
    } catch (LockTimeoutException timeout) {
      int code = timeoutCode == null ? ExitCode.LOCK_TIMEOUT : timeoutCode;
      return fail(json, debug, code, "lock_timeout", timeout);
    } catch (LockStoreException failed) {
      return failed.isPermanent()
          ? fail(json, debug, ExitCode.BAD_CONFIGURATION, "bad_configuration", failed)
          : fail(json, debug, ExitCode.FAILED, "store_unreachable", failed);
    } catch (DirectoryUnusableException unusable) {
      return fail(json, debug, ExitCode.BAD_CONFIGURATION, "bad_configuration", unusable);
    } catch (CliException known) {
      return fail(json, debug, known);
    } catch (IllegalArgumentException badName) {
      return fail(json, debug, ExitCode.USAGE, "usage", badName);
    } catch (InterruptedException interrupted) {
      return fail(json, debug, ExitCode.FAILED, "interrupted", interrupted);
    } catch (RuntimeException | StackOverflowError unexpected) {
      return fail(json, debug, ExitCode.FAILED, "unexpected", unexpected);
    }
  }

  /** Before the words are understood: an error in them must already be told as it was asked for. */
  private static boolean isBeforeCommand(String flag, String[] words) {
    for (String word : words) {
      if (word.equals("--")) {
        return false;
      }
      if (word.equals(flag)) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable Integer timeoutCode(ParseResult leaf) {
    if (leaf.commandSpec().findOption("-E") == null || !leaf.hasMatchedOption("-E")) {
      return null;
    }
    String text = leaf.matchedOptionValue("-E", "");
    try {
      int code = Integer.parseInt(text);
      if (code >= 0 && code <= 255) {
        return code;
      }
    } catch (NumberFormatException noNumber) {
      // Told below.
    }
    throw CliException.usage(
        "-E: '" + text + "' is not an exit code; write a number from 0 to 255");
  }

  private int dispatch(ParseResult parsed, ParseResult leaf, boolean json)
      throws InterruptedException {
    Settings settings = null;
    switch (leaf.commandSpec().name()) {
      case "exec" -> {
        settings = new Settings(leaf, environment, workingFolder);
        return exec(leaf, settings);
      }
      case "status" -> {
        settings = new Settings(leaf, environment, workingFolder);
        return new LockCommands(terminal, settings, json)
            .status(leaf.matchedPositionalValue(0, null));
      }
      case "release" -> {
        settings = new Settings(leaf, environment, workingFolder);
        return new LockCommands(terminal, settings, json)
            .release(
                leaf.matchedPositionalValue(0, ""), leaf.hasMatchedOption("--force"), token(leaf));
      }
      default -> {
        if (parsed.hasMatchedOption("--version")) {
          terminal.print("fen " + version());
          return ExitCode.GOOD;
        }
        throw CliException.usage(
            leaf == parsed
                ? "which command? 'fen exec', 'fen lock status' or 'fen lock release'; 'fen --help' tells more"
                : "which of 'fen lock status' and 'fen lock release'? 'fen lock --help' tells more");
      }
    }
  }

  private int exec(ParseResult leaf, Settings settings) {
    List<String> names = leaf.matchedOptionValue("--lock", List.of());
    List<String> command = leaf.matchedPositionalValue(0, List.of());
    if (names.isEmpty()) {
      throw CliException.usage("which lock? add --lock NAME before the command");
    }
    if (command.isEmpty()) {
      throw CliException.usage(
          "which command? write it after --, as in: fen exec --lock " + names.get(0) + " -- make");
    }
    return new ExecCommand(terminal, settings, names, command).run();
  }

  private static OptionalLong token(ParseResult leaf) {
    if (!leaf.hasMatchedOption("--token")) {
      return OptionalLong.empty();
    }
    String text = leaf.matchedOptionValue("--token", "");
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException noNumber) {
      throw CliException.usage(
          "--token: '" + text + "' is not a token; 'fen lock status' shows the number");
    }
  }

  private static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }

  private static String explain(ParameterException wrong) {
    String message = String.valueOf(wrong.getMessage());
    if (wrong instanceof UnmatchedArgumentException unmatched) {
      List<String> suggestions = unmatched.getSuggestions();
      if (!suggestions.isEmpty()) {
        message +=
            "; did you mean "
                + String.join(" or ", suggestions.subList(0, Math.min(2, suggestions.size())))
                + "?";
      }
    }
    return message.replace("\n", " ")
        + " ('"
        + wrong.getCommandLine().getCommandSpec().qualifiedName()
        + " --help' tells more)";
  }

  private int fail(boolean json, boolean debug, CliException known) {
    return fail(json, debug, known.exitCode(), known.code(), known);
  }

  private int fail(boolean json, boolean debug, int exitCode, String code, Throwable thrown) {
    String message = thrown.getMessage() == null ? thrown.toString() : thrown.getMessage();
    if (code.equals("unexpected")) {
      message =
          "something unexpected went wrong: " + thrown + "; --debug shows where. Please report it";
    }
    if (json) {
      terminal.print(LockJson.error(code, message, exitCode, thrown));
    } else {
      terminal.say(message);
    }
    if (debug) {
      terminal.printStackTrace(thrown);
    }
    return exitCode;
  }
}
