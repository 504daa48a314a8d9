package dev.fen.datastore.verify;

import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.s3.TagForm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A store that is to be certified. All methods may be called from any thread. */
public interface Candidate extends AutoCloseable {

  /**
   * In which forms the store may want its entity tags back.
   *
   * @return the forms, the likeliest first; empty for a store without entity tags
   */
  List<TagForm> tagForms();

  /**
   * Opens one more connection to the same medium, which shares with the others as little as two
   * processes would share. Whoever asked for it closes it.
   *
   * @param tagForm one of the forms; null where there are none
   * @return a store of its own on the one medium
   * @throws RuntimeException if there is nothing to connect to; its message says what to do
   */
  RegisterStore connect(@Nullable TagForm tagForm);

  /**
   * Removes a register that a check has left, without any condition, if that is allowed.
   *
   * @param key which
   * @return whether it is gone; false where there is no permission or no answer
   */
  boolean remove(RegisterKey key);

  /**
   * Where the registers are, as messages show it to people, without secrets.
   *
   * @return the place
   */
  String location();

  /** Gives back what the candidate itself holds. Closing twice does nothing. */
  @Override
  void close();
}
