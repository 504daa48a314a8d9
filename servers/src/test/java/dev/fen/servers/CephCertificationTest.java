package dev.fen.servers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.datastore.verify.Extent;
import dev.fen.datastore.verify.Verdict;
import org.junit.jupiter.api.Test;

@OnCeph
class CephCertificationTest {

  @Test
  void anUnversionedBucketIsAcceptedWithUnquotedTags() throws InterruptedException {
    Verdict verdict = CertifiedBucket.certify(CephServer.newBucket(false), Extent.FULL);
    assertThat(CertifiedBucket.failed(verdict)).isEmpty();
    assertThat(verdict.passed()).isTrue();
  }

  @Test
  void aVersionedBucketIsRefused() throws InterruptedException {
    Verdict verdict = CertifiedBucket.certify(CephServer.newBucket(true), Extent.SHORT);
    assertThat(verdict.passed()).isFalse();
    assertThat(CertifiedBucket.failed(verdict)).contains("create race");
  }
}
