package dev.fen.servers;

import dev.fen.datastore.verify.Candidate;
import dev.fen.datastore.verify.Certification;
import dev.fen.datastore.verify.Check;
import dev.fen.datastore.verify.Extent;
import dev.fen.datastore.verify.Verdict;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import java.util.List;

/** A bucket that is certified. */
record CertifiedBucket(TestBucket bucket, String prefix) implements Candidate {

  static Verdict certify(TestBucket bucket, Extent extent) throws InterruptedException {
    return new Certification(SystemPlatform.get(), "test")
        .run(new CertifiedBucket(bucket, bucket.newPrefix()), extent, (check, done, of) -> {});
  }

  static List<String> failed(Verdict verdict) {
    return verdict.checks().stream()
        .filter(check -> check.result() == Check.Result.FAILED)
        .map(Check::name)
        .toList();
  }

  @Override
  public RegisterStore connect() {
    return bucket.open(prefix);
  }

  @Override
  public boolean remove(RegisterKey key) {
    bucket.delete(prefix + key);
    return true;
  }

  @Override
  public String location() {
    return bucket.name();
  }
}
