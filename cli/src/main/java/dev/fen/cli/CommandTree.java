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
      "%nExit codes:%n"
          + "  0  good%n"
          + "  1  failed; the message says why%n"
          + "  2  the command line is wrong%n"
          + " 78  the configuration or the datastore is wrong, trying again does not help%n";

  private static final String EXEC_EXIT_CODES =
      "%nExit codes: the command's own, 128+n if signal n killed it, else%n"
          + " 75  the lock was not to be had in time, try again later (-E N sets another code)%n"
          + " 76  the lock was lost and the command was ended%n"
          + "126  the command cannot be executed; 127 it was not found%n"
          + "130  Ctrl-C while waiting (143 SIGTERM, 129 SIGHUP); the command was not started%n"
          + "  1  the datastore failed; 2 the command line is wrong%n"
          + " 78  the configuration or the datastore is wrong, trying again does not help%n";

  private static final int WIDTH = 96;

  static {
    // All values are read as text; to load what else picocli can read takes a tenth of a short
    // call.
    System.setProperty("picocli.converters.excludes", "java\\.(time|sql)\\..*");
    // A class that is not there would be looked for in the large jar of the AWS SDK, too.
    System.setProperty("picocli.disable.closures", "true");
  }

  private CommandTree() {}

  static CommandLine build() {
    CommandSpec fen =
        command(
            "fen",
            "Distributed locks that never hang, kept in a directory or an S3 bucket that you share.");
    fen.addOption(flag("--version", "Print the version."));
    fen.usageMessage()
        .footer(
            "%nExamples:%n"
                + "  fen exec --lock deploy -- ./deploy.sh   # wait for the lock, run, give it back%n"
                + "  fen lock status                         # who holds what, since when, doing what%n"
                + "  fen lock release deploy                 # free a lock whose holder is gone%n"
                + "  fen datastore verify                    # does this datastore keep locks apart?%n"
                + "%n'fen COMMAND --help' tells more."
                + "%n"
                + EXIT_CODES
                + " 75  no lock in time, 76 lock lost: see 'fen exec --help'");
    CommandSpec lock = command("lock", "Look at locks and free them.");
    lock.usageMessage()
        .footer(
            "%nExamples:%n"
                + "  fen lock status%n"
                + "  fen lock release deploy%n"
                + "%n'fen lock COMMAND --help' tells more.");
    lock.addSubcommand("status", status());
    lock.addSubcommand("release", release());
    fen.addSubcommand("exec", exec());
    fen.addSubcommand("lock", lock);
    CommandSpec datastore = command("datastore", "Look after the place where the locks are.");
    datastore
        .usageMessage()
        .footer("%nExample:%n  fen datastore verify%n%n'fen datastore COMMAND --help' tells more.");
    datastore.addSubcommand("verify", verify());
    fen.addSubcommand("datastore", datastore);
    return new CommandLine(fen)
        .setUsageHelpWidth(WIDTH)
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
    spec.addOption(flag("--json", "Print one JSON document, errors too."));
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

  /**
   * Where the locks are.
   *
   * @param otherwise what happens where none is named and none is found
   */
  private static OptionSpec datastore(String otherwise) {
    return option(
        "--datastore",
        "WHERE",
        "An existing directory, or s3://bucket/prefix, where the locks are (FEN_DATASTORE)."
            + " By default the .fen found from here upwards"
            + otherwise);
  }

  private static OptionSpec namespace() {
    return option(
        "--namespace",
        "NAME",
        "A part of the datastore with locks of its own (FEN_NAMESPACE); by default the part without a name.");
  }

  private static OptionSpec oneModel() {
    return option("--model", "TYPE/ID", "The lock of a model instead.");
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
        OptionSpec.builder("-m", "--model")
            .arity("1")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .paramLabel("TYPE/ID")
            .description(
                "A model to lock, such as aws/vpc/bc01; may be given several times. Runs on other models go on beside it.")
            .build());
    spec.addOption(
        flag(
            "--global",
            "Have all models to itself: waits until no model is locked, and keeps new ones waiting."));
    spec.addOption(namespace());
    spec.addOption(
        option(
            "--wait",
            "DURATION",
            "How long to wait for all of them together; 0 tries once (FEN_WAIT; default 60s)."));
    spec.addOption(
        option(
            "--ttl",
            "DURATION",
            "After how long a lock frees itself if this machine dies, 1s to 1h (FEN_TTL; default 30s)."));
    spec.addOption(
        option(
            "--grace",
            "DURATION",
            "How long after SIGTERM the command gets SIGKILL, when Fen must end it; if the lock is lost or cannot be renewed,"
                + " at most a quarter of the ttl (FEN_GRACE; default 10s)."));
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
    spec.addOption(
        datastore(
            ", else one that is made at the root of the git repository, else one made here."));
    spec.addOption(unverified());
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
        .customSynopsis(
            "fen exec --lock NAME [--lock NAME]... [OPTIONS] -- COMMAND...",
            "fen exec --model TYPE/ID [--model TYPE/ID]... [OPTIONS] -- COMMAND...",
            "fen exec --global [OPTIONS] -- COMMAND...")
        .footer(
            "%nWaits until nobody else holds the lock, runs the command, and gives the lock back after the"
                + " command and all that it started have ended. Its standard streams, signals and exit code are"
                + " passed through. If the lock is lost meanwhile, the command is ended.%n"
                + "%nA command that itself runs 'fen exec' passes on the locks it runs under: what is held above is not taken again."
                + "%n%nThe command finds FEN_LOCKS in its environment, a JSON list of its locks and their fencing tokens,"
                + " and FEN_LOCK_KEY and FEN_LOCK_TOKEN if it has one lock.%n"
                + "%nDurations: 500ms, 90s, 5m, 1h, 7d; a bare number is seconds. An option goes before its FEN_ variable,"
                + " that before .fen.yaml (datastore, namespace, wait, ttl, grace, unverified), that before the default. A bucket's region, endpoint and"
                + " credentials come from where the AWS tools have them, or from FEN_S3_REGION, FEN_S3_ENDPOINT, FEN_S3_PROFILE.%n"
                + "%nExamples:%n"
                + "  fen exec --lock deploy -- ./deploy.sh --all%n"
                + "  fen exec --lock a --lock b --wait 10m -- make install%n"
                + "  fen exec --model aws/vpc/bc01 --model aws/subnet/a -- terraform apply%n"
                + "  fen exec --global -- ./move-models.sh   # while nobody works on any model%n"
                + "  fen exec --datastore s3://team-locks/ci --lock deploy -- ./deploy.sh%n"
                + "  fen exec --lock nightly --wait 0 -E 0 -- ./nightly.sh   # skip it if it still runs%n"
                + EXEC_EXIT_CODES);
    return spec;
  }

  private static CommandSpec status() {
    CommandSpec spec = command("status", "Show who holds which lock, since when, doing what.");
    spec.addOption(datastore("."));
    spec.addOption(oneModel());
    spec.addOption(flag("--global", "The global lock instead."));
    spec.addOption(namespace());
    spec.addPositional(name("0..1", "One lock in full; by default all of them as a table."));
    spec.usageMessage()
        .footer("%nExamples:%n  fen lock status%n  fen lock status deploy --json%n" + EXIT_CODES);
    return spec;
  }

  private static OptionSpec unverified() {
    return flag(
        "--unverified",
        "Use a bucket although nobody knows whether its store lets one writer win only, or it is known not to: two may"
            + " then hold one lock at once (FEN_UNVERIFIED=true).");
  }

  private static CommandSpec verify() {
    CommandSpec spec =
        command(
            "verify", "Find out whether this datastore keeps locks apart, before you trust it.");
    spec.addOption(
        option(
            "--for",
            "DURATION",
            "Go on with further races for so long; by default 200 rounds of 50 racers are run."));
    spec.addOption(datastore("."));
    spec.usageMessage()
        .footer(
            "%nRaces many writers on one key, round after round, and accepts exactly one winner in each; then checks what"
                + " else the locks rest on. In a directory the writers are processes. All happens under keys of its own"
                + " (verify/...), which are removed. The verdict is kept in the datastore as fen-store.json: a bucket"
                + " that failed is refused from then on. A pass is evidence, not proof.%n"
                + "%nExit codes: 0 it passed, 1 it did not, 78 it cannot be verified, 2 the command line is wrong.%n"
                + "%nExamples:%n"
                + "  fen datastore verify --datastore /mnt/shared/fen%n"
                + "  fen datastore verify --datastore 's3://bucket/prefix?endpoint=https://s3.example.com' --for 10m%n");
    return spec;
  }

  private static CommandSpec release() {
    CommandSpec spec = command("release", "Free a lock whose holder is gone.");
    spec.addOption(
        flag(
            "--force",
            "Free it although its holder is not known to be gone. A holder that still runs goes on until its next renewal, for"
                + " up to a third of its ttl, and then its command has up to a quarter of it to end."));
    spec.addOption(
        option(
            "--token",
            "N",
            "Free it only from the holder with this token, as 'fen lock status' shows it."));
    spec.addOption(datastore("."));
    spec.addOption(unverified());
    spec.addOption(oneModel());
    spec.addOption(flag("--global", "The global lock instead."));
    spec.addOption(flag("--all-stale", "Every lock that would be freed without --force."));
    spec.addOption(namespace());
    spec.addPositional(name("0..1", "The lock."));
    spec.usageMessage()
        .footer(
            "%nWithout --force only a lock is freed that is stale, or whose process on this machine has ended. A"
                + " lock that nobody holds is left alone, which is no failure; a refusal is (exit code 1).%n"
                + "%nExamples:%n  fen lock release deploy%n  fen lock release deploy --force --token 1774526400042%n  fen lock release --model aws/vpc/bc01 --force%n"
                + EXIT_CODES);
    return spec;
  }

  private static PositionalParamSpec name(String arity, String description) {
    return PositionalParamSpec.builder()
        .index("0")
        .arity(arity)
        .type(String.class)
        .paramLabel("NAME")
        .description(description)
        .build();
  }
}
