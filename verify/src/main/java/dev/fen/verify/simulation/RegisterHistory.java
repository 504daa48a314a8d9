package dev.fen.verify.simulation;

import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.testkit.FaultyRegisterStore.Fate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All requests to all registers, with their answers, as their callers saw them. */
final class RegisterHistory {

  /** What an answer says. */
  enum Answer {
    /** None yet, or that nobody knows: it may have been carried out, now or later, or not. */
    UNKNOWN,
    /** The register was in a state. */
    FOUND,
    /** The register was put from one state into another. */
    APPLIED,
    /** The register was not in the state that was asked for. */
    CONFLICT,
    /** Nothing was asked of the register. */
    NOTHING
  }

  /**
   * A request, from its call to its answer. States are versions; null is for an absent register.
   */
  final class Request {
    final String key;
    final @Nullable String body;
    final long called;
    long answered = Long.MAX_VALUE;
    Answer answer = Answer.UNKNOWN;
    @Nullable String expected;
    @Nullable String state;
    private boolean blind;
    private boolean lies;

    private Request(String key, @Nullable String expected, @Nullable String body) {
      this.key = key;
      this.expected = expected;
      this.body = body;
      this.called = ++ticks;
    }

    /** Notes what the store did with it, whatever it says. */
    void met(Fate fate) {
      lies = fate == Fate.CONFLICT;
    }

    void wasRead(ReadResult result) {
      answered = ++ticks;
      if (result instanceof ReadResult.Present present) {
        answer = Answer.FOUND;
        state = present.version().tag();
        if (!putBack.contains(state)) {
          versions.put(present.body(), state);
        }
      } else {
        answer = result instanceof ReadResult.Absent ? Answer.FOUND : Answer.NOTHING;
      }
    }

    void wasWritten(WriteResult result) {
      long now = ++ticks;
      if (result instanceof WriteResult.Applied applied) {
        answer = Answer.APPLIED;
        state = applied.version().tag();
        answered = now;
      } else if (result instanceof WriteResult.NotApplied) {
        answer = Answer.NOTHING;
        answered = now;
      } else if (result instanceof WriteResult.Conflict && !lies) {
        answer = Answer.CONFLICT;
        answered = now;
      }
    }
  }

  private final Map<String, List<Request>> requests = new TreeMap<>();

  /** The version that the writing of a body led to, as it was seen. */
  private final Map<String, String> versions = new HashMap<>();

  /** Versions that came by no request. */
  private final Set<String> putBack = new HashSet<>();

  private long ticks;

  private Request add(Request request) {
    requests.computeIfAbsent(request.key, key -> new ArrayList<>()).add(request);
    return request;
  }

  Request read(String key) {
    return add(new Request(key, null, null));
  }

  Request write(String key, @Nullable Version expected, String body) {
    return add(new Request(key, expected == null ? null : expected.tag(), body));
  }

  /** Somebody changed a register without asking, whatever stood there. */
  void changed(String key, @Nullable Version after) {
    Request request = add(new Request(key, null, ""));
    request.blind = true;
    request.answer = Answer.APPLIED;
    request.state = after == null ? null : after.tag();
    request.answered = ++ticks;
    if (request.state != null) {
      putBack.add(request.state);
    }
  }

  /** The registers whose requests and answers have no order that explains them. */
  List<String> withoutOrder() {
    List<String> keys = new ArrayList<>();
    requests.forEach(
        (key, all) -> {
          all.forEach(this::nameState);
          if (!new Search(all).hasOrder()) {
            keys.add(key);
          }
        });
    return keys;
  }

  /** The state that a write of unknown outcome leads to, under the name others saw it by. */
  private void nameState(Request request) {
    if (request.answer == Answer.UNKNOWN && request.body != null) {
      request.state = versions.getOrDefault(request.body, "unseen " + request.called);
    }
  }

  /**
   * Looks for an order: each request takes place at one moment between its call and its answer, and
   * finds what the one before left. Those that change nothing are placed as soon as they fit; only
   * among writes is there a choice.
   */
  private static final class Search {
    private final List<Request> requests;
    private final boolean[] placed;
    private final Set<String> failed = new HashSet<>();

    Search(List<Request> all) {
      // A read without an answer tells nothing.
      requests =
          all.stream()
              .filter(one -> one.answer != Answer.NOTHING)
              .filter(one -> one.answer != Answer.UNKNOWN || one.body != null)
              .toList();
      placed = new boolean[requests.size()];
    }

    boolean hasOrder() {
      return hasOrder(null, 0);
    }

    private boolean hasOrder(@Nullable String state, int from) {
      List<Integer> still = new ArrayList<>();
      int first = from;
      boolean more = true;
      while (more) {
        more = false;
        while (first < placed.length && placed[first]) {
          first++;
        }
        long end = earliestAnswer(first);
        for (int i = first; i < placed.length && requests.get(i).called < end; i++) {
          if (!placed[i] && isStillWith(requests.get(i), state)) {
            placed[i] = true;
            still.add(i);
            more = true;
          }
        }
      }
      if (isComplete(first) || write(state, first)) {
        return true;
      }
      still.forEach(i -> placed[i] = false);
      return false;
    }

    private boolean write(@Nullable String state, int first) {
      if (!failed.add(signature(state, first))) {
        return false;
      }
      long end = earliestAnswer(first);
      for (int i = first; i < placed.length && requests.get(i).called < end; i++) {
        Request one = requests.get(i);
        boolean writes = one.answer == Answer.APPLIED || one.answer == Answer.UNKNOWN;
        if (!placed[i] && writes && (one.blind || equal(one.expected, state))) {
          placed[i] = true;
          if (hasOrder(one.state, first)) {
            return true;
          }
          placed[i] = false;
        }
      }
      return false;
    }

    private String signature(@Nullable String state, int first) {
      StringBuilder text = new StringBuilder().append(state).append('|').append(first);
      long end = earliestAnswer(first);
      for (int i = first; i < placed.length && requests.get(i).called < end; i++) {
        text.append(placed[i] ? '+' : '-');
      }
      return text.toString();
    }

    private boolean isOptional(int i) {
      return requests.get(i).answer == Answer.UNKNOWN;
    }

    private boolean isComplete(int first) {
      for (int i = first; i < placed.length; i++) {
        if (!placed[i] && !isOptional(i)) {
          return false;
        }
      }
      return true;
    }

    /** Nothing that was called after somebody's answer can take place before that somebody. */
    private long earliestAnswer(int first) {
      long earliest = Long.MAX_VALUE;
      for (int i = first; i < placed.length && requests.get(i).called < earliest; i++) {
        if (!placed[i]) {
          earliest = Math.min(earliest, requests.get(i).answered);
        }
      }
      return earliest;
    }

    private static boolean isStillWith(Request one, @Nullable String state) {
      return one.answer == Answer.FOUND && equal(one.state, state)
          || one.answer == Answer.CONFLICT && !equal(one.expected, state);
    }

    private static boolean equal(@Nullable String one, @Nullable String other) {
      return one == null ? other == null : one.equals(other);
    }
  }
}
