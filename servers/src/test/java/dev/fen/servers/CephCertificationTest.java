package dev.fen.servers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.datastore.verify.Check;
import dev.fen.datastore.verify.Extent;
import dev.fen.datastore.verify.Verdict;
import dev.fen.s3.TagForm;
import org.junit.jupiter.api.Test;

@OnCeph
class CephCertificationTest {

  @Test
  void anUnversionedBucketIsAcceptedWithUnquotedTags() throws InterruptedException {
    Verdict verdict = CephServer.newBucket(false).verify(Extent.FULL);
    assertThat(verdict.failed()).isEmpty();
    assertThat(verdict.passed()).isTrue();
    assertThat(verdict.tagForm()).isEqualTo(TagForm.UNQUOTED);
  }

  @Test
  void aVersionedBucketIsRefused() throws InterruptedException {
    Verdict verdict = CephServer.newBucket(true).verify(Extent.SHORT);
    assertThat(verdict.passed()).isFalse();
    assertThat(verdict.failed()).extracting(Check::name).contains("create race");
  }
}
