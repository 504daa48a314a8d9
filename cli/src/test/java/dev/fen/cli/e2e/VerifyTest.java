package dev.fen.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fen.cli.e2e.Fen.Ended;
import dev.fen.cli.e2e.Fen.Running;
import dev.fen.testkit.s3.FakeS3;
import dev.fen.testkit.s3.Fault;
import dev.fen.testkit.s3.Profile;
import dev.fen.testkit.s3.S3Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code fen datastore verify}, and the first use of a bucket. */
@EnabledOnOs(OS.LINUX)
@Timeout(600)
@Tag("jdk-independent")
final class VerifyTest {
  @TempDir Path folder;

  private Fen fen() {
    return Fen.in(folder)
        .with("AWS_ACCESS_KEY_ID", "tester")
        .with("AWS_SECRET_ACCESS_KEY", "a-secret-of-tests");
  }

  private static FakeS3 start(Profile profile) {
    FakeS3 s3 = FakeS3.start(profile, System::currentTimeMillis);
    s3.createBucket("bucket", false);
    return s3;
  }

  private static String address(FakeS3 s3) {
    return "s3://bucket/prefix?endpoint=" + s3.endpoint();
  }

  private Ended exec(FakeS3 s3, Fen fen, String... options) {
    String[] words = new String[options.length + 8];
    System.arraycopy(
        new String[] {"exec", "--datastore", address(s3), "--lock", "a"}, 0, words, 0, 5);
    System.arraycopy(options, 0, words, 5, options.length);
    System.arraycopy(new String[] {"--", "echo", "done"}, 0, words, words.length - 3, 3);
    return fen.run(words);
  }

  @Test
  void whoIsKilledMeanwhileLeavesNoProcessBehind() throws Exception {
    Path store = Files.createDirectory(folder.resolve("store"));
    try (Running running =
        fen().start("datastore", "verify", "--datastore", store.toString(), "--for", "1h")) {
      ProcessHandle fen = ProcessHandle.of(running.pid()).orElseThrow();
      Fen.until("the races", () -> Files.exists(store.resolve("verify")));
      List<ProcessHandle> children = fen.children().toList();
      assertThat(children).hasSize(8);

      running.signal("KILL");

      for (ProcessHandle child : children) {
        assertThat(child.onExit().get(60, TimeUnit.SECONDS).isAlive()).isFalse();
      }
    }
  }

  @Test
  void anEndpointThatIsOutOfReachIsGivenUpAfterFifteenSeconds() throws IOException {
    String nowhere = "s3://bucket/prefix?endpoint=" + S3Fen.nobody();

    Ended ended = fen().run("datastore", "verify", "--datastore", nowhere);

    assertThat(ended.code()).isEqualTo(78);
    assertThat(ended.err())
        .hasLineCount(1)
        .startsWith(
            "fen: " + nowhere + " could not be verified: it acknowledged no write within 15 s (")
        .contains("connection refused; check the endpoint (endpoint in --datastore)");
  }

  private static boolean isOfRaces(S3Request request) {
    return request.key().contains("/race-");
  }

  /** What of the keys of a certification is still there. */
  private static List<String> left(FakeS3 s3) {
    return s3.requests().stream()
        .filter(request -> request.method().equals("PUT"))
        .map(S3Request::key)
        .filter(key -> key.contains("/verify/"))
        .distinct()
        .filter(key -> s3.content("bucket", key).isPresent())
        .toList();
  }

