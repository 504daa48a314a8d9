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
 * The SDK also throws what is none of its own exceptions, where an answer is no HTTP or no XML.
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
          "TemporaryRedirect",
          "IllegalLocationConstraintException",
          "Redirect");

  /** In the body of an answer, or in its message. */
  private static final Pattern EXPECTED_REGION =
      Pattern.compile("(?:<Region>|expecting ')([a-z0-9-]{1,40})(?:</Region>|')");

  /** How messages call what is asked, where it is not Amazon's for a region. */
  static final String ENDPOINT = "the endpoint";

  private static final Pattern VARIABLE = Pattern.compile("[A-Z0-9_]+");

  private static final String NO_TUNNEL = "Unable to tunnel through proxy. Proxy returns ";

  /** Access keys, and what signs a request. */
  private static final Pattern SECRET =
      Pattern.compile(
          "\\b(AKIA|ASIA)[A-Z0-9]{12,}"
              + "|(?i)x-amz-(signature|credential|security-token)=[^&\\s]*"
              + "|(?i)signature=[^&\\s,]*");

  /** What would drive a terminal, of eight bits as well. */
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\u2028\\u2029]+");

  private final S3Place place;
  private final String regionSetting;
  private final String way;
  private final boolean paced;
  private final String proxy;

  /**
   * The answers of a store.
   *
   * @param place where
   * @param regionSetting where the region was set, as {@link S3Settings.Sourced#origin} calls it
   * @param way what decides which server is asked, and where that was set
   * @param paced whether the process already keeps to one write of a key a second
   * @param proxy what messages call the proxy on the way; empty where none is known
   */
  Outcomes(S3Place place, String regionSetting, String way, boolean paced, String proxy) {
    this.place = place;
    this.regionSetting = regionSetting;
    this.way = way;
    this.paced = paced;
    this.proxy = proxy;
  }

  /** What a conditional write that did not answer 200 means. */
  WriteResult ofWrite(RuntimeException thrown) {
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
    if (isAbsent(thrown)) {
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
  StoreFailure ofRead(String done, RuntimeException thrown) {
    return thrown instanceof AwsServiceException answer
        ? ofAnswer(done, answer)
        : ofClient(done, thrown);
  }

  /** Only the store's own word counts: any server in between may answer 404. */
  boolean isAbsent(RuntimeException thrown) {
    return thrown instanceof AwsServiceException answer
        && answer.statusCode() == 404
        && codeOf(answer).equals("NoSuchKey");
  }

  boolean isNotModified(RuntimeException thrown) {
    return thrown instanceof AwsServiceException answer && answer.statusCode() == 304;
  }

  private StoreFailure ofAnswer(String done, AwsServiceException answer) {
    int status = answer.statusCode();
    String code = codeOf(answer);
    String remedy = remedyOf(status, code, done, answer);
    String what =
        place
            + " could not be "
            + done
            + " ("
            + status
            + (code.isEmpty() ? "" : " " + shown(code))
            + ")";
    if (isRefusedForPace(status, code)) {
      return StoreFailure.passing(
          what
              + ": the requests come too fast for this store"
              + (paced
                  ? ""
                  : "; where it takes one write of a key a second, set one-write-per-second=true"),
          answer);
    }
    if (remedy == null && (status == 404 || status / 100 == 3)) {
      return StoreFailure.passing(what + ": " + notOfTheStore(status, answer), answer);
    }
    return remedy == null
        ? StoreFailure.passing(what, answer)
        : StoreFailure.permanent(what + ": " + remedy, answer);
  }

  /** Something that knows nothing of S3 has answered: what it looks like, and what to look at. */
  private String notOfTheStore(int status, AwsServiceException answer) {
    String type = header(answer, "Content-Type");
    String server = header(answer, "Server");
    String target = hostOf(header(answer, "Location"));
    return "the answer"
        + (server.isEmpty() ? "" : " of " + oneLine(server))
        + (type.isEmpty() ? "" : " (" + oneLine(type) + ")")
        + (status == 404
            ? " does not say that the object is not there: perhaps it is not the store's"
            : (target.isEmpty() ? " leads elsewhere" : " leads to " + target)
                + ", as that of a proxy or of a network's log-in page does")
        + "; check "
        + way
        + (proxy.isEmpty() ? " and whatever stands before it" : " and " + proxy);
  }

  /** Where something answers that knows nothing of S3. */
  String noStore(String given) {
    return place
        + " gave "
        + given
        + "; it is no S3 store that Fen can use: check "
        + way
        + (proxy.isEmpty() ? "" : " and " + proxy);
  }

  /** Without its path and what follows, which may hold a secret. */
  private static String hostOf(String location) {
    Matcher target = Pattern.compile("https?://[A-Za-z0-9.:-]+(?=[/?]|$)").matcher(location);
    return target.lookingAt() ? target.group() : "";
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
    String region = regionOf(code, answer);
    if (WRONG_REGION.contains(code) || !region.isEmpty()) {
      return "the bucket is in another region; " + setRegion(region);
    }
    if (status == 407) {
      return logIn();
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

  private String logIn() {
    return (proxy.isEmpty() ? "a proxy" : proxy)
        + " wants a user and a password that it was not given or does not take; have it let this machine through,"
        + " or go round it (NO_PROXY)";
  }

  private String setRegion(String region) {
    if (region.isEmpty()) {
      return "correct " + regionSetting;
    }
    return VARIABLE.matcher(regionSetting).matches()
        ? "set " + regionSetting + "=" + region
        : "set " + regionSetting + " to " + region;
  }

  private static String clockDifference(AwsServiceException answer) {
    String date = header(answer, "Date");
    return date.isEmpty() ? "" : " (the store says " + oneLine(date) + ")";
  }

  /** The region that the bucket is in, where the answer says that it is not the one asked. */
  private static String regionOf(String code, AwsServiceException answer) {
    boolean malformed = code.equals("AuthorizationHeaderMalformed");
    String named = header(answer, "x-amz-bucket-region");
    if (!named.isEmpty()
        && (malformed || WRONG_REGION.contains(code) || answer.statusCode() / 100 == 3)) {
      return oneLine(named);
    }
    AwsErrorDetails details = answer.awsErrorDetails();
    if (!malformed || details == null) {
      return "";
    }
    String body = details.rawResponse() == null ? "" : details.rawResponse().asUtf8String();
    Matcher expected = EXPECTED_REGION.matcher(body + details.errorMessage());
    return expected.find() ? expected.group(1) : "";
  }

  private static String header(AwsServiceException answer, String name) {
    AwsErrorDetails details = answer.awsErrorDetails();
    return details == null || details.sdkHttpResponse() == null
        ? ""
        : details.sdkHttpResponse().firstMatchingHeader(name).orElse("");
  }

  private StoreFailure ofClient(String done, RuntimeException thrown) {
    String what = place + " could not be " + done;
    NoCredentialsException none = cause(thrown, NoCredentialsException.class);
    if (none != null) {
      return new StoreFailure(what + ": " + none.getMessage(), !none.isPassing(), thrown);
    }
    String said = String.valueOf(deepest(thrown).getMessage());
    if (said.startsWith(NO_TUNNEL)) {
      String message = what + ": ";
      String answer = oneLine(said.substring(NO_TUNNEL.length()));
      return answer.contains(" 407")
          ? StoreFailure.permanent(message + logIn(), thrown)
          : StoreFailure.passing(
              message
                  + (proxy.isEmpty() ? "a proxy" : proxy)
                  + " answers "
                  + answer
                  + " instead of letting it through; have it let this host through, or go round it (NO_PROXY)",
              thrown);
    }
    if (!proxy.isEmpty()) {
      what += " through " + proxy;
    }
    if (hasCause(thrown, SSLException.class) && !brokeOff(thrown)) {
      return StoreFailure.permanent(
          what
              + ": the TLS connection failed ("
              + reason(thrown)
              + "); check "
              + way
              + " and its certificate",
          thrown);
    }
    return StoreFailure.passing(
        what
            + ": "
            + (thrown instanceof SdkException
                ? reason(thrown)
                : "the answer cannot be understood (" + reason(thrown) + ")")
            + (!proxy.isEmpty()
                ? "; see whether it is well, or go round it (NO_PROXY)"
                : neverLeft(thrown)
                    ? "; check " + way + " and the network" + pathStyle(thrown)
                    : ""),
        thrown);
  }

  /** Few stores but Amazon's have a host for each bucket. */
  private String pathStyle(Throwable thrown) {
    boolean isHostOfBucket =
        deepest(thrown) instanceof UnknownHostException unknown
            && String.valueOf(unknown.getMessage()).startsWith(place.bucket() + ".");
    return isHostOfBucket && way.startsWith(ENDPOINT)
        ? ", or set path-style=true where buckets have no hosts of their own"
        : "";
  }

  /** Whether the request cannot have reached the store. */
  private static boolean neverLeft(RuntimeException thrown) {
    return hasCause(thrown, NoCredentialsException.class)
        || hasCause(thrown, ConnectException.class)
        || hasCause(thrown, UnknownHostException.class)
        || String.valueOf(deepest(thrown).getMessage()).startsWith(NO_TUNNEL);
  }

  private static boolean hasCause(Throwable thrown, Class<? extends Throwable> kind) {
    return cause(thrown, kind) != null;
  }

  private static <T extends Throwable> @Nullable T cause(Throwable thrown, Class<T> kind) {
    for (Throwable one = thrown; one != null; one = one.getCause()) {
      if (kind.isInstance(one)) {
        return kind.cast(one);
      }
    }
    return null;
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
  static String oneLine(String text) {
    String line = shown(text);
    return line.isEmpty() ? "no reason given" : line;
  }

  /** The same where there may be nothing. */
  static String shown(String text) {
    String line = SECRET.matcher(CONTROL.matcher(text).replaceAll(" ")).replaceAll("***").strip();
    return line.length() > 200 ? line.substring(0, 200) + "..." : line;
  }

  private static String codeOf(AwsServiceException answer) {
    AwsErrorDetails details = answer.awsErrorDetails();
    return details == null || details.errorCode() == null ? "" : details.errorCode();
  }
}
