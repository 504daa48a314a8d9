package dev.fen.s3;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The credentials that the SDK finds; where it finds none, why. What fails on the way to them (a
 * role that may not be assumed, a program that ends badly) is not to be taken for an answer of the
 * store.
 */
final class ExplainedCredentials implements AwsCredentialsProvider, SdkAutoCloseable {

  /** What the chain says of each of its members: its name, and why it has nothing. */
  private static final Pattern MEMBER =
      Pattern.compile(
          "(SystemProperty|EnvironmentVariable|WebIdentityTokenFile|Profile|Container|InstanceProfile)"
              + "CredentialsProvider\\(.*?\\): ");

  private static final String MEMBERS = ") : [";

  /** How the members that nobody has set up begin. */
  private static final Set<String> NOT_SET_UP =
      Set.of(
          "Unable to load credentials from system settings",
          "Either the environment variable AWS_WEB_IDENTITY_TOKEN_FILE",
          "Profile file contained no credentials for profile 'default'",
          "Cannot fetch credentials from container - neither",
          "IMDS credentials have been disabled",
          "Failed to load credentials from IMDS");

  private static final Pattern NO_PROFILE =
      Pattern.compile("contained no credentials for profile '([^']*)'");
  private static final Pattern ANSWER =
      Pattern.compile(" ?\\(Service: (\\w+), Status Code: (\\d+).*");
  private static final Pattern NO_FILE =
      Pattern.compile("^java\\.nio\\.file\\.NoSuchFileException: (.*)");
  private static final Pattern EXIT_VALUE = Pattern.compile("exit value \\((\\d+)\\)");
  private static final Pattern PASSING =
      Pattern.compile(
          "Status Code: (5\\d\\d|429)|Throttl|UnknownHostException|Unable to execute HTTP request");

  private static final Pattern NO_TUNNEL =
      Pattern.compile("Unable to tunnel through proxy\\. Proxy returns (\"[^\"]*\")");
  private static final Pattern NOT_REACHED =
      Pattern.compile("UnknownHostException|Unable to execute HTTP request: (.*)");
  private static final Pattern ATTEMPTS = Pattern.compile(" ?\\(SDK Attempt Count: \\d+\\)");

  private final SharedCredentials found;
  private final String profileName;
  private final boolean isOfProfile;

  private ExplainedCredentials(SharedCredentials found, String profileName, boolean isOfProfile) {
    this.found = found;
    this.profileName = Outcomes.shown(profileName);
    this.isOfProfile = isOfProfile;
  }

  /** Those of a profile, whatever variables with keys are set. */
  static ExplainedCredentials ofProfile(String name) {
    return new ExplainedCredentials(
        SharedCredentials.of(name, () -> ProfileCredentialsProvider.create(name)), name, true);
  }

  /** Those that the SDK finds by itself. */
  static ExplainedCredentials found() {
    return new ExplainedCredentials(
        SharedCredentials.of(null, () -> DefaultCredentialsProvider.builder().build()),
        ProfileFileSystemSetting.AWS_PROFILE.getStringValueOrThrow(),
        false);
  }

  @Override
  public AwsCredentials resolveCredentials() {
    try {
      return found.resolveCredentials();
    } catch (NoCredentialsException why) {
      throw SdkClientException.create(why.getMessage(), why);
    } catch (RuntimeException none) {
      // Not as it is: the SDK replaces some exceptions on their way and takes only its own.
      NoCredentialsException why = explained(none);
      throw SdkClientException.create(why.getMessage(), why);
    }
  }

  private NoCredentialsException explained(RuntimeException none) {
    String said = String.valueOf(none.getMessage());
    if (isOfProfile) {
      return failed("Profile", said, none);
    }
    Matcher member = MEMBER.matcher(said);
    boolean more = member.find(Math.max(0, said.indexOf(MEMBERS)));
    while (more) {
      String name = member.group(1);
      int start = member.end();
      more = member.find();
      String why = said.substring(start, more ? member.start() : said.length());
      if (NOT_SET_UP.stream().noneMatch(why::startsWith)) {
        return failed(name, why, none);
      }
    }
    return new NoCredentialsException(
        "no credentials were found; set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in"
            + " (aws sso login)",
        false,
        none);
  }

  private NoCredentialsException failed(String member, String said, RuntimeException none) {
    Matcher tunnel = NO_TUNNEL.matcher(said);
    if (tunnel.find()) {
      String answer = Outcomes.oneLine(tunnel.group(1));
      return new NoCredentialsException(
          "the credentials could not be had: a proxy on the way answers "
              + answer
              + " instead of letting it through; look at HTTPS_PROXY, or go round it (NO_PROXY)",
          !answer.contains(" 407"),
          none);
    }
    boolean passing = PASSING.matcher(said).find();
    if (NO_PROFILE.matcher(said).find()) {
      return new NoCredentialsException(
          "the files of AWS (~/.aws/config, ~/.aws/credentials) have no credentials for the profile '"
              + profileName
              + "'; name another, or add it (aws configure --profile)",
          passing,
          none);
    }
    return new NoCredentialsException(
        "the credentials could not be had: " + reason(said, none) + "; " + remedy(member, said),
        passing,
        none);
  }

  /** What a program said for itself, or what it printed, is left out: a secret may be in it. */
  private static String reason(String said, RuntimeException none) {
    if (said.startsWith("Failed to refresh process-based credentials")) {
      Throwable cause = none.getCause();
      Matcher code = EXIT_VALUE.matcher(cause == null ? "" : String.valueOf(cause.getMessage()));
      return "the credential_process failed"
          + (code.find() ? " (exit code " + code.group(1) + ")" : "");
    }
    Matcher file = NO_FILE.matcher(said);
    if (file.find()) {
      return "there is no file " + Outcomes.oneLine(file.group(1).replaceFirst("[,\\]]\\s*$", ""));
    }
    Matcher notReached = NOT_REACHED.matcher(ATTEMPTS.matcher(said).replaceFirst(""));
    if (notReached.find()) {
      return "what gives them was not reached ("
          + (notReached.group(1) == null
              ? "no such host"
              : Outcomes.oneLine(notReached.group(1)).replaceFirst("[.,\\]\\s]+$", ""))
          + ")";
    }
    String text = Outcomes.oneLine(ANSWER.matcher(said).replaceFirst(" ($1 $2)"));
    return text.replaceFirst("[.,\\]\\s]+$", "");
  }

  private String remedy(String member, String said) {
    if (said.contains("SSO session")) {
      return "log in: aws sso login --profile " + profileName;
    }
    if (NOT_REACHED.matcher(said).find()) {
      return "look at the network, the proxy (HTTPS_PROXY) and the region or AWS_ENDPOINT_URL_STS";
    }
    return switch (member) {
      case "Profile" ->
          "look at the profile '"
              + profileName
              + "' in ~/.aws/config and at what it names (its role, its source_profile, its credential_process)";
      case "WebIdentityTokenFile" ->
          "look at AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN, and at whom the role trusts";
      case "Container" -> "look at AWS_CONTAINER_CREDENTIALS_FULL_URI and what answers there";
      default -> "look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    };
  }

  @Override
  public void close() {
    found.close();
  }
}
