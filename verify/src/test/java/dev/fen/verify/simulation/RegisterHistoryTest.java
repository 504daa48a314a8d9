package dev.fen.verify.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.verify.simulation.RegisterHistory.Request;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Whether what a register answered has an order. */
class RegisterHistoryTest {

  private static final StoreFailure FAILURE = StoreFailure.passing("planted", null);
  private static final Version ONE = new Version("1");
  private static final Version TWO = new Version("2");

  private final RegisterHistory history = new RegisterHistory();

  private static ReadResult present(Version version, String body) {
    return new ReadResult.Present(version, body, OptionalLong.empty(), OptionalLong.empty());
  }

  private void write(Version expected, String body, WriteResult result) {
    history.write("k", expected, body).wasWritten(result);
  }

  private void create(String body, WriteResult result) {
    history.write("k", null, body).wasWritten(result);
  }

  private void read(ReadResult result) {
    history.read("k").wasRead(result);
  }

  @Test
  void eachSeesWhatTheOneBeforeLeft() {
    read(new ReadResult.Absent(OptionalLong.empty()));
    create("a", new WriteResult.Applied(ONE));
    read(present(ONE, "a"));
    create("b", new WriteResult.Conflict());
    write(ONE, "c", new WriteResult.Applied(TWO));
    write(ONE, "d", new WriteResult.Conflict());
    assertThat(history.withoutOrder()).isEmpty();
  }

  @Test
  void twoSwapsOfOneVersionHaveNoOrder() {
    create("a", new WriteResult.Applied(ONE));
    write(ONE, "b", new WriteResult.Applied(TWO));
    write(ONE, "c", new WriteResult.Applied(new Version("3")));
    assertThat(history.withoutOrder()).containsExactly("k");
  }

  @Test
  void aReadOfWhatWasReplacedBeforeHasNoOrderButOneThatWasAskedEarlierHas() {
    create("a", new WriteResult.Applied(ONE));
    Request early = history.read("k");
    write(ONE, "b", new WriteResult.Applied(TWO));
    early.wasRead(present(ONE, "a"));
    assertThat(history.withoutOrder()).isEmpty();
    read(present(ONE, "a"));
    assertThat(history.withoutOrder()).containsExactly("k");
  }

  @Test
  void aWriteOfUnknownOutcomeMayLandLaterOrNever() {
    create("a", new WriteResult.Applied(ONE));
    write(ONE, "b", new WriteResult.Unknown(FAILURE));
    read(present(ONE, "a"));
    assertThat(history.withoutOrder()).isEmpty();
    read(present(TWO, "b"));
    assertThat(history.withoutOrder()).isEmpty();
    read(present(ONE, "a"));
    assertThat(history.withoutOrder()).containsExactly("k");
  }

  @Test
  void aConflictWhereTheVersionStoodAllTheTimeHasNoOrder() {
    create("a", new WriteResult.Applied(ONE));
    write(ONE, "b", new WriteResult.Conflict());
    read(present(ONE, "a"));
    assertThat(history.withoutOrder()).containsExactly("k");
  }

  @Test
  void whoeverChangesARegisterWithoutAskingIsPartOfTheOrder() {
    create("a", new WriteResult.Applied(ONE));
    history.changed("k", null);
    read(new ReadResult.Absent(OptionalLong.empty()));
    create("b", new WriteResult.Applied(TWO));
    assertThat(history.withoutOrder()).isEmpty();
  }
}
