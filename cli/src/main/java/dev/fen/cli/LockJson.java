package dev.fen.cli;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import dev.fen.lock.Holder;
import dev.fen.lock.LockKind;
import dev.fen.lock.LockLostException;
import dev.fen.lock.LockStatus;
import dev.fen.lock.LockTimeoutException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The JSON documents that {@code --json} prints; their fields are described in docs/cli.md. */
final class LockJson {

  private LockJson() {}

  static String statuses(@Nullable String datastore, List<LockStatus> statuses) {
    JsonStringWriter json = JsonWriter.string();
    json.object().value("datastore", datastore).array("locks");
    locks(json, statuses);
    return json.end().end().done();
  }

  private static void locks(JsonStringWriter json, List<LockStatus> statuses) {
    for (LockStatus status : statuses) {
      json.object();
      fields(json, status);
      json.end();
    }
  }

  private static String kind(LockKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  /** What was freed of all that was looked at. */
  static String released(String datastore, List<LockStatus> released) {
    JsonStringWriter json = JsonWriter.string();
    json.object().value("datastore", datastore).array("released");
    locks(json, released);
    return json.end().end().done();
  }

  static String release(String datastore, String outcome, LockStatus before) {
    JsonStringWriter json = JsonWriter.string();
    json.object().value("datastore", datastore).value("outcome", outcome).object("lock");
    fields(json, before);
    return json.end().end().done();
  }

  static String error(String code, String message, int exitCode, @Nullable Throwable thrown) {
    JsonStringWriter json = JsonWriter.string();
    json.object()
        .object("error")
        .value("code", code)
        .value("message", message)
        .value("exitCode", exitCode);
    if (thrown instanceof LockTimeoutException timeout) {
      json.value("waitedMs", timeout.waited().toMillis());
      timeout.lastSeen().ifPresent(seen -> lock(json, seen));
      if (timeout.waitedFor().size() > 1) {
        json.array("waitedFor");
        locks(json, timeout.waitedFor());
        json.end();
      }
    } else if (thrown instanceof LockLostException lost) {
      json.value("lockKind", kind(lost.lockKind()))
          .value("lockName", lost.lockName())
          .value("cause", lost.lossCause().name().toLowerCase(Locale.ROOT));
    } else if (thrown instanceof RefusedException refused) {
      lock(json, refused.seen());
    }
    return json.end().end().done();
  }

  private static void lock(JsonStringWriter json, LockStatus status) {
    json.object("lock");
    fields(json, status);
    json.end();
  }

  static String version(String version) {
    return JsonWriter.string().object().value("version", version).end().done();
  }

  /** What a command runs under. */
  static String tokens(List<HeldLeases.Held> locks) {
    JsonStringWriter json = JsonWriter.string();
    json.array();
    for (HeldLeases.Held lock : locks) {
      json.object()
          .value("kind", kind(lock.kind()))
          .value("key", lock.name())
          .value("token", lock.token())
          .end();
    }
    return json.end().done();
  }

  private static void fields(JsonStringWriter json, LockStatus status) {
    json.value("kind", kind(status.kind()))
        .value("name", status.name())
        .value("state", status.state().name().toLowerCase(Locale.ROOT));
    if (status.token().isPresent()) {
      json.value("token", status.token().getAsLong());
    }
    status.renewedAgo().ifPresent(ago -> json.value("renewedAgoMs", ago.toMillis()));
    status.expiresIn().ifPresent(left -> json.value("expiresInMs", left.toMillis()));
    if (status.problem() != null) {
      json.value("problem", status.problem());
    }
    Holder holder = status.holder();
    if (holder != null) {
      json.value("holder", holder.name());
      if (!holder.host().isEmpty()) {
        json.value("host", holder.host());
      }
      if (holder.pid() > 0) {
        json.value("pid", holder.pid());
      }
      json.value("operation", holder.operation());
      if (holder.acquiredAt() != null) {
        json.value("acquiredAt", holder.acquiredAt().toString());
      }
      if (holder.link() != null) {
        json.value("link", holder.link());
      }
    }
  }
}
