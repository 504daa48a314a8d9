package dev.fen.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds the datastore, and makes the default one, a directory. */
final class DatastoreFinder {

  private static final String FOLDER = ".fen";

  /** How long a look may take however short the wait: a share may have to be mounted for it. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Settings settings;
  private final Consumer<String> notices;

  /**
   * A finder; it has not looked yet.
   *
   * @param notices is told what people should know while it looks
   */
  DatastoreFinder(Settings settings, Consumer<String> notices) {
    this.settings = settings;
    this.notices = notices;
  }

  /**
   * The datastore that is there already.
   *
   * @return an existing directory, or a bucket, which is not looked at yet; null if none is named
   *     and no {@code .fen} is found from here upwards
   * @throws CliException if what is named or found cannot be a datastore, or does not answer
   */
  @Nullable Datastore find() throws InterruptedException {
    return find(PATIENCE);
  }

  private @Nullable Datastore find(Duration patience) throws InterruptedException {
    Settings.Value named = settings.find("datastore");
    if (named != null && named.text().startsWith(BucketDatastore.SCHEME)) {
      return BucketDatastore.of(named, settings);
    }
    String what =
        named == null
            ? "What is called .fen from " + settings.workingFolder() + " upwards"
            : named.origin() + ": " + named.text();
    Optional<Path> found =
        InTime.look(
            what,
            patience,
            notices,
            () -> named == null ? Optional.ofNullable(upwards()) : Optional.of(named(named)));
    return found.map(DirectoryDatastore::new).orElse(null);
  }

  /**
   * The datastore, made if none is named and none is found.
   *
   * @param wait how long that may take at the most, if it is more than {@link #PATIENCE}
   */
  Datastore findOrMake(Duration wait) throws InterruptedException {
    Datastore found = find(wait.compareTo(PATIENCE) < 0 ? PATIENCE : wait);
    return found != null ? found : new DirectoryDatastore(make(defaultFolder().resolve(FOLDER)));
  }

  private Path named(Settings.Value named) {
    if (named.text().isBlank()) {
      throw named.wrong("it is empty; name a directory or a bucket, or leave it out");
    }
    Path path;
    try {
      path = named.folder().resolve(named.text()).normalize();
    } catch (InvalidPathException notHere) {
      throw named.wrong(
          "'"
              + named.text()
              + "' is no path here ("
              + notHere.getReason()
              + "); if it has letters beyond ASCII, set"
              + " LC_ALL=C.UTF-8");
    }
    try {
      if (Files.readAttributes(path, BasicFileAttributes.class).isDirectory()) {
        return path;
      }
    } catch (NoSuchFileException absent) {
      Path link = brokenLink(path);
      throw link == null ? notThere(named, path) : broken(named.origin() + ": ", link, absent);
    } catch (IOException unknown) {
      throw outOfReach(named.origin() + ": ", path, unknown);
    }
    throw CliException.configuration(
        named.origin() + ": " + path + " is a file; a datastore is a directory, name another",
        null);
  }

  private static CliException notThere(Settings.Value named, Path path) {
    return CliException.configuration(
        named.origin()
            + ": there is no directory "
            + path
            + "; make it first (mkdir -p), so that a mistyped name does not"
            + " become a datastore of its own"
            + (named.text().indexOf('\ufffd') >= 0 ? ", or set LC_ALL=C.UTF-8" : ""),
        null);
  }

  private @Nullable Path upwards() {
    for (Path folder = settings.workingFolder(); folder != null; folder = folder.getParent()) {
      Path candidate = folder.resolve(FOLDER);
      if (isThere(candidate)) {
        return directory(candidate);
      }
    }
    return null;
  }

