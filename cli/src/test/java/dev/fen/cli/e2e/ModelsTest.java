package dev.fen.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import dev.fen.cli.e2e.Fen.Ended;
import dev.fen.cli.e2e.Fen.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models' locks and the global one, as a person or a job uses them. */
@Tag("jdk-independent")
@EnabledOnOs(OS.LINUX)
final class ModelsTest {
  @TempDir Path folder;
  private Path datastore;

  @BeforeEach
  void aDatastore() throws IOException {
    datastore = Files.createDirectory(folder.resolve(".fen"));
  }

  private Fen fen() {
    return Fen.in(folder);
  }

  /** A command that goes on until {@link Running#letGo}. */
  private Running hold(String... locks) {
    List<String> words = new ArrayList<>(List.of("exec"));
    words.addAll(List.of(locks));
    words.addAll(List.of("--", "sh", "-c", "echo ready; read line; echo done"));
    Running running = fen().start(words.toArray(String[]::new));
    running.awaitOut("ready");
    return running;
  }

  private static JsonObject json(String text) {
    try {
      return JsonParser.object().from(text);
    } catch (JsonParserException e) {
      throw new AssertionError(text, e);
    }
  }

  @Test
  void runsOnDifferentModelsGoOnSideBySide() {
    try (Running first = hold("--model", "aws/vpc/bc01", "--model", "@acme/host/kernel/web-1")) {
      assertThat(fen().run("exec", "--model", "aws/vpc", "--model", "aws/vpc/bc02", "--", "true"))
          .isEqualTo(new Ended(0, "", ""));
      Ended same =
          fen()
              .run("exec", "-m", "aws/vpc/bc02", "-m", "aws/vpc/bc01", "--wait", "0", "--", "true");
      assertThat(same.code()).isEqualTo(75);
      assertThat(same.err())
          .contains("fen: model lock \"aws/vpc/bc01\" was not to be had at once: held by ")
          .contains("fen lock release --model aws/vpc/bc01 --force --token ");
      first.letGo();
      assertThat(first.end().code()).isZero();
    }
  }

  @Test
  void aStructuralCommandHasAllToItselfAndNamesForWhomItWaitedInVain() {
    try (Running first = hold("--model", "aws/vpc/bc01");
        Running second = hold("--model", "gcp/net/a")) {
      Ended busy = fen().run("exec", "--global", "--wait", "2", "--json", "--", "true");
      assertThat(busy.code()).isEqualTo(75);
      JsonObject error = json(busy.out()).getObject("error");
      assertThat(error.getString("message"))
          .startsWith("global lock was not to be had within 2 s")
          .contains("aws/vpc/bc01", "gcp/net/a");
      JsonArray waitedFor = error.getArray("waitedFor");
      assertThat(waitedFor).hasSize(2);
      assertThat(waitedFor.getObject(0).getString("name")).isEqualTo("aws/vpc/bc01");
      assertThat(waitedFor.getObject(0).getString("kind")).isEqualTo("model");
      assertThat(waitedFor.getObject(0).getString("holder")).isNotEmpty();
      // The global lock was given back.
      assertThat(fen().run("exec", "--model", "gcp/net/b", "--wait", "0", "--", "true").code())
          .isZero();

      try (Running structural = fen().start("exec", "--global", "--", "echo", "structural")) {
        structural.awaitErr("waiting up to ");
        first.letGo();
        second.letGo();
        Ended ended = structural.end();
        assertThat(ended.code()).isZero();
        assertThat(ended.out()).isEqualTo("structural\n");
      }
    }
  }

  @Test
  void aRunWaitsForAStructuralCommandAndGoesOnByItself() {
    try (Running structural = hold("--global");
        Running run = fen().start("exec", "--model", "aws/vpc/bc01", "--", "echo", "run")) {
      run.awaitErr("waiting up to ");
      assertThat(run.err()).contains(" s for the global lock in " + datastore + ": held by ");
      assertThat(run.out()).isEmpty();
      structural.letGo();
      assertThat(structural.end().code()).isZero();
      Ended ended = run.end();
      assertThat(ended.code()).isZero();
      assertThat(ended.out()).isEqualTo("run\n");
    }
  }

