package dev.fen.datastore;

import dev.fen.datastore.KeptVerdict.Kept;
import dev.fen.datastore.verify.Calls;
import dev.fen.datastore.verify.Candidate;
import dev.fen.datastore.verify.CannotVerifyException;
import dev.fen.datastore.verify.Certification;
import dev.fen.datastore.verify.Extent;
import dev.fen.datastore.verify.Patience;
import dev.fen.datastore.verify.Progress;
import dev.fen.datastore.verify.Verdict;
import dev.fen.lock.file.DirectoryUnusableException;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.s3.S3Settings;
import dev.fen.s3.TagForm;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Certifies a datastore and keeps the verdict in it, as {@code fen-store.json}. Safe for any number
 * of threads.
 */
public final class Verification {

  private final Platform platform;
  private final Certification certification;
  private final Calls calls;

  /**
   * Verifications by one Fen.
   *
   * @param platform the machine
   * @param version the Fen that certifies, as the verdict names it
   */
  public Verification(Platform platform, String version) {
    this(platform, new Certification(platform, version));
  }

  /** Tests have no time for the real pauses. */
  Verification(Platform platform, Certification certification) {
    this.platform = platform;
    this.certification = certification;
    this.calls = new Calls(platform, 1, KeptVerdict.LIMIT);
  }

  /**
   * What a verification came to.
   *
   * @param verdict what is in force now; where others found a fault at the same time, theirs
   * @param notKept why the verdict is not in the datastore; empty if it is, or if nothing could be
   *     decided, which is not kept
   */
  public record Outcome(Verdict verdict, Optional<String> notKept) {}

  /**
   * Certifies a directory, from several processes.
   *
   * @param directory an existing one
   * @param extent how much is done
   * @param progress is told how far it is, on this thread
   * @return what was found
   * @throws DirectoryUnusableException if there is no such directory or it cannot be looked at
   * @throws CannotVerifyException if nothing can be said of it
   * @throws InterruptedException if the thread is interrupted. What was written is removed, as far
   *     as that is possible within 5 s; the message says what is left, and is null if nothing is
   */
  public Outcome ofDirectory(Path directory, Extent extent, Progress progress)
      throws InterruptedException {
    try (Candidate candidate = new DirectoryCandidate(directory, platform)) {
      return run(candidate, extent, Patience.OF_A_WHOLE_CHECK, progress);
    }
  }

  /**
   * Certifies a bucket, with the form of tags that is set or else with the one it takes.
   *
   * @param settings which, and how it is reached
   * @param extent how much is done
   * @param progress is told how far it is, on this thread
   * @return what was found
   * @throws CannotVerifyException if nothing can be said of it
   * @throws InterruptedException if the thread is interrupted. What was written is removed, as far
   *     as that is possible within 5 s; the message says what is left, and is null if nothing is
   */
  public Outcome ofBucket(S3Settings settings, Extent extent, Progress progress)
      throws InterruptedException {
    return ofBucket(settings, extent, Patience.OF_A_WHOLE_CHECK, progress);
  }

  /** The same, given up after a time. */
  Outcome ofBucket(S3Settings settings, Extent extent, Patience patience, Progress progress)
      throws InterruptedException {
    try (Candidate candidate = new BucketCandidate(settings)) {
      return run(candidate, extent, patience, progress);
    }
  }

  private Outcome run(Candidate candidate, Extent extent, Patience patience, Progress progress)
      throws InterruptedException {
    List<TagForm> forms = candidate.tagForms();
    ReadResult before;
    try (RegisterStore store = candidate.connect(forms.isEmpty() ? null : forms.get(0))) {
      before = new KeptVerdict(store, calls).read(KeptVerdict.LIMIT);
    }
    Verdict verdict = certification.run(candidate, extent, patience, progress);
    if (!verdict.passed() && verdict.failed().isEmpty()) {
      return new Outcome(verdict, Optional.empty());
    }
    try (RegisterStore store = candidate.connect(formOf(verdict, forms))) {
      Kept kept = new KeptVerdict(store, calls).keep(verdict, before);
      return new Outcome(
          kept.verdict(), Optional.ofNullable(kept.notKept()).map(StoreFailure::message));
    }
  }

  private static @Nullable TagForm formOf(Verdict verdict, List<TagForm> forms) {
    return verdict.tagForm() == null && !forms.isEmpty() ? forms.get(0) : verdict.tagForm();
  }
}
