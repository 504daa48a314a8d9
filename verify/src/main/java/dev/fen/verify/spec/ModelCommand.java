package dev.fen.verify.spec;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./fen-verify model}: checks the models of the protocol. */
@Command(
    name = "model",
    description =
        "Checks every configuration of the specifications with the model checker TLC, the ones with a planted"
            + " fault too, which must be found.",
    mixinStandardHelpOptions = true)
public final class ModelCommand implements Callable<Integer> {

  private static final int MOST_AT_ONCE = 4;
  private static final Duration SHORT_LIMIT = Duration.ofMinutes(5);
  private static final Duration LONG_LIMIT = Duration.ofMinutes(30);

  // A run of a second is over before the second compiler is worth anything.
  private static final List<String> SHORT_JVM =
      List.of("-Xmx600m", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:TieredStopAtLevel=1");
  private static final List<String> LONG_JVM = List.of("-Xmx3g", "-XX:+UseSerialGC");

  @Option(
      names = "--long",
      description =
          "Check the larger configurations too, which takes half an hour or more and up to 3 GB a core.")
  private boolean all;

  @Spec private @Nullable CommandSpec command;

  @Override
  public Integer call() throws InterruptedException {
    Runtime.getRuntime().addShutdownHook(new Thread(ModelCommand::endCheckers));
    Specifications specifications = Specifications.bundled();
    List<Model> models = Model.parseAll(specifications.get(Specifications.LIST));
    int others = run(models, Model.Group.CI, new Tlc(specifications, SHORT_LIMIT, SHORT_JVM));
    if (all) {
      others += run(models, Model.Group.LONG, new Tlc(specifications, LONG_LIMIT, LONG_JVM));
    }
    return others == 0 ? 0 : 1;
  }

  /** Whoever ends this process by a signal wants no model checker to go on. */
  private static void endCheckers() {
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
  }

  private int run(List<Model> models, Model.Group group, Tlc tlc) throws InterruptedException {
    int atOnce = Math.min(MOST_AT_ONCE, Runtime.getRuntime().availableProcessors());
    PrintWriter out = Objects.requireNonNull(command).commandLine().getOut();
    return new ModelRun(tlc, atOnce, out)
        .run(models.stream().filter(model -> model.group() == group).toList());
  }
}
