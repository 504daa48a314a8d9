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
      String value = environment.get(mark);
      if (value != null && !value.isEmpty() && !value.equals("false") && !value.equals("0")) {
        return true;
      }
    }
    return false;
  }

  /** The page of the run, or null. */
  static @Nullable String link(Map<String, String> environment) {
    String server = environment.get("GITHUB_SERVER_URL");
    String repository = environment.get("GITHUB_REPOSITORY");
    String run = environment.get("GITHUB_RUN_ID");
    if (server != null && repository != null && run != null) {
      return server + "/" + repository + "/actions/runs/" + run;
    }
    String gitlab = environment.get("CI_JOB_URL");
    return gitlab != null ? gitlab : environment.get("BUILD_URL");
  }
}
