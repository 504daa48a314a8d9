package dev.fen.servers;

import com.google.common.base.Suppliers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.function.Supplier;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.S3Exceptions;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/** S3Proxy with its store in memory, in the tests' own process. It ends with it. */
final class S3ProxyServer {

  /**
   * The server that tests share. By itself S3Proxy compares the tag of {@code If-Match} and writes
   * in two steps that another write may part, and a certification refuses it. So the tag is
   * compared once more, under one lock with the write.
   */
  static final Supplier<URI> SERIALIZED =
      Suppliers.memoize(() -> start(new Serialized(new TransientNio2BlobStore())));

  private S3ProxyServer() {}

  /** A further server, as it comes. */
  static URI startAsItIs() {
    return start(new TransientNio2BlobStore());
  }

  private static URI start(BlobStore store) {
    S3Proxy proxy =
        S3Proxy.builder()
            .blobStore(store)
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(
                AuthenticationType.AWS_V2_OR_V4,
                System.getenv("AWS_ACCESS_KEY_ID"),
                System.getenv("AWS_SECRET_ACCESS_KEY"))
            .build();
    try {
      proxy.start();
    } catch (Exception failed) {
      throw new IllegalStateException("S3Proxy does not start", failed);
    }
    return URI.create("http://127.0.0.1:" + proxy.getPort());
  }

  /** What comes from and goes to clients, which may be slow, is read outside the lock. */
  private static final class Serialized extends ForwardingBlobStore {

    private final Object lock = new Object();

    Serialized(BlobStore store) {
      super(store);
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream body) {
      byte[] bytes = bytesOf(body);
      synchronized (lock) {
        String expected = request.ifMatch();
        if (expected != null && !bare(expected).equals(currentTag(request))) {
          throw S3Exceptions.preconditionFailed(null);
        }
        return super.putBlob(request, new ByteArrayInputStream(bytes));
      }
    }

    private @Nullable String currentTag(PutObjectRequest request) {
      HeadObjectResponse head = blobMetadataIfPresent(request.bucket(), request.key());
      return head == null ? null : bare(head.eTag());
    }

    private static String bare(String tag) {
      return tag.replace("\"", "");
    }

    @Override
    public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
      synchronized (lock) {
        ResponseInputStream<GetObjectResponse> found = super.getBlob(request);
        return new ResponseInputStream<>(
            found.response(),
            AbortableInputStream.create(new ByteArrayInputStream(bytesOf(found))));
      }
    }

    @Override
    public DeleteObjectResponse removeBlob(DeleteObjectRequest request) {
      synchronized (lock) {
        return super.removeBlob(request);
      }
    }

    @Override
    public ListObjectsV2Response list(ListObjectsV2Request request) {
      synchronized (lock) {
        return super.list(request);
      }
    }

    private static byte[] bytesOf(InputStream stream) {
      try (stream) {
        return stream.readAllBytes();
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    }
  }
}
