package dev.fen.testkit.s3;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The objects of one bucket. Each key has a lock of its own. */
final class Bucket {

  /** How long a racing write waits between its check and its act for another one to check. */
  private static final long RACE_MILLIS = 20;

  /** As S3 orders keys: by their bytes in UTF-8, which is not the order of Java's strings. */
  private static final Comparator<String> BY_BYTES =
      Comparator.comparing(key -> key.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  private final Profile profile;
  private final boolean versioned;
  private final AtomicInteger lastVersion = new AtomicInteger();
  private final ConcurrentSkipListMap<String, Slot> slots = new ConcurrentSkipListMap<>(BY_BYTES);

  Bucket(Profile profile, boolean versioned) {
    this.profile = profile;
    this.versioned = versioned;
  }

  /** One content of an object; without a body it is a delete marker. */
  @SuppressWarnings("ArrayRecordComponent") // Bytes that are handed through, never compared.
  record Content(byte @Nullable [] body, String tag, String versionId, long writtenMillis) {

    static Content of(byte[] body, String versionId, long nowMillis) {
      try {
        byte[] digest = MessageDigest.getInstance("MD5").digest(body);
        return new Content(
            body, '"' + HexFormat.of().formatHex(digest) + '"', versionId, nowMillis);
      } catch (NoSuchAlgorithmException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
  }

  /** All versions of one key, the newest first. */
  private static final class Slot {
    final Deque<Content> versions = new ArrayDeque<>();
    final AtomicInteger losers = new AtomicInteger();
    final CyclicBarrier pair = new CyclicBarrier(2);

    @Nullable Content current() {
      Content newest = versions.peekFirst();
      return newest == null || newest.body() == null ? null : newest;
    }

    boolean isWrittenWithinSecondOf(long now) {
      Content newest = versions.peekFirst();
      return newest != null && now - newest.writtenMillis() < 1_000;
    }
  }

  private Slot slot(String key) {
    return slots.computeIfAbsent(key, absent -> new Slot());
  }

  /** What is there; null if nothing is, or a delete marker. */
  @Nullable Content get(String key) {
    Content newest = newest(key);
    return newest == null || newest.body() == null ? null : newest;
  }

  /** What is there, which may be a delete marker; null if nothing is. */
  @Nullable Content newest(String key) {
    Slot slot = slots.get(key);
    if (slot == null) {
      return null;
    }
    synchronized (slot) {
      return slot.versions.peekFirst();
    }
  }

  private String newVersionId() {
    return versioned ? "version-" + lastVersion.incrementAndGet() : "";
  }

  /** Adds which version an answer is about, where there are versions. */
  S3Response versioned(S3Response response, Content content) {
    return versioned ? response.with("x-amz-version-id", content.versionId()) : response;
  }

  S3Response put(
      String key, byte[] body, @Nullable String ifMatch, @Nullable String ifNoneMatch, long now) {
    Slot slot = slot(key);
    if (profile == Profile.RACES) {
      return putInTwoSteps(slot, body, ifMatch, ifNoneMatch, now);
    }
    synchronized (slot) {
      if (profile == Profile.ONE_WRITE_PER_SECOND && slot.isWrittenWithinSecondOf(now)) {
        return S3Response.error(
            429, "TooManyRequests", "Reduce your request rate for the same object.");
      }
      S3Response refused = refusal(slot, ifMatch, ifNoneMatch);
      return refused == null ? write(slot, body, now) : refused;
    }
  }

  private S3Response putInTwoSteps(
      Slot slot, byte[] body, @Nullable String ifMatch, @Nullable String ifNoneMatch, long now) {
    synchronized (slot) {
      S3Response refused = refusal(slot, ifMatch, ifNoneMatch);
      if (refused != null) {
        return refused;
      }
    }
    try {
      int ignored = slot.pair.await(RACE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (Exception alone) {
      slot.pair.reset();
    }
    synchronized (slot) {
      return write(slot, body, now);
    }
  }

  private S3Response write(Slot slot, byte[] body, long now) {
    Content content = Content.of(body, newVersionId(), now);
    if (!versioned) {
      slot.versions.clear();
    }
    slot.versions.addFirst(content);
    return versioned(S3Response.of(200).with("ETag", content.tag()), content);
  }

  /** Why a write under a condition would be refused now; null if it would not. */
  @Nullable S3Response refusal(String key, @Nullable String ifMatch, @Nullable String ifNoneMatch) {
    Slot slot = slot(key);
    synchronized (slot) {
      return refusal(slot, ifMatch, ifNoneMatch);
    }
  }

  private @Nullable S3Response refusal(
      Slot slot, @Nullable String ifMatch, @Nullable String ifNoneMatch) {
    if (profile == Profile.IGNORES_CONDITIONS) {
      return null;
    }
    Content current = slot.current();
    if (ifNoneMatch != null) {
      if (!ifNoneMatch.equals("*")) {
        return S3Response.error(
            501, "NotImplemented", "If-None-Match of a write takes only an asterisk.");
      }
      boolean refused = current != null && !(profile == Profile.CEPH16 && versioned);
      return refused ? preconditionFailed(slot) : null;
    }
    if (ifMatch == null) {
      return null;
    }
    if (profile == Profile.CEPH16) {
      boolean matches = current != null && !versioned && current.tag().equals('"' + ifMatch + '"');
      return matches ? null : preconditionFailed(slot);
    }
    if (current == null) {
      return S3Response.error(404, "NoSuchKey", "The specified key does not exist.");
    }
    return current.tag().equals(ifMatch) || current.tag().equals('"' + ifMatch + '"')
        ? null
        : preconditionFailed(slot);
  }

  private S3Response preconditionFailed(Slot slot) {
    if (profile == Profile.CEPH16 && slot.losers.incrementAndGet() % 4 == 0) {
      return S3Response.error(500, "UnknownError", "");
    }
    return S3Response.error(
        412,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold.");
  }

  S3Response delete(String key, @Nullable String ifMatch, long now) {
    Slot slot = slot(key);
    synchronized (slot) {
      Content current = slot.current();
      if (ifMatch != null && profile == Profile.AWS) {
        if (current == null) {
          return S3Response.error(404, "NoSuchKey", "The specified key does not exist.");
        }
        if (!current.tag().equals(ifMatch)) {
          return preconditionFailed(slot);
        }
      }
      if (versioned) {
        Content marker = new Content(null, "", newVersionId(), now);
        slot.versions.addFirst(marker);
        return versioned(S3Response.of(204).with("x-amz-delete-marker", "true"), marker);
      }
      slot.versions.clear();
      return S3Response.of(204);
    }
  }

  /** Makes the present content look older. */
  void age(String key, Duration by) {
    Slot slot = slot(key);
    synchronized (slot) {
      Content current = slot.versions.pollFirst();
      if (current == null) {
        throw new IllegalStateException("there is no " + key);
      }
      slot.versions.addFirst(
          new Content(
              current.body(),
              current.tag(),
              current.versionId(),
              current.writtenMillis() - by.toMillis()));
    }
  }

  record Listed(String key, Content content) {}

  /** The objects after a key, in the order of their keys' bytes, at most so many. */
  List<Listed> list(String prefix, String after, int most) {
    List<Listed> found = new ArrayList<>();
    for (String key : slots.tailMap(prefix, true).keySet()) {
      if (!key.startsWith(prefix) || found.size() == most) {
        break;
      }
      Content content = get(key);
      if (content != null && BY_BYTES.compare(key, after) > 0) {
        found.add(new Listed(key, content));
      }
    }
    return found;
  }
}
