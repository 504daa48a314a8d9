package dev.fen.s3;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3ServiceClientConfiguration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * Which bucket, and how it is reached: from an address such as {@code
 * s3://bucket/prefix?region=eu-central-1}, from settings of Fen's own, and from the standard
 * variables and files of AWS, in this order. Credentials never come from here: they are the
 * business of the AWS SDK.
 *
 * @param place the bucket and the prefix
 * @param region the region and where it was set, or null for what the SDK finds on its machine
 * @param endpoint an endpoint other than Amazon's for the region, or null
 * @param endpointOrigin where that was set, as messages call the place; empty where there is none
 * @param profile a profile of the shared files of AWS, or null for what the SDK finds
 * @param proxy what stands on the way, or null
 * @param pathStyle whether the bucket goes into the path
 * @param tagForm how the store wants its tags back; null where nobody said
 * @param encryption what to ask for when writing
 * @param oneWritePerSecond whether the store takes one write of a key a second and answers 429 to
 *     more, as Cloudflare R2 and Google Cloud Storage do. This process then leaves {@link
 *     #WRITE_INTERVAL} between its own writes of a key: a renewal or a release right after an
 *     acquisition waits for it, and a ttl should be 5 s or more. Without it such a store is used as
 *     safely, and each such answer costs a further try. Reads are not slowed down
 */
public record S3Settings(
    S3Place place,
    @Nullable Sourced region,
    @Nullable URI endpoint,
    String endpointOrigin,
    @Nullable String profile,
    @Nullable ProxyServer proxy,
    boolean pathStyle,
    @Nullable TagForm tagForm,
    Encryption encryption,
    boolean oneWritePerSecond) {

  /** A second, and a tenth for stores whose seconds are not quite this machine's. */
  public static final Duration WRITE_INTERVAL = Duration.ofMillis(1_100);

  static final String REGION_VARIABLE = "AWS_REGION";

  /** What may stand behind the question mark of an address, and be set elsewhere. */
  public static final List<String> NAMES =
      List.of(
          "region",
          "endpoint",
          "profile",
          "path-style",
          "tag-form",
          "sse",
          "kms-key",
          "one-write-per-second");

  private static final Pattern BUCKET =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]");

  /**
   * The hosts of S3 itself, with a bucket or an endpoint of a private network before them or not.
   * Much else at Amazon is a machine that anybody may have rented.
   *
   * @see <a href="https://docs.aws.amazon.com/general/latest/gr/s3.html">Amazon S3 endpoints</a>
   */
  private static final Pattern AMAZONS =
      Pattern.compile(
          ("(?:[a-z0-9_.-]+\\.)?"
                  + "(?:s3(?:-fips)?(?:\\.dualstack)?\\.{region}"
                  + "|s3(?:-fips)?-{region}"
                  + "|s3-accesspoint(?:-fips)?(?:\\.dualstack)?\\.{region}"
                  + "|vpce-[a-z0-9-]+\\.s3\\.{region}\\.vpce"
                  + "|s3|s3-external-1)"
                  + "\\.amazonaws\\.com(?:\\.cn)?")
              .replace("{region}", "[a-z]{2}(?:-[a-z]+){1,2}-[0-9]+"));

  /** For stores of others, which take any; the SDK wants one to sign with. */
  private static final Sourced ANY_REGION = new Sourced("us-east-1", REGION_VARIABLE);

  private static final Pattern WORD = Pattern.compile("[A-Za-z-]{1,24}");
  private static final Pattern REGION = Pattern.compile("[A-Za-z0-9-]{1,40}");

  /** What S3 knows, with two layers of encryption and for file systems as well. */
  private static final Pattern ALGORITHM = Pattern.compile("AES256|aws:kms(?::dsse)?|aws:fsx");

  private static final Pattern ADDRESS =
      Pattern.compile("[0-9.]+|\\[?[0-9a-fA-F:]*:[0-9a-fA-F:]*]?");

  /**
   * A setting and where it came from.
   *
   * @param text what was written
   * @param origin how messages call the place
   */
  public record Sourced(String text, String origin) {}

  /**
   * Reads an address and what was set beside it.
   *
   * @param named such as {@code s3://bucket/prefix} or {@code s3:bucket/prefix}, with settings
   *     behind a question mark
   * @param settings finds a setting of Fen's own by its name, see {@link #NAMES}; null if it is not
   *     set
   * @param environment the variables of the process, of which those of AWS and those that name
   *     proxies are read. Where they say nothing, the files of AWS are
   * @return the settings
   * @throws IllegalArgumentException if something is wrong; the message names it and where it came
   *     from, without repeating what may hold a secret
   */
  public static S3Settings of(
      Sourced named,
      Function<String, @Nullable Sourced> settings,
      Map<String, String> environment) {
    String address = named.text();
    int question = address.indexOf('?');
    String path =
        (question < 0 ? address : address.substring(0, question)).substring("s3:".length());
    Map<String, Sourced> own =
        question < 0 ? Map.of() : parameters(address.substring(question + 1), named.origin());
    Function<String, @Nullable Sourced> find =
        name -> own.containsKey(name) ? own.get(name) : settings.apply(name);
    String profile = textOf(find.apply("profile"));
    AwsDefaults defaults = new AwsDefaults(environment, profile);
    Sourced server = either(find.apply("endpoint"), defaults::endpoint);
    URI endpoint = endpoint(server);
    Sourced region = region(either(find.apply("region"), defaults::region));
    if (region == null && !isAmazons(endpoint)) {
      region = ANY_REGION;
    }
    S3Place place =
        place(
            path.startsWith("//") ? path.substring(2) : path, named.origin(), query(own, endpoint));
    return new S3Settings(
        place,
        region,
        endpoint,
        server == null ? "" : server.origin(),
        profile,
        proxy(place, endpoint, region, environment),
        isTrue(find.apply("path-style"), endpoint != null && isAddress(endpoint.getHost())),
        tagForm(find.apply("tag-form")),
        encryption(find.apply("sse"), find.apply("kms-key")),
        isTrue(find.apply("one-write-per-second"), false));
  }

  private static @Nullable Sourced either(
      @Nullable Sourced own, Supplier<@Nullable Sourced> otherwise) {
    return own != null ? own : otherwise.get();
  }

  private static @Nullable ProxyServer proxy(
      S3Place place,
      @Nullable URI endpoint,
      @Nullable Sourced region,
      Map<String, String> environment) {
    if (endpoint != null) {
      return ProxyServer.of(endpoint.getScheme(), endpoint.getHost(), environment);
    }
    String zone = region == null ? "" : region.text() + ".";
    return ProxyServer.of("https", place.bucket() + ".s3." + zone + "amazonaws.com", environment);
  }

  private static @Nullable String textOf(@Nullable Sourced found) {
    return found == null ? null : found.text();
  }

  private static @Nullable Sourced region(@Nullable Sourced found) {
    if (found != null && !REGION.matcher(found.text()).matches()) {
      throw new IllegalArgumentException(
          found.origin() + ": it is no region; write one such as eu-central-1");
    }
    return found;
  }

  private static S3Place place(String path, String origin, String query) {
    if (path.contains("@")) {
      // Not repeated: what stands before it may be a key.
      throw new IllegalArgumentException(
          origin
              + ": an S3 address holds no '@': credentials come from the environment or the files of AWS, never from an address");
    }
    if (path.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          origin + ": a control character may not be a part of an S3 address");
    }
    int slash = path.indexOf('/');
    String bucket = slash < 0 ? path : path.substring(0, slash);
    if (!BUCKET.matcher(bucket).matches()) {
      throw new IllegalArgumentException(
          origin
              + ": "
              // Where there is a colon it may be a key, too.
              + (bucket.contains(":") ? "what follows s3:" : "'" + bucket + "'")
              + " is not the name of a bucket (3 to 63 letters, digits, dots and hyphens); write s3://bucket/prefix");
    }
    StringBuilder prefix = new StringBuilder();
    for (String part : (slash < 0 ? "" : path.substring(slash + 1)).split("/")) {
      if (part.equals(".") || part.equals("..")) {
        throw new IllegalArgumentException(
            origin + ": '" + part + "' may not be a part of an S3 prefix");
      }
      if (!part.isEmpty()) {
        prefix.append(part).append('/');
      }
    }
    return new S3Place(bucket, prefix.toString(), query);
  }

  private static Map<String, Sourced> parameters(String query, String origin) {
    Map<String, Sourced> found = new HashMap<>();
    for (String pair : query.split("&")) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      if (equals < 0 || !NAMES.contains(name)) {
        throw new IllegalArgumentException(
            origin
                + ": an S3 address knows the settings "
                + String.join(", ", NAMES)
                + " (as in s3://bucket/prefix?region=eu-central-1)"
                // Anything else may be a secret.
                + (WORD.matcher(name).matches()
                    ? ", and not '" + name + "'"
                    : ", and nothing else"));
      }
      String place = name + " in " + origin;
      if (found.containsKey(name)) {
        throw new IllegalArgumentException(
            place + ": it stands there more than once; an S3 address names each setting once");
      }
      found.put(name, new Sourced(decoded(pair.substring(equals + 1), place), place));
    }
    return found;
  }

  private static String decoded(String text, String origin) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notEncoded) {
      throw new IllegalArgumentException(
          origin + ": a percent sign must be written as %25", notEncoded);
    }
  }

  /** What was said in the address; and the endpoint always, since it tells which store it is. */
  private static String query(Map<String, Sourced> own, @Nullable URI endpoint) {
    Map<String, String> said = new TreeMap<>();
    own.forEach((name, found) -> said.put(name, found.text()));
    if (endpoint != null) {
      said.put("endpoint", endpoint.toString());
    }
    return said.entrySet().stream()
        .map(one -> one.getKey() + "=" + encoded(one.getValue()))
        .collect(Collectors.joining("&"));
  }

  /** Readable as far as it can be: an endpoint's slashes stay. */
  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("%2F", "/").replace("%3A", ":");
  }

  private static @Nullable URI endpoint(@Nullable Sourced found) {
    if (found == null) {
      return null;
    }
    try {
      URI endpoint = new URI(found.text());
      boolean usable =
          ("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme()))
              && endpoint.getHost() != null
              && endpoint.getRawUserInfo() == null
              && endpoint.getRawQuery() == null
              && endpoint.getRawFragment() == null;
      if (usable) {
        return endpoint;
      }
    } catch (URISyntaxException notOne) {
      // Told below, without its text: there may be a password in it.
    }
    throw new IllegalArgumentException(
        found.origin() + ": it is no endpoint; write one such as https://s3.example.com:9000");
  }

  private static boolean isTrue(@Nullable Sourced set, boolean ifNotSet) {
    if (set == null) {
      return ifNotSet;
    }
    return switch (set.text()) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(
              set.origin() + ": '" + Outcomes.shown(set.text()) + "' is neither true nor false");
    };
  }

  /** Before an address there can be no bucket, as there can before a name. */
  private static boolean isAddress(String host) {
    return host.equals("localhost") || ADDRESS.matcher(host).matches();
  }

  private static Encryption encryption(@Nullable Sourced sse, @Nullable Sourced key) {
    if (sse != null && !ALGORITHM.matcher(sse.text()).matches()) {
      throw new IllegalArgumentException(
          sse.origin() + ": '" + Outcomes.shown(sse.text()) + "' is neither AES256 nor aws:kms");
    }
    if (sse != null && key != null && !sse.text().startsWith("aws:kms")) {
      throw new IllegalArgumentException(
          sse.origin()
              + ": "
              + sse.text()
              + " takes no key, and "
              + key.origin()
              + " names one; write aws:kms, or leave one of them out");
    }
    return new Encryption(textOf(sse), textOf(key));
  }

  private static @Nullable TagForm tagForm(@Nullable Sourced set) {
    if (set == null) {
      return null;
    }
    for (TagForm form : TagForm.values()) {
      if (form.name().toLowerCase(Locale.ROOT).equals(set.text())) {
        return form;
      }
    }
    throw new IllegalArgumentException(
        set.origin() + ": '" + Outcomes.shown(set.text()) + "' is neither quoted nor unquoted");
  }

  /** Whether the store is Amazon's own, as far as can be told from what is set. */
  boolean isAmazons() {
    return isAmazons(endpoint);
  }

  static boolean isAmazons(@Nullable URI endpoint) {
    return endpoint == null
        || (endpoint.getHost() != null
            && AMAZONS.matcher(endpoint.getHost().toLowerCase(Locale.ROOT)).matches());
  }

  /**
   * How long this process leaves between two writes of a key.
   *
   * @return {@link #WRITE_INTERVAL}, or zero
   */
  public Duration writeInterval() {
    return oneWritePerSecond ? WRITE_INTERVAL : Duration.ZERO;
  }

  /**
   * The same with the form of tags that a verification has found.
   *
   * @param form how the store wants its tags back
   * @return other settings
   */
  public S3Settings withTagForm(TagForm form) {
    return new S3Settings(
        place,
        region,
        endpoint,
        endpointOrigin,
        profile,
        proxy,
        pathStyle,
        form,
        encryption,
        oneWritePerSecond);
  }

  /**
   * Opens the store. Sends nothing yet.
   *
   * @return the store
   * @throws IllegalArgumentException if there is no region, or the files of AWS cannot be
   *     understood
   */
  public S3RegisterStore open() {
    String regionSetting = region == null ? REGION_VARIABLE : region.origin();
    return new S3RegisterStore(
        client(),
        place,
        tagForm == null ? TagForm.QUOTED : tagForm,
        encryption,
        writeInterval(),
        new Outcomes(
            place,
            regionSetting,
            endpoint == null
                ? "the region (" + regionSetting + ")"
                : Outcomes.ENDPOINT + " (" + endpointOrigin + ")",
            oneWritePerSecond,
            proxy == null ? "" : proxy.toString()));
  }

  /**
   * Opens the store for writes whose body comes late.
   *
   * @return what makes them; whoever asked for it closes it
   * @throws IllegalArgumentException if there is no region, or the files of AWS cannot be
   *     understood
   */
  public LateBodies openForLateBodies() {
    S3RegisterStore store = open();
    // What was found in the files of AWS, too.
    S3ServiceClientConfiguration found = store.configuration();
    S3Presigner.Builder signer =
        S3Presigner.builder()
            .region(found.region())
            .serviceConfiguration(S3Clients.configuration(pathStyle))
            .credentialsProvider(credentials());
    found.endpointOverride().ifPresent(signer::endpointOverride);
    return new LateBodies(store, signer.build(), S3Clients.http(proxy));
  }

  /**
   * Makes a client that reaches the bucket, for what is no business of a register.
   *
   * @return the client, one answer one attempt; whoever asked for it closes it
   * @throws IllegalArgumentException if there is no region, or the files of AWS cannot be
   *     understood
   */
  public S3Client client() {
    S3ClientBuilder builder = S3Clients.builder(pathStyle, proxy);
    if (endpoint != null) {
      builder.endpointOverride(endpoint);
    }
    if (region != null) {
      builder.region(Region.of(region.text()));
    }
    if (profile != null) {
      // Whoever names one means it, whatever variables with keys are set.
      builder.overrideConfiguration(
          builder.overrideConfiguration().toBuilder().defaultProfileName(profile).build());
    }
    ExplainedCredentials credentials = credentials();
    builder.credentialsProvider(credentials);
    try {
      return builder.build();
    } catch (SdkClientException noRegion) {
      credentials.close();
      // What the SDK says goes on for lines, and shows what it read.
      throw new IllegalArgumentException(
          place
              + ": no region is known; set AWS_REGION, or add ?region= to the address, as in s3://bucket?region=eu-central-1",
          noRegion);
    } catch (RuntimeException notUnderstood) {
      credentials.close();
      throw new IllegalArgumentException(
          place
              + ": the files of AWS cannot be understood; look at ~/.aws/config and ~/.aws/credentials",
          notUnderstood);
    }
  }

  private ExplainedCredentials credentials() {
    return profile == null ? ExplainedCredentials.found() : ExplainedCredentials.ofProfile(profile);
  }
}