  @Test
  void whatIsHeldAboveIsPassedThroughAtAnyDepth() {
    Ended ended =
        fen()
            .shell(
                "$FEN exec --lock n --model a/b -- $FEN exec --model a/b -- $FEN exec --model a/b"
                    + " --model c/d --lock n --wait 5 -- sh -c 'echo \"$FEN_LOCKS\"'");

    assertThat(ended.err()).isEmpty();
    assertThat(ended.code()).isZero();
    assertThat(ended.out())
        .matches(
            "\\[\\{\"kind\":\"named\",\"key\":\"n\",\"token\":\\d+},\\{\"kind\":\"model\",\"key\":\"a/b\",\"token\":\\d+},"
                + "\\{\"kind\":\"model\",\"key\":\"c/d\",\"token\":\\d+}]\n");
  }

  @Test
  void aChildMayCallItsParentsDatastoreOtherwise() throws IOException {
    Files.createSymbolicLink(folder.resolve("link"), datastore);
    Ended link =
        fen()
            .shell(
                "$FEN exec --model a/b -- $FEN exec --datastore link --model a/b --wait 0 -- echo ran");
    assertThat(link.out()).isEqualTo("ran\n");

    Ended folderOfNamespace =
        fen()
            .shell(
                "$FEN exec --namespace team --ttl 3 --model a/b --"
                    + " $FEN exec --datastore .fen/team --model a/b --wait 20 -- echo ran");
    assertThat(folderOfNamespace.out()).as(folderOfNamespace.err()).isEqualTo("ran\n");
    assertThat(folderOfNamespace.err()).contains("its next renewal tells").hasLineCount(1);
  }

  @Test
  void whatIsHeldAboveIsNotPassedThroughInACopyOfTheDatastore() {
    Ended ended =
        fen()
            .shell(
                "$FEN exec --ttl 1 --model a/b -- sh -c 'echo \"$FEN_LOCKS\"; cp -R .fen copy;"
                    + " $FEN exec --datastore copy --model a/b --wait 20 -- sh -c \"echo \\$FEN_LOCKS\"'");
    List<String> tokens = ended.out().lines().toList();
    assertThat(tokens).as(ended.err()).hasSize(2).doesNotHaveDuplicates();
  }

  @Test
  void parentHoldsAStructuralDrainsChildAsksForBAndAllThreeEndWell() {
    String child = "echo ready; read line; $FEN exec --model t/b --wait 20 -- echo child";
    try (Running parent = fen().startShell("$FEN exec --model t/a -- sh -c '" + child + "'")) {
      parent.awaitOut("ready");
      try (Running structural =
          fen().start("exec", "--global", "--wait", "40", "--", "echo", "structural")) {
        // Half the deadline is over when it takes the global lock and drains.
        Fen.until(
            "the global lock",
            () -> fen().run("lock", "status", "--global").out().contains("\nstate        held\n"));
        parent.letGo();

        Ended run = parent.end();
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo("ready\nchild\n");
        Ended last = structural.end();
        assertThat(last.code()).isZero();
        assertThat(last.out()).isEqualTo("structural\n");
      }
    }
  }

  @Test
  void aClaimThatDoesNotMatchIsRefused() {
    String claim =
        "[{\"in\":\""
            + datastore
            + "\",\"locks\":[{\"key\":\"locks/models/a/b.lock\",\"nonce\":\"0123\",\"token\":7}]}]";
    assertThat(fen().run("exec", "--model", "a/b", "--", "true").code()).isZero();

    Ended refused =
        fen().with("FEN_CLAIMS", claim).run("exec", "--model", "a/b", "--", "echo", "ran");
    assertThat(refused.code()).isEqualTo(76);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err())
        .contains("model lock \"a/b\"", "is no longer held by the one that started it");

    assertThat(refused.err()).contains("start it outside of that run, or unset FEN_CLAIMS");
    for (String rubbish : List.of("[".repeat(60_000), claim.replace(":7}", ":1e400}"))) {
      Ended deep = fen().with("FEN_CLAIMS", rubbish).run("exec", "--lock", "a", "--", "true");
      assertThat(deep.code()).isEqualTo(78);
      assertThat(deep.err()).startsWith("fen: FEN_CLAIMS: ").hasLineCount(1);
    }

