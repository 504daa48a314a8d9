package dev.fen.cli;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import dev.fen.lock.Holder;
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
    for (LockStatus status : statuses) {
      json.object();
      fields(json, status);
      json.end();
    }
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
    if (thrown instanceof LockTimeoutException timeout && timeout.lastSeen().isPresent()) {
      json.object("lock");
      fields(json, timeout.lastSeen().get());
      json.end();
    }
    return json.end().end().done();
  }

  static String tokens(List<String> names, List<Long> tokens) {
    JsonStringWriter json = JsonWriter.string();
    json.array();
    for (int i = 0; i < names.size(); i++) {
      json.object().value("key", names.get(i)).value("token", tokens.get(i)).end();
    }
    return json.end().done();
  }

  private static void fields(JsonStringWriter json, LockStatus status) {
    json.value("name", status.name())
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
      json.value("holder", holder.name())
          .value("host", holder.host())
          .value("pid", holder.pid())
          .value("operation", holder.operation());
      if (holder.acquiredAt() != null) {
        json.value("acquiredAt", holder.acquiredAt().toString());
      }
      if (holder.link() != null) {
        json.value("link", holder.link());
      }
    }
  }
}
