package dev.fen.cli.exec;

import static dev.fen.cli.exec.SignalNumber.INT;
import static dev.fen.cli.exec.SignalNumber.TERM;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SignalRelayTest {
  private final AtomicLong clock = new AtomicLong();
  private final BlockingQueue<Integer> answers = new LinkedBlockingQueue<>();
  private final BlockingQueue<Event.Signalled> out = new LinkedBlockingQueue<>();
  private final Witness.Starter starter =
      () ->
          new Witness() {
            @Override
            public int ask() throws InterruptedException {
              return answers.take();
            }

            @Override
            public void close() {}
          };
  private final SignalRelay relay = new SignalRelay(starter, clock::get, out::add);

  @AfterEach
  void close() {
    relay.close();
  }

  @Test
  void aCommandIsNotStartedBeforeThereIsAWitness() throws InterruptedException {
    Thread starter =
        new Thread(
            () -> {
              try {
                relay.awaitWitness();
                out.add(new Event.Signalled(TERM, 7, false));
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    starter.start();
    FenProcess.until("it waits", () -> starter.getState() == Thread.State.TIMED_WAITING);
    assertThat(out).isEmpty();
    answers.add(Witness.ALIVE);
    assertThat(next().nanos()).isEqualTo(7);
  }

  @Test
  void aWitnessThatLivesMeansFenAlone() throws InterruptedException {
    answers.add(Witness.ALIVE); // ready
    awaitTaken();
    clock.addAndGet(SignalRelay.GATHER_NANOS);
    relay.received(INT);
    answers.add(Witness.ALIVE);
    assertThat(next().groupWide()).isFalse();
  }

  @Test
  void aWitnessThatDiedOfTheSignalMeansTheGroup() throws InterruptedException {
    answers.add(Witness.ALIVE);
    awaitTaken();
    relay.received(INT);
    clock.addAndGet(SignalRelay.GATHER_NANOS);
    answers.add(INT.number());
    answers.add(Witness.ALIVE);
    assertThat(next().groupWide()).isTrue();
  }

  @Test
  void aWitnessThatDiedOfSomethingElseSaysNothing() throws InterruptedException {
    answers.add(Witness.ALIVE);
    awaitTaken();
    relay.received(INT);
    answers.add(9);
    answers.add(Witness.ALIVE);
    assertThat(next().groupWide()).isFalse();
  }

  @Test
  void whatComesBeforeTheNextWitnessIsThereIsTakenForTheSameKey() throws InterruptedException {
    answers.add(Witness.ALIVE);
    awaitTaken();
    relay.received(INT);
    relay.received(INT);
    relay.received(TERM);
    clock.addAndGet(SignalRelay.GATHER_NANOS);
    answers.add(INT.number());
    answers.add(Witness.ALIVE); // the next one is ready
    answers.add(Witness.ALIVE);
    answers.add(Witness.ALIVE);
    assertThat(next().groupWide()).isTrue();
    assertThat(next().groupWide()).isTrue();
    assertThat(next()).isEqualTo(new Event.Signalled(TERM, 0, false));
  }

  @Test
  void aWitnessThatDiesUnnoticedIsReplacedAtTheNextSignal() throws InterruptedException {
    answers.add(Witness.ALIVE);
    awaitTaken();
    relay.received(INT);
    relay.received(INT);
    clock.addAndGet(SignalRelay.GATHER_NANOS);
    answers.add(INT.number());
    answers.add(Witness.ALIVE);
    answers.add(INT.number()); // the second one came when its witness had just answered
    answers.add(Witness.ALIVE);
    assertThat(next().groupWide()).isTrue();
    assertThat(next().groupWide()).isTrue();
    FenProcess.until("the third witness", answers::isEmpty);
    clock.addAndGet(SignalRelay.SAME_HAND_NANOS);
    relay.received(INT);
    clock.addAndGet(SignalRelay.GATHER_NANOS);
    answers.add(Witness.ALIVE);
    assertThat(next().groupWide()).isFalse();
  }

  @Test
  void whatComesSoonAfterIsTakenForTheSameKeyThoughTheNextWitnessLives()
      throws InterruptedException {
    answers.add(Witness.ALIVE);
    awaitTaken();
    relay.received(INT);
    clock.addAndGet(SignalRelay.GATHER_NANOS);
    answers.add(INT.number());
    answers.add(Witness.ALIVE);
    assertThat(next().groupWide()).isTrue();
    awaitTaken();
    // The JVM may learn of a signal late: this one may have been sent before that witness was born.
    clock.addAndGet(SignalRelay.SAME_HAND_NANOS - 1);
    relay.received(INT);
    relay.received(TERM);
    clock.addAndGet(SignalRelay.GATHER_NANOS);
    answers.add(Witness.ALIVE);
    answers.add(Witness.ALIVE);
    assertThat(next().groupWide()).isTrue();
    assertThat(next().groupWide()).isFalse();
    relay.received(INT);
    clock.addAndGet(SignalRelay.GATHER_NANOS);
    answers.add(Witness.ALIVE);
    assertThat(next().groupWide()).isFalse();
  }

  @Test
  void withoutAWitnessASignalIsPassedOn() throws InterruptedException {
    BlockingQueue<Event.Signalled> passed = new LinkedBlockingQueue<>();
    Witness.Starter none =
        () -> {
          throw new IOException("no more processes");
        };
    try (SignalRelay blind = new SignalRelay(none, clock::get, passed::add)) {
      blind.received(INT);
      Event.Signalled event = passed.poll(FenProcess.BOUND.toSeconds(), TimeUnit.SECONDS);
      assertThat(event).isEqualTo(new Event.Signalled(INT, 0, false));
    }
  }

  private void awaitTaken() {
    FenProcess.until("the first witness", answers::isEmpty);
  }

  private Event.Signalled next() throws InterruptedException {
    Event.Signalled event = out.poll(FenProcess.BOUND.toSeconds(), TimeUnit.SECONDS);
    assertThat(event).isNotNull();
    return Objects.requireNonNull(event);
  }
}