  /**
   * What cannot be looked at may well be there: to go on to another datastore would keep nobody
   * apart.
   */
  private static boolean isThere(Path candidate) {
    try {
      BasicFileAttributes ignored =
          Files.readAttributes(candidate, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return true;
    } catch (NoSuchFileException absent) {
      return false;
    } catch (IOException unknown) {
      throw outOfReach("", candidate, unknown);
    }
  }

  private static Path directory(Path candidate) {
    try {
      if (Files.readAttributes(candidate, BasicFileAttributes.class).isDirectory()) {
        return candidate;
      }
    } catch (IOException unreachable) {
      throw unreachable instanceof NoSuchFileException
          ? broken("", candidate, unreachable)
          : outOfReach("", candidate, unreachable);
    }
    throw CliException.configuration(
        candidate
            + " is a file, but it should be the directory of the datastore; remove it, or name another with"
            + " --datastore",
        null);
  }

  /** The nearest of the path and what is above it that is a link to nothing. */
  private static @Nullable Path brokenLink(Path path) {
    for (Path link = path; link != null; link = link.getParent()) {
      if (Files.isSymbolicLink(link) && Files.notExists(link)) {
        return link;
      }
    }
    return null;
  }

  private static CliException broken(String origin, Path link, IOException thrown) {
    return CliException.configuration(
        origin
            + link
            + " is a link to "
            + target(link)
            + ", which is not there; mount the share that it is on, or mend the link, or name another datastore with"
            + " --datastore",
        thrown);
  }

  private static CliException outOfReach(String origin, Path path, IOException thrown) {
    return CliException.configuration(
        origin
            + path
            + (Files.isSymbolicLink(path) ? " (a link to " + target(path) + ")" : "")
            + " cannot be looked at ("
            + Reasons.of(thrown)
            + "); "
            + (thrown instanceof AccessDeniedException
                ? "let this user enter it and the folders above it"
                : "see to it that the folders above it are there and their file system answers")
            + ", or name another datastore with --datastore",
        thrown);
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException gone) {
      return "nothing";
    }
  }

  private Path defaultFolder() {
    Path root = gitRoot();
    return root != null ? root : settings.workingFolder();
  }

  /**
   * The root of the git repository around the working folder, or null; {@code .git} is a file in a
   * worktree.
   */
  @Nullable Path gitRoot() {
    for (Path folder = settings.workingFolder(); folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve(".git"))) {
        return folder;
      }
    }
    return null;
  }

  private static Path make(Path folder) {
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException othersMadeIt) {
      return folder;
    } catch (IOException failed) {
      throw notMade(folder, failed);
    }
    Path ignored = folder.resolve(".gitignore");
    try {
      Files.writeString(ignored, "*\n");
    } catch (IOException failed) {
      // Asked before what was begun is taken away, which frees a little.
      CliException told = notMade(folder, failed);
      try {
        Files.deleteIfExists(ignored);
        Files.deleteIfExists(folder);
      } catch (IOException usedByOthers) {
        failed.addSuppressed(usedByOthers);
      }
      throw told;
    }
    return folder;
  }

  private static CliException notMade(Path folder, IOException failed) {
    String what = "the datastore " + folder + " cannot be made (" + Reasons.of(failed) + "); ";
    String otherwise = ", or name another directory with --datastore";
    return isFull(folder, failed)
        ? new CliException(
            ExitCode.LOCK_TIMEOUT,
            "datastore_full",
            what + "free space there, or raise the quota, and try again" + otherwise,
            failed)
        : CliException.configuration(
            what + "see to it that this user can write in " + folder.getParent() + otherwise,
            failed);
  }

  /** The system's words may be in another language, and the quota or the inodes be what is full. */
  private static boolean isFull(Path folder, IOException failed) {
    String said = Reasons.of(failed).toLowerCase(Locale.ROOT);
    if (said.contains("space left") || said.contains("quota")) {
      return true;
    }
    try {
      Path above = folder.getParent();
      return !(failed instanceof AccessDeniedException)
          && above != null
          && !Files.getFileStore(above).isReadOnly()
          && Files.getFileStore(above).getUsableSpace() == 0;
    } catch (IOException unknown) {
      return false;
    }
  }
}
