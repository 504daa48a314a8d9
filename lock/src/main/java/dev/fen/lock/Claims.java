package dev.fen.lock;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.text.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which locks a process and those that started it hold, to be handed down to the processes that it
 * starts itself: see {@link LeaseGroup#claims()} and {@link LockService#models(Claims,
 * ReleasedVersions)}. A claim is only an assertion: it is compared with what stands in the store
 * before anything is built on it. Immutable.
 */
public final class Claims {

  /** No claims. */
  public static final Claims NONE = new Claims(List.of());

  /**
   * That a lock is held.
   *
   * @param location the store, as it shows itself
   * @param key the lock's register
   * @param nonce the id of the acquisition
   * @param token its fencing token
   */
  record Claim(String location, RegisterKey key, String nonce, long token) {}

  /**
   * A namespace of a store.
   *
   * @param location the store, as it shows itself
   * @param namespace which part of it
   */
  record Place(String location, Namespace namespace) {

    boolean holds(Claim claim) {
      return claim.location().equals(location) && LockName.ofKey(namespace, claim.key()) != null;
    }

    @Override
    public String toString() {
      return location + (namespace.name().isEmpty() ? "" : " and namespace \"" + namespace + "\"");
    }
  }

  /** Stores, locks, a lock. */
  private static final int DEPTH = 4;

  private final List<Claim> all;

  private Claims(List<Claim> all) {
    this.all = List.copyOf(all);
  }

  static Claims of(List<Claim> claims) {
    return new Claims(claims);
  }

  /**
   * Reads what another process handed down.
   *
   * @param text what {@link #toText()} made; blank for none
   * @return the claims
   * @throws IllegalArgumentException if it is not such a text
   */
  public static Claims parse(String text) {
    if (text.isBlank()) {
      return NONE;
    }
    if (Json.isDeeperThan(DEPTH, text)) {
      throw new IllegalArgumentException("claims of locks are not nested so deeply");
    }
    List<Claim> claims = new ArrayList<>();
    try {
      for (Object store : JsonParser.array().from(text)) {
        JsonObject json = object(store);
        String location = string(json, "in");
        for (Object lock : array(json, "locks")) {
          claims.add(claim(location, object(lock)));
        }
      }
    } catch (JsonParserException notJson) {
      throw new IllegalArgumentException("claims of locks are a JSON array", notJson);
    }
    return new Claims(claims);
  }

  private static Claim claim(String location, JsonObject json) {
    if (!(json.get("token") instanceof Number token)
        || token.doubleValue() != token.longValue()
        || token.longValue() < 1
        || token.longValue() > LockRecord.MAX_TOKEN) {
      throw new IllegalArgumentException("a claim of a lock has no token");
    }
    return new Claim(
        location, new RegisterKey(string(json, "key")), string(json, "nonce"), token.longValue());
  }

  private static JsonObject object(@Nullable Object value) {
    if (value instanceof JsonObject object) {
      return object;
    }
    throw new IllegalArgumentException("claims of locks hold something that is no object");
  }

  private static JsonArray array(JsonObject json, String key) {
    if (json.get(key) instanceof JsonArray array) {
      return array;
    }
    throw new IllegalArgumentException("claims of locks lack \"" + key + "\"");
  }

  private static String string(JsonObject json, String key) {
    String text = json.getString(key, "");
    if (text.isEmpty()) {
      throw new IllegalArgumentException("claims of locks lack \"" + key + "\"");
    }
    return text;
  }

  /**
   * Writes them, for an environment variable.
   *
   * @return one line of JSON; empty if there are none. About 100 bytes and the name's for each lock
   */
  public String toText() {
    if (all.isEmpty()) {
      return "";
    }
    Map<String, List<Claim>> stores = new LinkedHashMap<>();
    for (Claim claim : all) {
      stores.computeIfAbsent(claim.location(), location -> new ArrayList<>()).add(claim);
    }
    JsonStringWriter json = JsonWriter.string().array();
    stores.forEach(
        (location, claims) -> {
          json.object().value("in", location).array("locks");
          for (Claim claim : claims) {
            json.object()
                .value("key", claim.key().path())
                .value("nonce", claim.nonce())
                .value("token", claim.token())
                .end();
          }
          json.end().end();
        });
    return json.end().done();
  }

  /**
   * Whether there are none.
   *
   * @return whether nothing is claimed
   */
  public boolean isEmpty() {
    return all.isEmpty();
  }

  /**
   * These and others, for a process that holds more than one group.
   *
   * @param others more claims
   * @return all of them, each once
   */
  public Claims and(Claims others) {
    Set<Claim> both = new LinkedHashSet<>(all);
    both.addAll(others.all);
    return new Claims(List.copyOf(both));
  }

  /** Where the claimed locks are, as the processes above see it. */
  Set<Place> places() {
    Set<Place> places = new LinkedHashSet<>();
    for (Claim claim : all) {
      Namespace namespace = LockName.namespaceOf(claim.key());
      if (namespace != null) {
        places.add(new Place(claim.location(), namespace));
      }
    }
    return places;
  }

  /** The same where a place is called otherwise. */
  Claims moved(Place from, Place to) {
    return new Claims(
        all.stream().map(claim -> from.holds(claim) ? moved(claim, from, to) : claim).toList());
  }

  private static Claim moved(Claim claim, Place from, Place to) {
    String path = claim.key().path().substring(from.namespace().prefix().length());
    return new Claim(
        to.location(),
        new RegisterKey(to.namespace().prefix() + path),
        claim.nonce(),
        claim.token());
  }

  /** Those that are of one namespace of one store. */
  List<Claim> at(Place place) {
    return all.stream().filter(place::holds).toList();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Claims that && all.equals(that.all);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(all);
  }

  @Override
  public String toString() {
    return toText();
  }
}
