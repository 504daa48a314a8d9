package dev.fen.servers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.datastore.verify.Check;
import dev.fen.datastore.verify.Extent;
import dev.fen.datastore.verify.Verdict;
import dev.fen.s3.TagForm;
import org.junit.jupiter.api.Test;

class S3ProxyCertificationTest {

  @Test
  void withItsWritesSerializedItKeepsItsWord() throws InterruptedException {
    TestBucket bucket = new TestBucket(S3ProxyServer.SERIALIZED.get(), TagForm.QUOTED, false);
    Verdict verdict = bucket.verify(Extent.SHORT);
    assertThat(verdict.failed()).isEmpty();
    assertThat(verdict.passed()).isTrue();
    assertThat(verdict.tagForm()).isEqualTo(TagForm.QUOTED);
  }

  @Test
  void asItComesItIsRefused() throws InterruptedException {
    TestBucket bucket = new TestBucket(S3ProxyServer.startAsItIs(), TagForm.QUOTED, false);
    Verdict verdict = bucket.verify(Extent.FULL);
    assertThat(verdict.passed()).isFalse();
    assertThat(verdict.failed()).extracting(Check::name).contains("replace race");
  }

  /** By races alone it passed in some tries. */
  @Test
  void asItComesItIsRefusedAtItsFirstUseToo() throws InterruptedException {
    TestBucket bucket = new TestBucket(S3ProxyServer.startAsItIs(), TagForm.QUOTED, false);
    Verdict verdict = bucket.verify(Extent.SHORT);
    assertThat(verdict.failed()).extracting(Check::name).contains("overtaken write");
  }
}
