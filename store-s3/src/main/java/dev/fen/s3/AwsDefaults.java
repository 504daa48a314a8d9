package dev.fen.s3;

import dev.fen.s3.S3Settings.Sourced;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;

/**
 * What the AWS SDK finds by itself, in its order: the properties of the JVM, the variables, the
 * files. Looked up here too, since addresses and messages tell what is in use and where it stands.
 */
final class AwsDefaults {

  private static final String SECTION = "services";

  private final Map<String, String> environment;
  private final String profileName;
  private @Nullable ProfileFile files;

  /**
   * What is found with a profile.
   *
   * @param environment the variables of the process
   * @param profile its name, or null for the one that the SDK finds
   */
  AwsDefaults(Map<String, String> environment, @Nullable String profile) {
    this.environment = environment;
    Sourced found = profile == null ? variable("aws.profile", "AWS_PROFILE") : null;
    this.profileName = profile != null ? profile : found == null ? "default" : found.text();
  }

  String profileName() {
    return profileName;
  }

  @Nullable Sourced region() {
    Sourced found = variable("aws.region", "AWS_REGION");
    return found != null ? found : ofProfile("region");
  }

  @Nullable Sourced endpoint() {
    if (isIgnored()) {
      return null;
    }
    Sourced found = variable("aws.endpointUrlS3", "AWS_ENDPOINT_URL_S3");
    if (found == null) {
      found = variable("aws.endpointUrl", "AWS_ENDPOINT_URL");
    }
    if (found == null) {
      found = ofServices();
    }
    if (found == null) {
      found = ofProfile("s3.endpoint_url");
    }
    return found != null ? found : ofProfile("endpoint_url");
  }

  private boolean isIgnored() {
    Sourced found =
        variable("aws.ignoreConfiguredEndpointUrls", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    if (found == null) {
      found = ofProfile("ignore_configured_endpoint_urls");
    }
    return found != null && Boolean.parseBoolean(found.text());
  }

  private @Nullable Sourced variable(String property, String variable) {
    String text = System.getProperty(property, "");
    if (!text.isEmpty()) {
      return new Sourced(text, property);
    }
    text = environment.getOrDefault(variable, "");
    return text.isEmpty() ? null : new Sourced(text, variable);
  }

  private @Nullable Sourced ofProfile(String property) {
    return profile()
        .flatMap(profile -> profile.property(property))
        .map(
            text ->
                new Sourced(
                    text,
                    property
                        + " of the profile '"
                        + Outcomes.shown(profileName)
                        + "' in the files of AWS"))
        .orElse(null);
  }

  private @Nullable Sourced ofServices() {
    return profile()
        .flatMap(profile -> profile.property(SECTION))
        .flatMap(
            name ->
                files()
                    .getSection(SECTION, name)
                    .flatMap(services -> services.property("s3.endpoint_url"))
                    .map(
                        text ->
                            new Sourced(
                                text,
                                "endpoint_url of the services '"
                                    + Outcomes.shown(name)
                                    + "' in the files of AWS")))
        .orElse(null);
  }

  private Optional<Profile> profile() {
    return files().profile(profileName);
  }

  private ProfileFile files() {
    if (files == null) {
      try {
        files = ProfileFile.defaultProfileFile();
      } catch (RuntimeException unusable) {
        // The parser throws of all kinds.
        throw new IllegalArgumentException(
            "the files of AWS cannot be understood; look at ~/.aws/config and ~/.aws/credentials",
            unusable);
      }
    }
    return files;
  }
}
