package dev.fen.s3;

import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.WriteResult;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
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

  private static final Set<String> NO_CREDENTIALS =
      Set.of(
          "Unable to load credentials",
          "credentials from any of the providers",
          "Profile file contained no credentials",
          "SSO session",
          "sso login");

  private static final Pattern NO_PROFILE =
      Pattern.compile("contained no credentials for profile '([^']*)'");

  /** Access keys, and what signs a request. */
  private static final Pattern SECRET =
      Pattern.compile(
          "\\b(AKIA|ASIA)[A-Z0-9]{12,}"
              + "|(?i)x-amz-(signature|credential|security-token)=[^&\\s]*"
              + "|(?i)signature=[^&\\s,]*");

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
    return failure.permanent() || isRefusedForPace(status, code)
        ? new WriteResult.NotApplied(failure)
        : new WriteResult.Unknown(failure);
  }

  /**
   * Whether a store that takes few writes of one key a second has turned this one away. Amazon's
   * 503 is another matter: it may come from behind the place where the write was carried out.
   */
  private static boolean isRefusedForPace(int status, String code) {
    return status == 429 || code.equals("TooManyRequests");
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
    if (isRefusedForPace(status, code)) {
      return StoreFailure.passing(
          what
              + ": the requests come too fast for this store; where it takes one write of a key a second, set"
              + " one-write-per-second=true",
          answer);
    }
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
    String message = String.valueOf(thrown.getMessage());
    Matcher profile = NO_PROFILE.matcher(message);
    if (profile.find() && !profile.group(1).equals("default")) {
      return StoreFailure.permanent(
          what
              + ": the files of AWS (~/.aws/config, ~/.aws/credentials) have no credentials for the profile '"
              + oneLine(profile.group(1))
              + "'; name another, or add it (aws configure --profile)",
          thrown);
    }
    if (NO_CREDENTIALS.stream().anyMatch(message::contains)) {
      return StoreFailure.permanent(
          what
              + ": no credentials were found; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in"
              + " (aws sso login)",
          thrown);
    }
    if (hasCause(thrown, SSLException.class) && !brokeOff(thrown)) {
      return StoreFailure.permanent(
          what
              + ": the TLS connection failed ("
              + reason(thrown)
              + "); check the endpoint and its certificate",
          thrown);
    }
    return StoreFailure.passing(what + ": " + reason(thrown), thrown);
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

  /** A connection that ended in the middle of a handshake may last the next time. */
  private static boolean brokeOff(Throwable thrown) {
    Throwable one = deepest(thrown);
    return one instanceof SocketException || one instanceof EOFException;
  }

  private static Throwable deepest(Throwable thrown) {
    Throwable one = thrown;
    while (one.getCause() != null) {
      one = one.getCause();
    }
    return one;
  }

  /** In words: what the SDK says of itself may hold what it read. */
  private static String reason(Throwable thrown) {
    Throwable one = deepest(thrown);
    String said = oneLine(String.valueOf(one.getMessage()));
    if (one instanceof ApiCallTimeoutException || one instanceof SocketTimeoutException) {
      return "no answer in time";
    }
    if (one instanceof ConnectException || one instanceof SocketException) {
      return said.substring(0, 1).toLowerCase(Locale.ROOT) + said.substring(1);
    }
    if (one instanceof UnknownHostException) {
      return "no such host (" + said + ")";
    }
    if (one instanceof EOFException) {
      return "the connection broke off";
    }
    return said;
  }

  /** What comes from outside: one line, and nothing in it that gives access. */
  private static String oneLine(String text) {
    String line = SECRET.matcher(text.replaceAll("\\p{Cntrl}+", " ")).replaceAll("***").strip();
    return line.isEmpty()
        ? "no reason given"
        : line.length() > 200 ? line.substring(0, 200) + "..." : line;
  }

  private static String codeOf(AwsServiceException answer) {
    AwsErrorDetails details = answer.awsErrorDetails();
    return details == null || details.errorCode() == null ? "" : details.errorCode();
  }
}
