package dev.fen.cli;

import dev.fen.lock.LockKind;
import dev.fen.lock.LockService;
import dev.fen.lock.LockStatus;
import dev.fen.lock.ModelLocks;
import dev.fen.lock.Namespace;
import dev.fen.lock.ReleaseResult;
import java.util.OptionalLong;

/**
 * One lock as it is named on the command line.
 *
 * @param kind what it stands for
 * @param namespace where it is
 * @param name its name, {@code global} for the global one
 */
record Target(LockKind kind, Namespace namespace, String name) {

  static final String GLOBAL_NAME = "global";

  static Target of(Namespace namespace, LockStatus status) {
    return new Target(status.kind(), namespace, status.name());
  }

  /** The lock after "for", "of" or the like. */
  static String labelWithArticle(LockKind kind, String name) {
    return (kind == LockKind.NAMED ? "" : "the ") + kind.label(name);
  }

  String label() {
    return kind.label(name)
        + (namespace.name().isEmpty() ? "" : " of namespace \"" + namespace + "\"");
  }

  /** How it is named on a command line. */
  String words() {
    return kind.words(name) + (namespace.name().isEmpty() ? "" : " --namespace " + namespace);
  }

  LockStatus inspect(LockService locks) throws InterruptedException {
    return switch (kind) {
      case NAMED -> locks.inspect(name);
      case MODEL -> locks.models().inspect(name);
      case GLOBAL -> locks.models().inspectGlobal();
    };
  }

  ReleaseResult release(LockService locks, boolean force, OptionalLong token)
      throws InterruptedException {
    if (kind == LockKind.NAMED) {
      return force ? locks.forceRelease(name, token) : locks.releaseIfStale(name, token);
    }
    ModelLocks models = locks.models();
    if (kind == LockKind.MODEL) {
      return force ? models.forceRelease(name, token) : models.releaseIfStale(name, token);
    }
    return force ? models.forceReleaseGlobal(token) : models.releaseGlobalIfStale(token);
  }
}
