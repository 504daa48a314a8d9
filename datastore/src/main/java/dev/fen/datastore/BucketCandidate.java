package dev.fen.datastore;

import dev.fen.datastore.verify.Candidate;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.s3.S3Settings;
import dev.fen.s3.TagForm;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;

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
    return tagForm == null ? settings.open() : settings.withTagForm(tagForm).open();
  }

  @Override
  public boolean remove(RegisterKey key) {
    try {
      var ignored =
          remover.deleteObject(
              request ->
                  request.bucket(settings.place().bucket()).key(settings.place().prefix() + key));
      return true;
    } catch (SdkException refused) {
      return false;
    }
  }

  @Override
  public String location() {
    return settings.place().toString();
  }

  @Override
  public void close() {
    remover.close();
  }
}