    Ended wrong = fen().with("FEN_CLAIMS", "rubbish").run("exec", "--model", "a/b", "--", "true");
    assertThat(wrong.code()).isEqualTo(78);
    assertThat(wrong.err()).startsWith("fen: FEN_CLAIMS: ").hasLineCount(1);
  }

  @Test
  void aForgedTokenIsRefused() {
    Ended ended =
        fen()
            .shell(
                "$FEN exec --model a/b -- sh -c 'FEN_CLAIMS=$(echo \"$FEN_CLAIMS\" | sed \"s/token\\\":1/token\\\":2/\")"
                    + " $FEN exec --model a/b -- echo ran'");

    assertThat(ended.code()).isEqualTo(76);
    assertThat(ended.out()).isEmpty();
  }

  @Test
  void theGlobalLockIsRefusedBelowARunEvenIfItIsHeldAbove() {
    Ended refused =
        fen()
            .shell("$FEN exec --global -- $FEN exec --model a/b -- $FEN exec --global -- echo ran");

    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.out()).isEmpty();
  }

  @Test
  void theParentsLossReachesTheChild() {
    try (Running parent =
        fen()
            .startShell(
                "$FEN exec --ttl 3 --model a/b -- sh -c '$FEN exec --ttl 3 --model a/b -- sh -c \""
                    + "echo ready; sleep 300\"; echo inner $?; sleep 300'")) {
      parent.awaitOut("ready");
      assertThat(fen().run("lock", "release", "--model", "a/b", "--force").code()).isZero();

      Ended ended = parent.end();
      assertThat(ended.code()).isEqualTo(76);
      assertThat(ended.err()).contains("released by force");
    }
  }

  @Test
  void whoHoldsAModelCannotAskForAllOfThem() {
    Ended refused = fen().shell("$FEN exec --model a/b -- $FEN exec --global --wait 1 -- echo ran");

    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err()).contains("started under model lock \"a/b\"", "take it first");
  }

  @Test
  void namespacesNeverWaitForEachOther() throws IOException {
    try (Running first = hold("--global", "--lock", "demo")) {
      Fen other = fen().with("FEN_NAMESPACE", "team-b");
      assertThat(
              other
                  .run("exec", "--model", "a/b", "--lock", "demo", "--wait", "0", "--", "true")
                  .code())
          .isZero();
      Files.writeString(folder.resolve(".fen.yaml"), "namespace: team-c\n");
      assertThat(fen().run("exec", "--global", "--wait", "0", "--", "true").code()).isZero();
      assertThat(fen().run("lock", "status").out()).contains("global").doesNotContain("held");
      assertThat(datastore.resolve("team-b/locks/models/a/b.lock")).isDirectory();
      assertThat(datastore.resolve("team-c/locks/global.lock")).isDirectory();
      Ended inB = fen().run("lock", "status", "demo", "--namespace", "team-b");
      assertThat(inB.out()).contains("datastore    " + datastore + ", namespace team-b");
      first.letGo();
      assertThat(first.end().code()).isZero();
    }
  }

  @Test
  void whoWaitsIsToldInWhichNamespaceTheLockIs() {
    try (Running first = fen().with("FEN_NAMESPACE", "team-b").hold("demo");
        Running second =
            fen().start("exec", "--namespace", "team-b", "--lock", "demo", "--", "true")) {
      second.awaitErr("waiting up to ");
      assertThat(second.err())
          .contains(" for lock \"demo\" in " + datastore + ", namespace team-b: held by ");
      first.letGo();
      assertThat(first.end().code()).isZero();
      assertThat(second.end().code()).isZero();
    }
  }

  @Test
  void eachKindOfLockIsShownAndFreed() {
    try (Running run = hold("--model", "a/b", "--lock", "c", "--ttl", "60");
        Running other = fen().with("FEN_NAMESPACE", "n").hold("c")) {
      Ended table = fen().run("lock", "status");
      assertThat(table.out()).containsPattern("a/b +model +held").containsPattern("c +named +held");
      assertThat(fen().run("lock", "release", "--model", "a/b").code()).isEqualTo(1);
      run.signal("KILL");
      run.end();
      assertThat(fen().run("lock", "release", "--global").out())
          .isEqualTo(
              "the global lock in " + datastore + " is not held by anybody; nothing was done\n");

      Ended freed = fen().run("lock", "release", "--all-stale");

      assertThat(freed.code()).isZero();
      assertThat(freed.out())
          .contains("the model lock \"a/b\" in " + datastore + " is free now; it was held by ")
          .contains("\nlock \"c\" in " + datastore + " is free now; it was held by ");
      assertThat(fen().run("lock", "release", "--all-stale").out())
          .isEqualTo("no lock is stale in " + datastore + "\n");
      Ended document = fen().run("lock", "release", "--all-stale", "--namespace", "n", "--json");
      assertThat(json(document.out()).getArray("released")).isEmpty();
      other.letGo();
      assertThat(other.end().code()).isZero();
    }
  }

  @Test
  void whatIsReleasedIsRememberedBetweenStructuralCommands() throws IOException {
    assertThat(fen().run("exec", "--model", "a/b", "--", "true").code()).isZero();
    assertThat(fen().run("exec", "--global", "--", "true").code()).isZero();

    try (Stream<Path> kept = Files.list(folder.resolve(".cache/fen/released"))) {
      assertThat(kept.toList())
          .singleElement()
          .satisfies(
              file -> assertThat(Files.readString(file)).contains("\tlocks/models/a/b.lock\n"));
    }
    assertThat(fen().without("HOME").run("exec", "--global", "--", "true"))
        .isEqualTo(new Ended(0, "", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exec --model nosuch -- true|2|--model: 'nosuch' is not a legal model: it is written type/id",
        "exec --model a//b -- true|2|--model: ",
        "exec --model ../b -- true|2|--model: ",
        "exec --global --model a/b -- true|2|--global has all models to itself: leave out --model a/b",
        "exec --namespace locks --lock a -- true|2|--namespace: 'locks' is not a legal namespace",
        "exec --namespace ../x --lock a -- true|2|--namespace: '../x' is not a legal namespace",
        "lock status demo --global|2|one lock at a time",
        "lock release|2|which lock? write its NAME, --model TYPE/ID, --global or --all-stale",
        "lock release --all-stale --force|2|--all-stale frees every lock whose holder is gone",
      })
  void badInputIsNamed(String words, int code, String said) {
    Ended ended = fen().run(words.split(" "));

    assertThat(ended.code()).isEqualTo(code);
    assertThat(ended.err()).startsWith("fen: " + said).hasLineCount(1);
    assertThat(datastore).isEmptyDirectory();
  }

  @Test
  void moreLocksThanACommandCanBeToldOfAreRefused() {
    List<String> words = new ArrayList<>(List.of("exec"));
    for (int i = 0; i < 400; i++) {
      words.add("--model=type/with/a/rather/long/name/of/its/own/so/that/it/fits/number-" + i);
    }
    words.addAll(List.of("--", "sh", "-c", "echo $FEN_LOCKS | wc -c"));
    assertThat(fen().run(words.toArray(String[]::new)).code()).isZero();

    for (int i = 0; i < 300; i++) {
      words.add(1, "--lock=n" + "x".repeat(80) + i);
    }
    Ended refused = fen().run(words.toArray(String[]::new));
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err())
        .startsWith("fen: the command could not be told of its 700 locks, and those held above")
        .endsWith(": take --global instead of all --model, or run it in parts\n")
        .hasLineCount(1);

    words.removeIf(word -> word.startsWith("--model"));
    for (int i = 0; i < 500; i++) {
      words.add(1, "--lock=m" + "x".repeat(80) + i);
    }
    Ended named = fen().run(words.toArray(String[]::new));
    assertThat(named.code()).isEqualTo(2);
    // The global lock keeps nobody out who takes a named one.
    assertThat(named.err()).endsWith("of its environment: run it in parts\n");
  }
}
