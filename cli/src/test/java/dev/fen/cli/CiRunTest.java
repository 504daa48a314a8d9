package dev.fen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CiRunTest {

  @Test
  void linksToTheRunOfEachSystem() {
    assertThat(
            CiRun.link(
                Map.of(
                    "GITHUB_SERVER_URL",
                    "https://github.com",
                    "GITHUB_REPOSITORY",
                    "a/b",
                    "GITHUB_RUN_ID",
                    "7")))
        .isEqualTo("https://github.com/a/b/actions/runs/7");
    assertThat(CiRun.link(Map.of("CI_JOB_URL", "https://gitlab.example/a/-/jobs/1")))
        .isEqualTo("https://gitlab.example/a/-/jobs/1");
    assertThat(CiRun.link(Map.of("BUILD_URL", "https://jenkins.example/job/a/1/")))
        .isEqualTo("https://jenkins.example/job/a/1/");
    assertThat(CiRun.link(Map.of())).isNull();
  }

  @Test
  void anEmptyVariableIsNone() {
    assertThat(
            CiRun.link(
                Map.of(
                    "GITHUB_SERVER_URL",
                    "",
                    "GITHUB_REPOSITORY",
                    "",
                    "GITHUB_RUN_ID",
                    "",
                    "CI_JOB_URL",
                    "",
                    "BUILD_URL",
                    "https://jenkins.example/job/a/1/")))
        .isEqualTo("https://jenkins.example/job/a/1/");
    assertThat(CiRun.link(Map.of("BUILD_URL", ""))).isNull();
  }

  @Test
  void aLinkBearsNoPassword() {
    assertThat(CiRun.link(Map.of("BUILD_URL", "https://me:hunter2@jenkins.example/job/a@b/1/")))
        .isEqualTo("https://jenkins.example/job/a@b/1/");
    assertThat(CiRun.link(Map.of("BUILD_URL", "https://jenkins.example/job/a@b/1/")))
        .isEqualTo("https://jenkins.example/job/a@b/1/");
    assertThat(CiRun.link(Map.of("BUILD_URL", "https://me:hunter2@jenkins.example")))
        .isEqualTo("https://jenkins.example");
  }

  @Test
  void knowsACiRun() {
    assertThat(CiRun.isOne(Map.of("CI", "true"))).isTrue();
    assertThat(CiRun.isOne(Map.of("JENKINS_URL", "https://jenkins.example"))).isTrue();
    assertThat(CiRun.isOne(Map.of("CI", "false"))).isFalse();
    assertThat(CiRun.isOne(Map.of("CI", ""))).isFalse();
    assertThat(CiRun.isOne(Map.of())).isFalse();
  }
}
