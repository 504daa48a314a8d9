package dev.fen.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KnownReleasesTest {

  private static final RegisterKey KEY = new RegisterKey("locks/models/aws/vpc/bc 01.lock");
  private static final Version VERSION = new Version("\"12-ab\"");

  @TempDir Path cache;

  private KnownReleases at(String place) {
    return new KnownReleases(cache, place);
  }

  private Path file() throws IOException {
    try (Stream<Path> files = Files.list(cache.resolve("released"))) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }

  @Test
  void whatWasKeptIsKnownToTheNextCommandAtThatPlaceOnly() throws IOException {
    KnownReleases first = at("/data a");
    assertThat(first.of(KEY)).isEmpty();
    first.note(KEY, new Version("11"));
    first.note(KEY, VERSION);
    first.keep();

    assertThat(at("/data a").of(KEY)).contains(VERSION);
    assertThat(at("/data b").of(KEY)).isEmpty();
    assertThat(Files.readString(file())).startsWith("/data a\n");
  }

  @Test
  void nothingIsWrittenWhereNothingIsNew() throws IOException {
    at("/data").keep();
    assertThat(cache).isEmptyDirectory();
    KnownReleases first = at("/data");
    first.note(KEY, VERSION);
    first.keep();
    Files.setLastModifiedTime(file(), java.nio.file.attribute.FileTime.fromMillis(0));

    KnownReleases second = at("/data");
    second.note(KEY, VERSION);
    second.keep();

    assertThat(Files.getLastModifiedTime(file()).toMillis()).isZero();
  }

  @Test
  void rubbishIsNothingKnown() throws IOException {
    KnownReleases first = at("/data");
    first.note(KEY, VERSION);
    first.keep();
    for (String rubbish :
        List.of("", "\n", "/other\n1\t" + KEY.path(), "/data\n\tx\nx\t\n" + KEY.path())) {
      Files.writeString(file(), rubbish);
      assertThat(at("/data").of(KEY)).as(rubbish).isEmpty();
    }
    Files.write(file(), new byte[] {(byte) 0xff, (byte) 0xfe, '\n'});
    assertThat(at("/data").of(KEY)).isEmpty();
  }

  @Test
  void aCacheThatCannotBeWrittenIsNoFailure() throws IOException {
    Files.writeString(cache.resolve("released"), "a file");
    KnownReleases first = at("/data");
    first.note(KEY, VERSION);

    first.keep();

    assertThat(first.of(KEY)).contains(VERSION);
    assertThat(cache.resolve("released")).hasContent("a file");
    KnownReleases none = new KnownReleases(null, "/data");
    none.note(KEY, VERSION);
    none.keep();
    assertThat(none.of(KEY)).contains(VERSION);
  }

  @Test
  void theCacheIsWhereTheDesktopsRuleSays() {
    assertThat(KnownReleases.cache(Map.of("HOME", "/home/a"))).hasToString("/home/a/.cache/fen");
    assertThat(KnownReleases.cache(Map.of("HOME", "/home/a", "XDG_CACHE_HOME", "/caches")))
        .hasToString("/caches/fen");
    assertThat(KnownReleases.cache(Map.of())).isNull();
    assertThat(KnownReleases.cache(Map.of("XDG_CACHE_HOME", "relative"))).isNull();
  }
}
