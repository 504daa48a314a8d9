package dev.fen.lock;

import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.Version;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which version of a model's lock was last read as released. A version stands for one record for
 * ever, so whoever drains need not read it again, however old the knowledge is; it may be kept
 * between programs, for this one store. Forgetting it costs a read each. May be called from any
 * thread.
 */
public interface ReleasedVersions {

  /**
   * What is known of a register.
   *
   * @param key the register
   * @return the version that was last read as released; empty if none is known
   */
  Optional<Version> of(RegisterKey key);

  /**
   * Notes that a register was read as released.
   *
   * @param key the register
   * @param version which version of it
   */
  void note(RegisterKey key, Version version);

  /**
   * Keeps it in memory.
   *
   * @return with nothing known yet
   */
  static ReleasedVersions inMemory() {
    Map<RegisterKey, Version> versions = new ConcurrentHashMap<>();
    return new ReleasedVersions() {
      @Override
      public Optional<Version> of(RegisterKey key) {
        return Optional.ofNullable(versions.get(key));
      }

      @Override
      public void note(RegisterKey key, Version version) {
        versions.put(key, version);
      }
    };
  }
}
