package dev.fen.servers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.datastore.verify.Extent;
import dev.fen.datastore.verify.Verdict;
import dev.fen.s3.TagForm;
import org.junit.jupiter.api.Test;

class S3ProxyCertificationTest {

  @Test
  void withItsWritesSerializedItKeepsItsWord() throws InterruptedException {
    TestBucket bucket = new TestBucket(S3ProxyServer.SERIALIZED.get(), TagForm.QUOTED, false);
    Verdict verdict = CertifiedBucket.certify(bucket, Extent.SHORT);
    assertThat(CertifiedBucket.failed(verdict)).isEmpty();
    assertThat(verdict.passed()).isTrue();
  }

  @Test
  void asItComesItIsRefused() throws InterruptedException {
    TestBucket bucket = new TestBucket(S3ProxyServer.startAsItIs(), TagForm.QUOTED, false);
    Verdict verdict = CertifiedBucket.certify(bucket, Extent.FULL);
    assertThat(verdict.passed()).isFalse();
    assertThat(CertifiedBucket.failed(verdict)).contains("replace race");
  }
}
