package dev.fen.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the environment tells of the CI run this is. */
final class CiRun {

  private static final String[] MARKS = {
    "CI",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "JENKINS_URL",
    "BUILDKITE",
    "CIRCLECI",
    "TF_BUILD",
    "TEAMCITY_VERSION"
  };

  private CiRun() {}

  static boolean isOne(Map<String, String> environment) {
    for (String mark : MARKS) {
      String value = get(environment, mark);
      if (value != null && !value.equals("false") && !value.equals("0")) {
        return true;
      }
    }
    return false;
  }

  /** The page of the run, or null: on GitHub, GitLab, Jenkins. */
  static @Nullable String link(Map<String, String> environment) {
    String server = get(environment, "GITHUB_SERVER_URL");
    String repository = get(environment, "GITHUB_REPOSITORY");
    String run = get(environment, "GITHUB_RUN_ID");
    if (server != null && repository != null && run != null) {
      return withoutUser(server + "/" + repository + "/actions/runs/" + run);
    }
    String gitlab = get(environment, "CI_JOB_URL");
    String link = gitlab != null ? gitlab : get(environment, "BUILD_URL");
    return link == null ? null : withoutUser(link);
  }

  /** A container that is handed variables which are not set has empty ones. */
  private static @Nullable String get(Map<String, String> environment, String name) {
    String value = environment.get(name);
    return value == null || value.isEmpty() ? null : value;
  }

  /** An address may name a user and a password; a record must not. */
  private static String withoutUser(String link) {
    int from = link.indexOf("://");
    if (from < 0) {
      return link;
    }
    int path = link.indexOf('/', from + 3);
    int user = link.lastIndexOf('@', path < 0 ? link.length() : path);
    return user < from ? link : link.substring(0, from + 3) + link.substring(user + 1);
  }
}
