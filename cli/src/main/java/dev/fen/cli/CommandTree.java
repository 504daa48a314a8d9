package dev.fen.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The words that {@code fen} understands. Built without reflection: it is built for every call,
 * however short.
 */
final class CommandTree {

  private static final String EXIT_CODES =
      "%nExit codes: 0 good, 1 failed, 2 usage, 75 the lock was not to be had in time (try again later), 76 the lock was"
          + " lost and the command ended, 78 bad configuration.";

  private CommandTree() {}

  static CommandLine build() {
    CommandSpec fen = command("fen", "Distributed locks that never hang, in a shared directory.");
    fen.addOption(flag("--version", "Print the version."));
    fen.usageMessage()
        .footer(
            "%nExample:%n  fen exec --lock deploy -- ./deploy.sh%n"
                + "runs ./deploy.sh once nobody else holds the lock \"deploy\", and gives it back afterwards.%n"
                + "%n'fen COMMAND --help' tells more."
                + EXIT_CODES);
    CommandSpec lock = command("lock", "Look at locks and free them.");
    lock.addSubcommand("status", status());
    lock.addSubcommand("release", release());
    fen.addSubcommand("exec", exec());
    fen.addSubcommand("lock", lock);
    return new CommandLine(fen)
        .setUsageHelpWidth(100)
        .setUsageHelpAutoWidth(false)
        .setExpandAtFiles(false)
        .setToggleBooleanFlags(false);
  }

  private static CommandSpec command(String name, String description) {
    CommandSpec spec = CommandSpec.create().name(name);
    spec.usageMessage()
        .description(description)
        .synopsisSubcommandLabel("COMMAND")
        .sortOptions(false);
    spec.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("Show this help.").build());
    spec.addOption(flag("--debug", "Show stack traces with errors."));
    return spec;
  }

  private static OptionSpec flag(String name, String description) {
    return OptionSpec.builder(name).arity("0").type(boolean.class).description(description).build();
  }

  private static OptionSpec option(String name, String label, String description) {
    return OptionSpec.builder(name)
        .arity("1")
        .type(String.class)
        .paramLabel(label)
        .description(description)
        .build();
  }

  private static OptionSpec datastore() {
    return option(
        "--datastore",
        "PATH",
        "The directory the locks are in, an existing one (FEN_DATASTORE). By default the .fen found from here upwards, else"
            + " one that is made at the root of the git repository, else one made here.");
  }

  private static OptionSpec json() {
    return flag("--json", "Print one JSON document, errors too.");
  }

  private static CommandSpec exec() {
    CommandSpec spec = command("exec", "Run a command under one or more locks.");
    spec.addOption(
        OptionSpec.builder("-l", "--lock")
            .arity("1")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .paramLabel("NAME")
            .description(
                "A lock to take; may be given several times, they are taken in sorted order.")
            .build());
    spec.addOption(
        option(
            "--wait",
            "DURATION",
            "How long to wait for all of them; 0 tries once (FEN_WAIT; default 60s)."));
    spec.addOption(
        option(
            "--ttl",
            "DURATION",
            "After how long a lock frees itself if this machine dies, 1s to 1h (FEN_TTL; default 30s)."));
    spec.addOption(
        option(
            "--grace",
            "DURATION",
            "How long after SIGTERM the command gets SIGKILL, when Fen must end it (FEN_GRACE; default 10s)."));
    spec.addOption(
        option(
            "--operation",
            "TEXT",
            "What others are told that you are doing (FEN_OPERATION; default: the program's name)."));
    spec.addOption(
        OptionSpec.builder("-E", "--conflict-exit-code")
            .arity("1")
            .type(String.class)
            .paramLabel("N")
            .description("How to exit if the lock was not to be had in time (default 75).")
            .build());
    spec.addOption(datastore());
    spec.addOption(json());
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0..*")
            .arity("0..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .paramLabel("COMMAND")
            .description("The command and its arguments, after --.")
            .build());
    spec.parser().stopAtPositional(true);
    spec.usageMessage()
        .customSynopsis("fen exec --lock NAME [--lock NAME]... [OPTIONS] -- COMMAND...")
        .footer(
            "%nThe command's streams, signals and exit code are passed through. The lock is given back after the command and"
                + " all it started have ended. The command finds FEN_LOCK_KEY and FEN_LOCK_TOKEN in its environment if it has"
                + " one lock, and FEN_LOCKS, a JSON list, always.%n"
                + "%nDurations: 500ms, 90s, 5m, 1h; a bare number is seconds.%n"
                + "%nExamples:%n"
                + "  fen exec --lock deploy -- ./deploy.sh --all%n"
                + "  fen exec --lock a --lock b --wait 10m -- make install%n"
                + "  fen exec --lock nightly --wait 0 -E 0 -- ./nightly.sh   # skip it if it still runs"
                + EXIT_CODES
                + " 126 not executable, 127 not found, 128+n killed by signal n; else the command's own.");
    return spec;
  }

  private static CommandSpec status() {
    CommandSpec spec = command("status", "Show who holds which lock, since when, doing what.");
    spec.addOption(datastore());
    spec.addOption(json());
    spec.addPositional(name("0..1", "One lock in full; by default all of them as a table."));
    spec.usageMessage()
        .footer("%nExamples:%n  fen lock status%n  fen lock status deploy --json" + EXIT_CODES);
    return spec;
  }

  private static CommandSpec release() {
    CommandSpec spec = command("release", "Free a lock whose holder is gone.");
    spec.addOption(
        flag(
            "--force",
            "Free it although its holder is not known to be gone. The holder may go on until its next renewal."));
    spec.addOption(
        option(
            "--token",
            "N",
            "Free it only from the holder with this token, as 'fen lock status' shows it."));
    spec.addOption(datastore());
    spec.addOption(json());
    spec.addPositional(name("1", "The lock."));
    spec.usageMessage()
        .footer(
            "%nWithout --force only a lock is freed that is stale, or whose process on this machine has ended.%n"
                + "%nExamples:%n  fen lock release deploy%n  fen lock release deploy --force --token 1774526400042"
                + EXIT_CODES);
    return spec;
  }

  private static PositionalParamSpec name(String arity, String description) {
    return PositionalParamSpec.builder()
        .index("0")
        .arity(arity)
        .required(arity.equals("1"))
        .type(String.class)
        .paramLabel("NAME")
        .description(description)
        .build();
  }
}
