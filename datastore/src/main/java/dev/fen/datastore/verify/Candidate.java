package dev.fen.datastore.verify;

import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.s3.TagForm;
import java.util.List;
import java.util.Optional;
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

  /** Conditional writes whose content comes late. */
  interface LateWriter extends AutoCloseable {

    /**
     * Writes a register.
     *
     * @param key which
     * @param expected what has to be there, or null if nothing may be
     * @param body the content
     * @param held is run when the store has been told of the write; it gets the content once that
     *     returns
     * @return what the store says
     */
    WriteResult write(RegisterKey key, @Nullable Version expected, String body, Runnable held);

    @Override
    void close();
  }

  /**
   * Opens a connection over which the content of a write can be held back.
   *
   * @param tagForm as above
   * @return the connection, which whoever asked for it closes; empty where a store gets a write as
   *     a whole
   */
  default Optional<LateWriter> lateWriter(@Nullable TagForm tagForm) {
    return Optional.empty();
  }

  /** What became of a register that was to be removed. */
  enum Removal {
    /** It is gone. */
    GONE,
    /** It is absent for whoever reads, but the store keeps what was in it as an old version. */
    HIDDEN,
    /** It is still there: there was no permission or no answer. */
    LEFT
  }

  /**
   * Removes a register that a check has left, without any condition, if that is allowed.
   *
   * @param key which; it may be absent
   * @return what became of it
   */
  Removal remove(RegisterKey key);

  /**
   * Where the registers are, as messages show it to people, without secrets.
   *
   * @return the place
   */
  String location();

  /**
   * Where registers are that have a name in common, as people name it to the tools of the store.
   *
   * @param folder what their keys begin with, up to a slash
   * @return the place in full, without secrets
   */
  String placeOf(String folder);

  /**
   * Which medium it is, however its address is spelled: a verdict goes for this one and no other.
   *
   * @return a name, fit to be printed, without secrets
   */
  String identity();

  /** Gives back what the candidate itself holds. Closing twice does nothing. */
  @Override
  void close();
}
