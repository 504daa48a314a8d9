package dev.fen.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What operators copy from docs/s3.md can be used, and names the settings that there are. */
class S3PageTest {

  private final String page = page();

  private static String page() {
    try {
      return Files.readString(Path.of("..", "docs", "s3.md"));
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }

  private List<String> blocks(String language) {
    return allOf("(?ms)^```" + language + "\n(.*?)^```$", 1);
  }

  private List<String> allOf(String pattern, int group) {
    return Pattern.compile(pattern)
        .matcher(page)
        .results()
        .map(found -> found.group(group))
        .toList();
  }

  @Test
  void everyBlockOfJsonIsAPolicyOrALifecycle() throws Exception {
    assertThat(blocks("json")).hasSizeGreaterThanOrEqualTo(6);
    for (String block : blocks("json")) {
      JsonObject json = JsonParser.object().from(block);
      if (json.has("Rules")) {
        assertThat(json.getArray("Rules")).isNotEmpty();
      } else {
        assertThat(json.getString("Version")).isEqualTo("2012-10-17");
        assertThat(json.getArray("Statement")).isNotEmpty();
      }
    }
  }

  @Test
  void everyBlockOfYamlIsAMapping() {
    assertThat(blocks("yaml")).hasSizeGreaterThanOrEqualTo(2);
    for (String block : blocks("yaml")) {
      assertThat(new Load(LoadSettings.builder().build()).loadFromString(block))
          .isInstanceOf(Map.class);
    }
  }

  @Test
  void noFenceIsOfAnotherKindOrLeftOpen() {
    assertThat(allOf("(?m)^```(.*)$", 1)).containsOnly("json", "yaml", "");
    assertThat(allOf("(?m)^```$", 0)).hasSize(blocks("json").size() + blocks("yaml").size());
  }

  @Test
  void theSettingsAreThoseThatThereAre() {
    assertThat(allOf("FEN_S3_[A-Z_]+[A-Z]", 0).stream().distinct())
        .containsExactlyInAnyOrderElementsOf(
            S3Settings.NAMES.stream()
                .map(name -> "FEN_S3_" + name.toUpperCase(Locale.ROOT).replace('-', '_'))
                .toList());
    for (String name : S3Settings.NAMES) {
      assertThat(page).contains("\n| `" + name + "` | `FEN_S3_", "`s3-" + name + "`");
    }
  }
}