  private static Ended interrupt(FakeS3 s3, Running running, String signal) {
    Fen.until("the races", () -> s3.requests().stream().anyMatch(VerifyTest::isOfRaces));
    running.signal(signal);
    return running.end();
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void whoIsInterruptedLeavesNothingInABucket(String signal, int code) {
    try (FakeS3 s3 = start(Profile.AWS);
        Running running =
            fen().start("datastore", "verify", "--datastore", address(s3), "--for", "1h")) {
      Ended ended = interrupt(s3, running, signal);

      assertThat(ended.err()).isEqualTo("fen: interrupted while verifying " + address(s3) + "\n");
      assertThat(ended.code()).isEqualTo(code);
      assertThat(left(s3)).isEmpty();
    }
  }

  @Test
  void whoIsInterruptedAndMayNotRemoveAnythingSaysWhatIsLeft() {
    try (FakeS3 s3 = start(Profile.AWS);
        Running running =
            fen()
                .start(
                    "datastore", "verify", "--datastore", address(s3), "--for", "1h", "--json")) {
      s3.plantForever(request -> request.method().equals("DELETE"), Fault.ACCESS_DENIED);

      Ended ended = interrupt(s3, running, "TERM");

      assertThat(ended.code()).isEqualTo(143);
      assertThat(left(s3)).isNotEmpty();
      assertThat(ended.out())
          .contains("\"code\":\"interrupted\"", "\"exitCode\":143")
          .contains(
              "registers could not be removed and may stay under s3://bucket/prefix/"
                  + left(s3).get(0).substring("prefix/".length(), "prefix/verify/".length() + 32));
    }
  }

  @Test
  void whoIsInterruptedAtTheFirstUseLeavesNothingAndRunsNothing() {
    try (FakeS3 s3 = start(Profile.AWS);
        Running running =
            fen()
                .start(
                    "exec", "--datastore", address(s3), "--lock", "a", "--", "echo", "started")) {
      Ended ended = interrupt(s3, running, "TERM");

      assertThat(ended.err()).endsWith("fen: interrupted while opening " + address(s3) + "\n");
      assertThat(ended.out()).isEmpty();
      assertThat(ended.code()).isEqualTo(143);
      assertThat(left(s3)).isEmpty();
    }
  }

  @Test
  void ctrlCEndsTheLineOfProgressAndLeavesNothingInADirectory() throws IOException {
    assumeTrue(Users.hasScript());
    Path store = Files.createDirectory(folder.resolve("store"));
    try (Running running =
        fen()
            .startShell(
                // A log of its own that the JVM is told to print must not come between the answers.
                "exec script -qec \"_JAVA_OPTIONS=-Xlog:gc+init $FEN datastore verify --for 1h --datastore "
                    + store
                    + "\" /dev/null")) {
      running.awaitOut("fen: verifying: races 2");

      running.press("\u0003");
      Ended ended = running.end();

      assertThat(ended.out())
          .endsWith("\r\u001b[Kfen: interrupted while verifying " + store + "\r\n");
      assertThat(ended.code()).isEqualTo(130);
      assertThat(store.resolve("verify")).doesNotExist();
    }
  }

  @Test
  void whatCannotBeVerifiedIsTold() {
    try (FakeS3 s3 = start(Profile.AWS)) {
      s3.plantForever(request -> request.method().equals("PUT"), Fault.ACCESS_DENIED);

      Ended ended = fen().run("datastore", "verify", "--datastore", address(s3));

      assertThat(ended.code()).isEqualTo(78);
      assertThat(ended.err())
          .contains("no permission to write; allow s3:PutObject")
          .hasLineCount(1);
    }
    assertThat(fen().run("datastore", "verify").code()).isEqualTo(78);
    assertThat(fen().run("datastore", "verify", "--for", "ever").code()).isEqualTo(2);
    assertThat(fen().run("datastore").code()).isEqualTo(2);
  }

  @Test
  void theFirstUseOfABucketCertifiesItWithOneLine() {
    try (FakeS3 s3 = start(Profile.AWS)) {
      Ended first = exec(s3, fen());
      assertThat(first.err())
          .isEqualTo(
              "fen: "
                  + address(s3)
                  + " has no verdict yet: checking, once, for some seconds, that it keeps locks apart\n");
      assertThat(first.out()).isEqualTo("done\n");
      assertThat(first.code()).isZero();

      assertThat(exec(s3, fen())).isEqualTo(new Ended(0, "done\n", ""));
      Ended status = fen().run("lock", "status", "--datastore", address(s3));
      assertThat(status.out()).containsPattern("\na +named +free ").doesNotContain("verify");
      assertThat(status.out().trim()).hasLineCount(2);
    }
  }

  @Test
  void aBucketThatFailsIsRefusedUnlessItIsUsedUnverified() throws IOException {
    try (FakeS3 s3 = start(Profile.IGNORES_CONDITIONS)) {
      Ended first = exec(s3, fen());
      assertThat(first.code()).isEqualTo(78);
      assertThat(first.out()).isEmpty();
      assertThat(first.err())
          .contains(
              "failed its verification: create race: ",
              "fen datastore verify --datastore '" + address(s3) + "'",
              "--unverified")
          .hasLineCount(2);
      Ended again = exec(s3, fen());
      assertThat(again.code()).isEqualTo(78);
      assertThat(again.err()).contains("failed its verification on 20").hasLineCount(1);
      assertThat(fen().run("lock", "release", "a", "--json", "--datastore", address(s3)).out())
          .contains("\"code\":\"store_refused\"");
      assertThat(fen().run("lock", "status", "--datastore", address(s3)).code()).isZero();

      Ended unverified = exec(s3, fen(), "--unverified");
      assertThat(unverified.code()).isZero();
      assertThat(unverified.err())
          .startsWith("fen: warning: ")
          .contains("two may hold one lock at once")
          .hasLineCount(1);
      assertThat(exec(s3, fen().with("FEN_UNVERIFIED", "true")).code()).isZero();
      Ended wrong = exec(s3, fen().with("FEN_UNVERIFIED", "perhaps"));
      assertThat(wrong.code()).isEqualTo(78);
      assertThat(wrong.err()).contains("FEN_UNVERIFIED: 'perhaps' is neither true nor false");
      Files.writeString(folder.resolve(".fen.yaml"), "unverified: true\n");
      assertThat(exec(s3, fen()).code()).isZero();
    }
  }

  @Test
  void progressIsShownOnATerminal() {
    assumeTrue(Users.hasScript());
    try (FakeS3 s3 = start(Profile.AWS);
        Running running =
            fen()
                .startShell(
                    "exec script -qec \"$FEN datastore verify --datastore '"
                        + address(s3)
                        + "'\" /dev/null")) {
      running.awaitOut("\r\u001b[Kfen: verifying: races 0 of 200; ");
    }
  }
}
