package dev.fen.lock;

import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.text.Texts;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A lock as people call it, and where its register is.
 *
 * @param kind what it stands for
 * @param namespace where it is
 * @param name the name
 * @param key the register
 */
record LockName(LockKind kind, Namespace namespace, String name, RegisterKey key) {

  private static final String NAMED_FOLDER = "locks/named/";
  private static final String MODELS_FOLDER = "locks/models/";
  private static final String GLOBAL_NAME = "global";
  private static final String GLOBAL_KEY = "locks/global.lock";
  private static final String SUFFIX = ".lock";
  private static final int MAX_LENGTH = 500;
  private static final int SHOWN = 80;

  // Written out, as in RegisterKey; all else follows from the key.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LockName that && key.equals(that.key);
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }

  /**
   * The named lock.
   *
   * @throws IllegalArgumentException if it is not a legal name; the message names it and the rule
   */
  static LockName named(Namespace namespace, String name) {
    requireLegal("lock name", name, namedPrefix(namespace));
    return new LockName(
        LockKind.NAMED, namespace, name, new RegisterKey(namedPrefix(namespace) + name + SUFFIX));
  }

  /**
   * The lock of a model.
   *
   * @throws IllegalArgumentException if it is no model's name; the message names it and the rule
   */
  static LockName model(Namespace namespace, String name) {
    requireLegal("model", name, modelsPrefix(namespace));
    if (name.indexOf('/') < 0) {
      throw new IllegalArgumentException(
          "'"
              + Texts.printable(name, 80)
              + "' is not a legal model: it is written type/id, such as aws/vpc/bc01");
    }
    return new LockName(
        LockKind.MODEL, namespace, name, new RegisterKey(modelsPrefix(namespace) + name + SUFFIX));
  }

  /** The lock over all models. */
  static LockName global(Namespace namespace) {
    return new LockName(
        LockKind.GLOBAL, namespace, GLOBAL_NAME, new RegisterKey(namespace.prefix() + GLOBAL_KEY));
  }

  private static void requireLegal(String what, String name, String prefix) {
    String fault = null;
    if (name.startsWith("-")) {
      fault = "it begins with '-', like an option";
    } else if (name.contains(SUFFIX + "/")) {
      // Its folder would be the register of another lock.
      fault = "a part of it before a slash ends with '" + SUFFIX + "'";
    } else if (name.length() > MAX_LENGTH) {
      fault = "it has more than " + MAX_LENGTH + " characters";
    } else if (bytes(name) > RegisterKey.MAX_BYTES - bytes(prefix + SUFFIX)) {
      fault =
          "it has more than "
              + (RegisterKey.MAX_BYTES - bytes(prefix + SUFFIX))
              + " bytes as UTF-8, and some of its characters take several";
    }
    if (fault != null) {
      throw new IllegalArgumentException(
          "'"
              + (name.length() > SHOWN
                  ? Texts.printable(name, SHOWN / 2) + "..."
                  : Texts.printable(name, SHOWN))
              + "' is not a legal "
              + what
              + ": "
              + fault);
    }
    new RegisterKey(name);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** How the keys of all locks begin. */
  static String allPrefix(Namespace namespace) {
    return namespace.prefix() + "locks/";
  }

  /** How the keys of the named locks begin. */
  static String namedPrefix(Namespace namespace) {
    return namespace.prefix() + NAMED_FOLDER;
  }

  /** How the keys of the models' locks begin. */
  static String modelsPrefix(Namespace namespace) {
    return namespace.prefix() + MODELS_FOLDER;
  }

  /**
   * The lock behind a register of the namespace, or null if it is none: what no name leads to
   * nobody can hold, or free.
   */
  static @Nullable LockName ofKey(Namespace namespace, RegisterKey key) {
    if (key.equals(global(namespace).key())) {
      return global(namespace);
    }
    String model = between(modelsPrefix(namespace), key);
    String name = between(namedPrefix(namespace), key);
    try {
      if (model != null) {
        return model(namespace, model);
      }
      return name == null ? null : named(namespace, name);
    } catch (IllegalArgumentException notLegal) {
      return null;
    }
  }

  /** Whether keys that begin with this one and a slash can be registers of locks. */
  static boolean mayBeBelow(Namespace namespace, RegisterKey key) {
    String below = key.path() + "/";
    return (below.startsWith(modelsPrefix(namespace)) || below.startsWith(namedPrefix(namespace)))
        && !below.contains(SUFFIX + "/");
  }

  /** The namespace that a register of a lock is of, or null if it is none of a lock. */
  static @Nullable Namespace namespaceOf(RegisterKey key) {
    String path = key.path();
    Namespace namespace = Namespace.NONE;
    if (!path.startsWith(allPrefix(namespace))) {
      try {
        namespace = new Namespace(path.substring(0, Math.max(0, path.indexOf('/'))));
      } catch (IllegalArgumentException none) {
        return null;
      }
    }
    return ofKey(namespace, key) == null ? null : namespace;
  }

  private static @Nullable String between(String prefix, RegisterKey key) {
    String path = key.path();
    return path.startsWith(prefix)
            && path.endsWith(SUFFIX)
            && path.length() > prefix.length() + SUFFIX.length()
        ? path.substring(prefix.length(), path.length() - SUFFIX.length())
        : null;
  }

  /** The lock in the middle of a sentence. */
  String label() {
    return kind.label(name)
        + (namespace.name().isEmpty() ? "" : " of namespace \"" + namespace + "\"");
  }

  /** The lock at the beginning of a sentence. */
  String title() {
    String label = label();
    return Character.toUpperCase(label.charAt(0)) + label.substring(1);
  }

  /** The command that frees it by force; from whoever it is where no token is known. */
  String forceCommand(OptionalLong token, String location) {
    return "fen lock release "
        + kind.words(name)
        + " --force"
        + (token.isPresent() ? " --token " + token.getAsLong() : "")
        + " --datastore "
        + Texts.shellWord(location)
        + (namespace.name().isEmpty() ? "" : " --namespace " + namespace);
  }
}
