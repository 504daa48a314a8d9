package dev.fen.cli;

import dev.fen.datastore.StoreRefusedException;
import dev.fen.datastore.verify.CannotVerifyException;
import dev.fen.datastore.verify.Extent;
import dev.fen.lock.LockKind;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockOrderException;
import dev.fen.lock.LockStoreException;
import dev.fen.lock.LockTimeoutException;
import dev.fen.lock.file.DirectoryUnusableException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** One call of {@code fen}: from its words to its exit code. */
final class Cli {

  private static final String NOT_WRITTEN =
      "standard output is closed or full: the JSON document was not written";

  private final Terminal terminal;
  private final Map<String, String> environment;
  private final Path workingFolder;

  Cli(Terminal terminal, Map<String, String> environment, Path workingFolder) {
    this.terminal = terminal;
    this.environment = environment;
    this.workingFolder = workingFolder;
  }

  int run(String[] words) {
    // Before the words are understood: an error in them must already be told as it was asked for.
    boolean json = isBeforeCommand("--json", words);
    boolean debug = isBeforeCommand("--debug", words);
    Integer timeoutCode = null;
    try {
      ParseResult parsed = CommandTree.build().parseArgs(words);
      ParseResult leaf = parsed;
      json = parsed.hasMatchedOption("--json");
      debug = parsed.hasMatchedOption("--debug");
      while (leaf.hasSubcommand()) {
        leaf = leaf.subcommand();
        json |= leaf.hasMatchedOption("--json");
        debug |= leaf.hasMatchedOption("--debug");
      }
      if (leaf.isUsageHelpRequested()) {
        terminal.print(leaf.commandSpec().commandLine().getUsageMessage().stripTrailing());
        terminal.flush();
        return ExitCode.GOOD;
      }
      timeoutCode = timeoutCode(leaf);
      return dispatch(parsed, leaf, json);
    } catch (ParameterException wrong) {
      CliException told = CliException.usage(UsageMessage.of(wrong));
      return fail(json, debug, told.exitCode(), told.code(), told);
    } catch (LockTimeoutException timeout) {
      if (timeout.isStoreSilent()) {
        return fail(json, debug, ExitCode.FAILED, "store_unreachable", timeout);
      }
      int code = timeoutCode == null ? ExitCode.LOCK_TIMEOUT : timeoutCode;
      return fail(json, debug, code, "lock_timeout", timeout);
    } catch (LockLostException lost) {
      return fail(json, debug, ExitCode.LOCK_LOST, "lock_lost", lost);
    } catch (LockOrderException wrong) {
      return fail(json, debug, ExitCode.USAGE, "lock_order", wrong);
    } catch (LockStoreException failed) {
      return failed.isPermanent()
          ? fail(json, debug, ExitCode.BAD_CONFIGURATION, "bad_configuration", failed)
          : fail(json, debug, ExitCode.FAILED, "store_unreachable", failed);
    } catch (StoreRefusedException refused) {
      return fail(json, debug, ExitCode.BAD_CONFIGURATION, "store_refused", refused);
    } catch (CannotVerifyException unknown) {
      return unknown.isPermanent()
          ? fail(json, debug, ExitCode.BAD_CONFIGURATION, "bad_configuration", unknown)
          : fail(json, debug, ExitCode.FAILED, "store_unreachable", unknown);
    } catch (DirectoryUnusableException unusable) {
      return fail(json, debug, ExitCode.BAD_CONFIGURATION, "bad_configuration", unusable);
    } catch (CliException known) {
      int code =
          known.exitCode() == ExitCode.LOCK_TIMEOUT && timeoutCode != null
              ? timeoutCode
              : known.exitCode();
      return fail(json, debug, code, known.code(), known);
    } catch (InterruptedException interrupted) {
      return fail(json, debug, ExitCode.FAILED, "interrupted", interrupted);
    } catch (RuntimeException | Error unexpected) {
      return fail(json, debug, ExitCode.FAILED, "unexpected", unexpected);
    }
  }

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
    switch (leaf.commandSpec().name()) {
      case "exec" -> {
        return exec(leaf, json);
      }
      case "status" -> {
        Settings settings = settings(leaf);
        int code = new LockCommands(terminal, settings, json).status(target(leaf, settings));
        terminal.flush();
        return code;
      }
      case "release" -> {
        int code = release(leaf, json);
        terminal.flush();
        return code;
      }
      case "verify" -> {
        Settings settings = settings(leaf);
        int code = new VerifyCommand(terminal, settings, json, Extent.FULL).run(atLeast(leaf));
        terminal.flush();
        return code;
      }
      default -> {
        if (parsed.hasMatchedOption("--version")) {
          version(json);
          terminal.flush();
          return ExitCode.GOOD;
        }
        throw CliException.usage(
            switch (leaf.commandSpec().name()) {
              case "lock" ->
                  "which of 'fen lock status' and 'fen lock release'? 'fen lock --help' tells more";
              case "datastore" ->
                  "which command? 'fen datastore verify'; 'fen datastore --help' tells more";
              default ->
                  "which command? 'fen exec', 'fen lock status', 'fen lock release' or 'fen datastore verify'; 'fen --help' tells more";
            });
      }
    }
  }

  private Settings settings(ParseResult leaf) {
    // A path would show question marks. Where Java does not see the folder it finds another
    // datastore.
    Settings.requireReadable("the working folder", System.getProperty("user.dir", ""));
    return new Settings(leaf, environment, workingFolder);
  }

  private int release(ParseResult leaf, boolean json) throws InterruptedException {
    Settings settings = settings(leaf);
    LockCommands locks = new LockCommands(terminal, settings, json);
    Target target = target(leaf, settings);
    if (leaf.hasMatchedOption("--all-stale")) {
      if (target != null || leaf.hasMatchedOption("--force") || leaf.hasMatchedOption("--token")) {
        throw CliException.usage(
            "--all-stale frees every lock whose holder is gone, and no other: leave out the lock, --force and --token");
      }
      return locks.releaseAllStale();
    }
    if (target == null) {
      throw CliException.usage(
          "which lock? write its NAME, --model TYPE/ID, --global or --all-stale");
    }
    return locks.release(target, leaf.hasMatchedOption("--force"), token(leaf));
  }

  /** The one lock that is named; null if none is. */
  private static @Nullable Target target(ParseResult leaf, Settings settings) {
    List<Target> named = new ArrayList<>();
    String name = leaf.matchedPositionalValue(0, (String) null);
    if (name != null) {
      named.add(new Target(LockKind.NAMED, settings.namespace(), Settings.lockName("NAME", name)));
    }
    if (leaf.hasMatchedOption("--model")) {
      String model = leaf.matchedOptionValue("--model", "");
      named.add(
          new Target(LockKind.MODEL, settings.namespace(), Settings.modelName("--model", model)));
    }
    if (leaf.hasMatchedOption("--global")) {
      named.add(new Target(LockKind.GLOBAL, settings.namespace(), Target.GLOBAL_NAME));
    }
    if (named.size() > 1) {
      throw CliException.usage("one lock at a time: a NAME, --model TYPE/ID or --global");
    }
    return named.isEmpty() ? null : named.get(0);
  }

  private Wanted wanted(ParseResult leaf) {
    List<String> names = leaf.matchedOptionValue("--lock", List.of());
    List<String> models = leaf.matchedOptionValue("--model", List.of());
    Wanted wanted = new Wanted(names, models, leaf.hasMatchedOption("--global"));
    if (wanted.count() == 0) {
      throw CliException.usage(
          "which lock? add --lock NAME, --model TYPE/ID or --global before the command");
    }
    for (String name : wanted.names()) {
      String ignored = Settings.lockName("--lock", name);
    }
    for (String model : wanted.models()) {
      String ignored = Settings.modelName("--model", model);
    }
    if (wanted.global() && !wanted.models().isEmpty()) {
      throw CliException.usage(
          "--global has all models to itself: leave out --model " + wanted.models().get(0));
    }
    if (!wanted.canBeTold(environment.getOrDefault(HeldLeases.CLAIMS, ""))) {
      throw CliException.usage(
          "the command could not be told of its "
              + wanted.count()
              + " locks, and those held above, since their names do not fit into a variable of its environment: "
              + (wanted.models().isEmpty() ? "" : "take --global instead of all --model, or ")
              + "run it in parts");
    }
    return wanted;
  }

  private int exec(ParseResult leaf, boolean json) throws InterruptedException {
    Wanted wanted = wanted(leaf);
    List<String> command = leaf.matchedPositionalValue(0, List.of());
    if (command.isEmpty()) {
      throw CliException.usage(
          "which command? write it after --, as in: fen exec --lock deploy -- make");
    }
    for (int i = 0; i < command.size(); i++) {
      Settings.requireReadable("word " + (i + 1) + " of the command", command.get(i));
    }
    Settings settings = settings(leaf);
    int code = new ExecCommand(terminal, settings, json, wanted, command).run();
    if (json && terminal.isBroken()) {
      // Not an exit code of its own: how the command ended says more.
      terminal.say(NOT_WRITTEN);
    }
    return code;
  }

  private static Duration atLeast(ParseResult leaf) {
    try {
      return Durations.parse(leaf.matchedOptionValue("--for", "0"));
    } catch (IllegalArgumentException wrong) {
      throw CliException.usage("--for: " + wrong.getMessage());
    }
  }

  private static OptionalLong token(ParseResult leaf) {
    if (!leaf.hasMatchedOption("--token")) {
      return OptionalLong.empty();
    }
    String text = leaf.matchedOptionValue("--token", "");
    try {
      long token = Long.parseLong(text);
      if (token >= 0) {
        return OptionalLong.of(token);
      }
    } catch (NumberFormatException noNumber) {
      // Told below.
    }
    throw CliException.usage(
        "--token: '" + text + "' is not a token; 'fen lock status' shows the number");
  }

  private void version(boolean json) {
    String version = Main.version();
    if (json) {
      terminal.printJson(LockJson.version(version));
    } else {
      terminal.print("fen " + version);
    }
  }

  private int fail(boolean json, boolean debug, int exitCode, String code, Throwable thrown) {
    String message = thrown.getMessage() == null ? thrown.toString() : thrown.getMessage();
    if (code.equals("unexpected")) {
      message =
          "something unexpected went wrong: " + thrown + "; --debug shows where. Please report it";
    }
    int ending = exitCode;
    // After a failure of the output there is nothing to print a document on.
    if (json && !code.equals("output")) {
      terminal.printJson(LockJson.error(code, message, exitCode, thrown));
      if (terminal.isBroken()) {
        terminal.say(NOT_WRITTEN + ", which was: " + message.replaceAll("\\s*\n\\s*", "; "));
        ending = ExitCode.FAILED;
      }
    } else {
      terminal.say(message);
    }
    if (debug) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      terminal.printTrace(Secrets.masked(trace.toString(), environment));
    }
    return ending;
  }
}
