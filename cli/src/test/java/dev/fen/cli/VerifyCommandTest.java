package dev.fen.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import dev.fen.datastore.verify.Check;
import dev.fen.datastore.verify.Extent;
import dev.fen.datastore.verify.Verdict;
import dev.fen.testkit.s3.FakeS3;
import dev.fen.testkit.s3.Fault;
import dev.fen.testkit.s3.Profile;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.ParseResult;

class VerifyCommandTest {

  private static Verdict verdict(Check.Result race) {
    return verdict(
        race == Check.Result.PASSED,
        new Check("create race", race, "what was seen", "one gets it, or not"),
        new Check("ages", Check.Result.SKIPPED, "no age", "wait for the whole ttl"));
  }

  private static Verdict verdict(boolean passed, Check... checks) {
    return new Verdict(
        passed,
        List.of(checks),
        200,
        Verdict.excludedBy(200),
        OptionalLong.empty(),
        null,
        Instant.parse("2026-11-24T12:00:00Z"),
        "1.2.3",
        List.of("something was left"),
        List.of("s3.example.com:443/bucket"));
  }

  @Test
  void aPassSaysWhatItExcludesAndThatItIsNoProof() {
    assertThat(VerifyCommand.text("/mnt/fen", verdict(Check.Result.PASSED)))
        .isEqualTo(
            """
            CHECK        RESULT   WHAT IT MEANS
            create race  passed   one gets it, or not
            ages         skipped  wait for the whole ttl

            Seen:
              create race  what was seen
              ages         no age

            Note: something was left
            passed: 200 rounds of racing creates and as many of racing replaces, one winner in each, in /mnt/fen.
            A fault in 1.5 % of the rounds or more would have shown in 95 of 100 such runs. A pass is evidence, not proof.""");
  }

  @Test
  void aFailureNamesTheChecks() {
    assertThat(VerifyCommand.text("/mnt/fen", verdict(Check.Result.FAILED)))
        .contains("create race  failed   one gets it")
        .endsWith(
            "FAILED: /mnt/fen does not keep its word (create race). Do not keep locks there: two could hold one at once.");
  }

  @Test
  void whatCouldNotBeDecidedIsNoFailure() {
    assertThat(VerifyCommand.text("/mnt/fen", verdict(Check.Result.UNDECIDED)))
        .contains("create race  undecided  one gets it")
        .endsWith(
            "UNDECIDED: /mnt/fen answered too rarely to be judged. Try again when it is well.");
  }

  @Test
  void aStoreOutOfReachCannotBeVerified() {
    VerifyCommand.requireAnswers("s3://b", verdict(Check.Result.PASSED));
    VerifyCommand.requireAnswers("s3://b", verdict(Check.Result.UNDECIDED));
    Check unanswered = new Check("answers", Check.Result.UNDECIDED, "connection refused", "");
    assertThatThrownBy(() -> VerifyCommand.requireAnswers("s3://b", verdict(false, unanswered)))
        .isInstanceOfSatisfying(
            CliException.class,
            ended -> {
              assertThat(ended.exitCode()).isEqualTo(78);
              assertThat(ended.code()).isEqualTo("cannot_verify");
              assertThat(ended)
                  .hasMessage(
                      "s3://b: connection refused; nothing can be said of it, try again when it is well;"
                          + " something was left");
            });
  }

  @Test
  void theDocumentHoldsTheVerdictAsItIsKept() {
    Verdict verdict = verdict(Check.Result.PASSED);

    assertThat(VerifyCommand.document("/mnt/\"fen", verdict, Optional.empty()))
        .isEqualTo("{\"datastore\":\"/mnt/\\\"fen\",\"verdict\":" + verdict.toJson() + "}");
    assertThat(VerifyCommand.document("/mnt/fen", verdict, Optional.of("read-only")))
        .startsWith("{\"datastore\":\"/mnt/fen\",\"notKept\":\"read-only\",\"verdict\":");
  }

  private static final Extent FEW = new Extent(10, 8, 5, Duration.ZERO);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int verify(boolean json, String datastore) throws InterruptedException {
    Terminal terminal =
        new Terminal(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    ParseResult words =
        CommandTree.build().parseArgs("datastore", "verify", "--datastore", datastore);
    Settings settings =
        new Settings(words.subcommand().subcommand(), Map.of(), Path.of("").toAbsolutePath());
    return new VerifyCommand(terminal, settings, json, FEW).run(Duration.ZERO);
  }

  @Test
  @Timeout(300)
  void aDirectoryIsVerifiedAndNothingButTheVerdictIsLeft(@TempDir Path folder) throws Exception {
    assertThat(verify(false, folder.toString())).isZero();

    assertThat(err.toString(UTF_8)).isEmpty();
    assertThat(out.toString(UTF_8))
        .startsWith("CHECK ")
        .containsPattern("\ncreate race +passed +of all who take a free lock at once, one gets it")
        .contains("10 rounds of 8 racers, one winner in each", "passed: 10 rounds of racing");
    assertThat(folder.resolve("fen-store.json")).isDirectory();
    assertThat(folder.resolve("verify")).doesNotExist();
  }

  @Test
  @Timeout(300)
  void aBucketIsVerifiedAndTheVerdictIsKept() throws Exception {
    System.setProperty("aws.accessKeyId", "tester");
    System.setProperty("aws.secretAccessKey", "secret");
    try (FakeS3 s3 = FakeS3.start(Profile.CEPH16, System::currentTimeMillis)) {
      s3.createBucket("bucket", false);
      String address = "s3://bucket/prefix?endpoint=" + s3.endpoint();

      assertThat(verify(true, address)).isZero();

      assertThat(err.toString(UTF_8)).isEmpty();
      JsonObject document = JsonParser.object().from(out.toString(UTF_8));
      assertThat(document.getString("datastore")).isEqualTo(address);
      assertThat(document.getObject("verdict").getString("tagForm")).isEqualTo("unquoted");
      assertThat(s3.content("bucket", "prefix/fen-store.json").orElseThrow())
          .contains("\"passed\":true");
    }
  }

  @Test
  @Timeout(300)
  void aVerdictThatCannotBeKeptIsWarnedAbout() throws Exception {
    System.setProperty("aws.accessKeyId", "tester");
    System.setProperty("aws.secretAccessKey", "secret");
    try (FakeS3 s3 = FakeS3.start(Profile.IGNORES_CONDITIONS, System::currentTimeMillis)) {
      s3.createBucket("bucket", false);
      s3.plantForever(request -> request.key().endsWith("fen-store.json"), Fault.ACCESS_DENIED);

      assertThat(verify(true, "s3://bucket/prefix?endpoint=" + s3.endpoint())).isEqualTo(1);

      assertThat(err.toString(UTF_8))
          .startsWith("fen: warning: this verdict could not be kept as fen-store.json")
          .hasLineCount(1);
      assertThat(out.toString(UTF_8))
          .contains("\"notKept\":", "{\"name\":\"create race\",\"result\":\"failed\"")
          .doesNotContain("secret");
    }
  }
}
