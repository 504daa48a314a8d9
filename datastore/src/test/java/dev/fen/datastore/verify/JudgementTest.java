package dev.fen.datastore.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.datastore.verify.Races.Judgement;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class JudgementTest {

  private static final StoreFailure PASSING = StoreFailure.passing("throttled", null);
  private static final WriteResult APPLIED = new WriteResult.Applied(new Version("2"));
  private static final WriteResult CONFLICT = new WriteResult.Conflict();
  private static final WriteResult NOT_APPLIED = new WriteResult.NotApplied(PASSING);
  private static final WriteResult UNKNOWN = new WriteResult.Unknown(PASSING);
  private static final ReadResult ABSENT = new ReadResult.Absent(OptionalLong.empty());
  private static final ReadResult UNREAD = new ReadResult.Unknown(PASSING);

  private static ReadResult.Present there(String body) {
    return new ReadResult.Present(
        new Version(body), body, OptionalLong.empty(), OptionalLong.empty());
  }

  private static Judgement onCreate(WriteResult one, WriteResult other, ReadResult found) {
    return Judgement.of(Map.of("one", one, "other", other), null, found);
  }

  private static Judgement onReplace(WriteResult one, WriteResult other, ReadResult found) {
    return Judgement.of(Map.of("one", one, "other", other), there("old"), found);
  }

  @Test
  void oneWinnerWhoseWriteIsThere() {
    for (WriteResult loser : new WriteResult[] {CONFLICT, NOT_APPLIED, UNKNOWN}) {
      assertThat(onCreate(APPLIED, loser, there("one"))).isEqualTo(new Judgement.Won(true));
      assertThat(onReplace(APPLIED, loser, there("one"))).isEqualTo(new Judgement.Won(true));
    }
  }

  @Test
  void twoWinners() {
    for (ReadResult found : new ReadResult[] {there("one"), ABSENT, UNREAD}) {
      assertThat(onCreate(APPLIED, APPLIED, found)).isInstanceOf(Judgement.Fault.class);
      assertThat(onReplace(APPLIED, APPLIED, found)).isInstanceOf(Judgement.Fault.class);
    }
  }

  @Test
  void aWinnerWhoseWriteIsNotThere() {
    for (ReadResult found : new ReadResult[] {there("other"), there("old"), ABSENT}) {
      assertThat(onCreate(APPLIED, UNKNOWN, found)).isInstanceOf(Judgement.Fault.class);
      assertThat(onReplace(APPLIED, UNKNOWN, found)).isInstanceOf(Judgement.Fault.class);
    }
  }

  @Test
  void aWinnerThatOnlyTheReadShows() {
    assertThat(onCreate(CONFLICT, UNKNOWN, there("other"))).isEqualTo(new Judgement.Won(false));
    assertThat(onReplace(CONFLICT, UNKNOWN, there("other"))).isEqualTo(new Judgement.Won(false));
  }

  @Test
  void aWriteThatWasDenied() {
    for (WriteResult denied : new WriteResult[] {CONFLICT, NOT_APPLIED}) {
      assertThat(onCreate(denied, UNKNOWN, there("one"))).isInstanceOf(Judgement.Fault.class);
      assertThat(onReplace(denied, UNKNOWN, there("one"))).isInstanceOf(Judgement.Fault.class);
    }
  }

  @Test
  void nobodyGotThrough() {
    assertThat(onCreate(UNKNOWN, NOT_APPLIED, ABSENT)).isEqualTo(new Judgement.NoWinner());
    assertThat(onReplace(UNKNOWN, NOT_APPLIED, there("old"))).isEqualTo(new Judgement.NoWinner());
  }

  @Test
  void aConflictWithNobody() {
    assertThat(onCreate(UNKNOWN, CONFLICT, ABSENT)).isInstanceOf(Judgement.Fault.class);
    assertThat(onReplace(UNKNOWN, CONFLICT, there("old"))).isInstanceOf(Judgement.Fault.class);
  }

  @Test
  void whatNobodyWrote() {
    assertThat(onCreate(UNKNOWN, UNKNOWN, there("foreign"))).isInstanceOf(Judgement.Fault.class);
    assertThat(onReplace(UNKNOWN, UNKNOWN, there("foreign"))).isInstanceOf(Judgement.Fault.class);
    assertThat(onReplace(UNKNOWN, UNKNOWN, ABSENT)).isInstanceOf(Judgement.Fault.class);
  }

  @Test
  void whatCannotBeRead() {
    assertThat(onCreate(APPLIED, CONFLICT, UNREAD)).isEqualTo(new Judgement.Unread());
  }
}
