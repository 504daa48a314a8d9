package dev.fen.s3;

import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.WriteResult;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * What each answer of an S3 store means, and what somebody can do about those that no retry cures.
 */
final class Outcomes {

  private static final Set<String> BAD_CREDENTIALS =
      Set.of(
          "ExpiredToken",
          "ExpiredTokenException",
          "InvalidAccessKeyId",
          "InvalidToken",
          "SignatureDoesNotMatch",
          "TokenRefreshRequired",
          "UnrecognizedClientException");

  private static final Set<String> WRONG_REGION =
      Set.of(
          "PermanentRedirect",
          "AuthorizationHeaderMalformed",
          "IllegalLocationConstraintException",
          "Redirect");

  private final S3Place place;

  Outcomes(S3Place place) {
    this.place = place;
  }

  /** What a conditional write that did not answer 200 means. */
  WriteResult ofWrite(SdkException thrown) {
    if (!(thrown instanceof AwsServiceException answer)) {
      StoreFailure failure = ofClient("written", thrown);
      return failure.permanent() || neverLeft(thrown)
          ? new WriteResult.NotApplied(failure)
          : new WriteResult.Unknown(failure);
    }
    int status = answer.statusCode();
    String code = codeOf(answer);
    // By the code as well: the SDK has been seen to report this error with status 200.
    if (status == 412 || code.equals("PreconditionFailed")) {
      return new WriteResult.Conflict();
    }
    if (status == 404 && !code.equals("NoSuchBucket")) {
      return new WriteResult.Conflict();
    }
    StoreFailure failure = ofAnswer("written", answer);
    return failure.permanent()
        ? new WriteResult.NotApplied(failure)
        : new WriteResult.Unknown(failure);
  }

  /** Why a read or a listing told nothing. */
  StoreFailure ofRead(String done, SdkException thrown) {
    return thrown instanceof AwsServiceException answer
        ? ofAnswer(done, answer)
        : ofClient(done, thrown);
  }

  boolean isAbsent(SdkException thrown) {
    return thrown instanceof AwsServiceException answer
        && answer.statusCode() == 404
        && !codeOf(answer).equals("NoSuchBucket");
  }

  boolean isNotModified(SdkException thrown) {
    return thrown instanceof AwsServiceException answer && answer.statusCode() == 304;
  }

  private StoreFailure ofAnswer(String done, AwsServiceException answer) {
    int status = answer.statusCode();
    String code = codeOf(answer);
    String remedy = remedyOf(status, code, done, answer);
    String what =
        place + " could not be " + done + " (" + status + (code.isEmpty() ? "" : " " + code) + ")";
    return remedy == null
        ? StoreFailure.passing(what, answer)
        : StoreFailure.permanent(what + ": " + remedy, answer);
  }

  /** What to do about it; null where a retry may cure it. */
  private @Nullable String remedyOf(
      int status, String code, String done, AwsServiceException answer) {
    if (code.equals("RequestTimeTooSkewed")) {
      return "this machine's clock is more than 15 minutes off the store's"
          + clockDifference(answer)
          + "; set the clock";
    }
    if (code.equals("NoSuchBucket")) {
      return "there is no bucket \"" + place.bucket() + "\"; check its name and region, or make it";
    }
    if (BAD_CREDENTIALS.contains(code)) {
      return "the credentials are not accepted; renew them (AWS_PROFILE, AWS_ACCESS_KEY_ID, or aws sso login)";
    }
    if (WRONG_REGION.contains(code) || status == 301 || status == 307) {
      return "the bucket is in another region; set AWS_REGION" + regionHint(answer);
    }
    if (status == 401 || status == 403) {
      return done.equals("written")
          ? "no permission to write; allow s3:PutObject on it"
          : "no permission to read; allow s3:GetObject on it, and s3:ListBucket on the bucket (without that S3 answers 403"
              + " for an object that is not there)";
    }
    if (status == 405 || status == 501) {
      return "this store does not implement what Fen needs (conditional writes); use one that does";
    }
    return status == 400 || status == 411 || status == 414 || status == 415
        ? "the store rejects the request: "
            + oneLine(
                String.valueOf(
                    answer.awsErrorDetails() == null
                        ? answer.getMessage()
                        : answer.awsErrorDetails().errorMessage()))
        : null;
  }

  private static String clockDifference(AwsServiceException answer) {
    AwsErrorDetails details = answer.awsErrorDetails();
    return details == null || details.sdkHttpResponse() == null
        ? ""
        : details
            .sdkHttpResponse()
            .firstMatchingHeader("Date")
            .map(date -> " (the store says " + date + ")")
            .orElse("");
  }

  private static String regionHint(AwsServiceException answer) {
    AwsErrorDetails details = answer.awsErrorDetails();
    return details == null || details.sdkHttpResponse() == null
        ? ""
        : details
            .sdkHttpResponse()
            .firstMatchingHeader("x-amz-bucket-region")
            .map(region -> "=" + oneLine(region))
            .orElse("");
  }

  private StoreFailure ofClient(String done, SdkException thrown) {
    String what = place + " could not be " + done;
    String message = oneLine(String.valueOf(thrown.getMessage()));
    if (message.contains("Unable to load credentials")
        || message.contains("credentials from any of the providers")) {
      return StoreFailure.permanent(
          what
              + ": no credentials were found; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in"
              + " (aws sso login)",
          thrown);
    }
    if (hasCause(thrown, SSLException.class)) {
      return StoreFailure.permanent(
          what
              + ": the TLS connection failed ("
              + deepest(thrown)
              + "); check the endpoint and its certificate",
          thrown);
    }
    return StoreFailure.passing(what + ": " + deepest(thrown), thrown);
  }

  /** Whether the request cannot have reached the store. */
  private static boolean neverLeft(SdkException thrown) {
    return hasCause(thrown, ConnectException.class) || hasCause(thrown, UnknownHostException.class);
  }

  private static boolean hasCause(Throwable thrown, Class<? extends Throwable> kind) {
    for (Throwable one = thrown; one != null; one = one.getCause()) {
      if (kind.isInstance(one)) {
        return true;
      }
    }
    return false;
  }

  private static String deepest(Throwable thrown) {
    Throwable one = thrown;
    while (one.getCause() != null) {
      one = one.getCause();
    }
    return one.getClass().getSimpleName() + ": " + oneLine(String.valueOf(one.getMessage()));
  }

  private static String oneLine(String text) {
    String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
    return line.length() > 200 ? line.substring(0, 200) + "..." : line;
  }

  private static String codeOf(AwsServiceException answer) {
    AwsErrorDetails details = answer.awsErrorDetails();
    return details == null || details.errorCode() == null ? "" : details.errorCode();
  }
}
