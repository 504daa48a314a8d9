package dev.fen.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import dev.fen.cli.e2e.Fen.Ended;
import dev.fen.cli.e2e.Fen.Running;
import dev.fen.testkit.s3.FakeS3;
import dev.fen.testkit.s3.Fault;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The main job on a bucket. */
@EnabledOnOs(OS.LINUX)
@Tag("jdk-independent")
final class S3ExecTest {
  private static final String OBJECT = "ci/locks/named/demo.lock";

  @TempDir Path folder;
  private final FakeS3 s3 = FakeS3.start();

  @BeforeEach
  void aBucket() {
    S3Fen.bucket(s3, true);
  }

  @AfterEach
  void close() {
    s3.close();
  }

  private Fen fen() {
    return S3Fen.in(folder, s3.endpoint());
  }

  private String location() {
    return S3Fen.ADDRESS + "?endpoint=" + s3.endpoint();
  }

  private JsonObject record() {
    return json(s3.content(S3Fen.BUCKET, OBJECT).orElseThrow());
  }

  private static JsonObject json(String text) {
    try {
      return JsonParser.object().from(text);
    } catch (JsonParserException none) {
      throw new AssertionError(text, none);
    }
  }

  @Test
  void aCommandRunsUnderTheLock() {
    Ended ended =
        fen().run("exec", "--lock", "demo", "--", "sh", "-c", "echo $FEN_LOCK_TOKEN; exit 7");

    assertThat(ended.err()).isEmpty();
    assertThat(ended.code()).isEqualTo(7);
    assertThat(ended.out().strip()).isEqualTo(Long.toString(record().getLong("token")));
    assertThat(record().getString("state")).isEqualTo("released");
    assertThat(folder.resolve(".fen")).doesNotExist();
  }

  @Test
  void theSecondWaitsAndGoesOn() {
    try (Running first = fen().hold("demo");
        Running second = fen().start("exec", "--lock", "demo", "--", "echo", "second")) {
      second.awaitErr("waiting up to");
      assertThat(second.err()).contains("lock \"demo\" in " + location() + ": held by ");
      first.letGo();

      assertThat(first.end().code()).isZero();
      Ended ended = second.end();
      assertThat(ended.code()).isZero();
      assertThat(ended.out()).isEqualTo("second\n");
    }
  }

  @Test
  void theWaitForTheVerdictIsPartOfTheWait() {
    try (Running holder = fen().hold("demo")) {
      // Asked for again after 0.2, 0.4 and 0.8 s: more than a second, which the notice can tell.
      for (int i = 0; i < 3; i++) {
        s3.plant(request -> request.key().endsWith("fen-store.json"), Fault.SLOW_DOWN);
      }

      Ended late = fen().run("exec", "--lock", "demo", "--wait", "12", "--", "true");

      assertThat(late.code()).isEqualTo(75);
      assertThat(late.err())
          .contains("lock \"demo\" was not to be had within 12 s")
          .doesNotContain("waiting up to 12 s");
      holder.letGo();
      assertThat(holder.end().code()).isZero();
    }
  }

  @Test
  void locksOfAllThreeKindsAreListed() {
    String[] command = {"exec", "--model", "aws/vpc/a", "--lock", "demo", "--", "true"};
    assertThat(fen().run(command).code()).isZero();
    assertThat(fen().run("exec", "--global", "--", "true").code()).isZero();

    assertThat(fen().run("lock", "status").out())
        .containsPattern("\nglobal +global +free ")
        .containsPattern("\naws/vpc/a +model +free ")
        .containsPattern("\ndemo +named +free ");
  }

  @Test
  void whoHoldsItIsShownAndFreedByTheCommandThatIsPrinted() {
    try (Running holder = fen().hold("demo")) {
      Ended busy = fen().run("exec", "--lock", "demo", "--wait", "0", "--", "true");
      assertThat(busy.code()).isEqualTo(75);
      assertThat(busy.err()).contains(location(), "fen lock release demo --force --token ");

      assertThat(fen().run("lock", "status").out()).startsWith("NAME ").contains("\ndemo ");
      assertThat(fen().run("lock", "status", "demo").out()).contains("datastore    " + location());
      JsonObject status = json(fen().run("lock", "status", "--json").out());
      assertThat(status.getString("datastore")).isEqualTo(location());

      String token = Long.toString(record().getLong("token"));
      assertThat(fen().run("lock", "release", "demo").code()).isEqualTo(1);
      Ended other = fen().run("lock", "release", "demo", "--force", "--token", "1", "--json");
      assertThat(other.code()).isEqualTo(1);
      assertThat(json(other.out()).getObject("error").getString("code")).isEqualTo("other_token");
      // The address that is printed is enough, wherever the endpoint came from.
      Ended freed =
          fen()
              .without("AWS_ENDPOINT_URL_S3")
              .without("FEN_DATASTORE")
              .run(
                  "lock",
                  "release",
                  "demo",
                  "--force",
                  "--token",
                  token,
                  "--datastore",
                  location());
      assertThat(freed.code()).isZero();
      assertThat(freed.out()).contains("is free now");
      assertThat(record().getString("state")).isEqualTo("released");
    }
  }

  @Test
  void aHolderThatWasKilledIsTakenOverInTime() {
    try (Running killed = fen().hold("demo", "--ttl", "2")) {
      killed.signal("KILL");
      killed.end();

      Ended ended = fen().run("exec", "--lock", "demo", "--wait", "30", "--", "echo", "taken over");

      assertThat(ended.code()).isZero();
      assertThat(ended.out()).isEqualTo("taken over\n");
    }
  }

  @Test
  void sigtermEndsTheCommandAndGivesTheLockBack() {
    try (Running running = fen().hold("demo")) {
      running.signal("TERM");

      assertThat(running.end().code()).isEqualTo(143);
      assertThat(record().getString("state")).isEqualTo("released");
    }
  }

  @Test
  void aHolderWhoseBucketFailsEndsItsCommandInTime() {
    try (Running holder = fen().hold("demo", "--ttl", "5", "--grace", "1")) {
      s3.plantForever(request -> true, Fault.ACCESS_DENIED);

      Ended ended = holder.end();

      assertThat(ended.code()).isEqualTo(76);
      assertThat(ended.err())
          .contains("lock \"demo\" in " + location() + " could not be renewed")
          .contains("403 AccessDenied")
          .doesNotContain("Exception");
    }
  }

  @Test
  void aHolderRidesOutWhatEndsAnAcquisition() {
    try (Running holder = fen().hold("demo", "--ttl", "6")) {
      long revision = record().getLong("revision");
      s3.plant(request -> request.method().equals("PUT"), Fault.ACCESS_DENIED);
      s3.plant(request -> request.method().equals("PUT"), Fault.EXPIRED_TOKEN);

      Fen.until("a renewal after the refusals", () -> record().getLong("revision") > revision);
      holder.letGo();

      assertThat(holder.end().code()).isZero();
      assertThat(record().getString("state")).isEqualTo("released");
    }
  }
}
