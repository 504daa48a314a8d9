package dev.fen.datastore;

import dev.fen.datastore.verify.Candidate;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import dev.fen.s3.LateBodies;
import dev.fen.s3.S3Settings;
import dev.fen.s3.TagForm;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;

/** A bucket, reached by a client of its own over each connection. */
final class BucketCandidate implements Candidate {

  private final S3Settings settings;
  private final S3Client remover;

  /**
   * A bucket that may be certified, with the form of tags that is set or with the one it takes.
   *
   * @throws IllegalArgumentException if there is no region, or the files of AWS cannot be
   *     understood
   */
  BucketCandidate(S3Settings settings) {
    this.settings = settings;
    this.remover = settings.client();
  }

  @Override
  public List<TagForm> tagForms() {
    TagForm set = settings.tagForm();
    return set == null ? List.of(TagForm.QUOTED, TagForm.UNQUOTED) : List.of(set);
  }

  @Override
  public RegisterStore connect(@Nullable TagForm tagForm) {
    return with(tagForm).open();
  }

  private S3Settings with(@Nullable TagForm tagForm) {
    return tagForm == null ? settings : settings.withTagForm(tagForm);
  }

  @Override
  public Optional<LateWriter> lateWriter(@Nullable TagForm tagForm) {
    LateBodies bodies = with(tagForm).openForLateBodies();
    return Optional.of(
        new LateWriter() {
          @Override
          public WriteResult write(
              RegisterKey key, @Nullable Version expected, String body, Runnable held) {
            return bodies.write(key, expected, body, held);
          }

          @Override
          public void close() {
            bodies.close();
          }
        });
  }

  @Override
  public Removal remove(RegisterKey key) {
    try {
      DeleteObjectResponse answer =
          remover.deleteObject(
              request ->
                  request.bucket(settings.place().bucket()).key(settings.place().prefix() + key));
      return Boolean.TRUE.equals(answer.deleteMarker()) ? Removal.HIDDEN : Removal.GONE;
    } catch (SdkException refused) {
      return Removal.LEFT;
    }
  }

  @Override
  public String location() {
    return settings.place().toString();
  }

  @Override
  public String placeOf(String folder) {
    return "s3://" + settings.place().bucket() + "/" + settings.place().prefix() + folder;
  }

  @Override
  public String identity() {
    return BucketIdentity.of(settings);
  }

  @Override
  public void close() {
    remover.close();
  }
}
