package dev.fen.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds the directory that the locks are in, and makes the default one. */
final class DatastoreFinder {

  private static final String FOLDER = ".fen";

  private final Settings settings;

  DatastoreFinder(Settings settings) {
    this.settings = settings;
  }

  /**
   * The datastore that is there already.
   *
   * @return an existing directory, or null if none is named and no {@code .fen} is found from here
   *     upwards
   * @throws CliException if what is named or found cannot be a datastore
   */
  @Nullable Path find() {
    Settings.Value named = settings.find("datastore");
    return named != null ? named(named) : upwards();
  }

  /** The datastore, made if none is named and none is found. */
  Path findOrMake() {
    Path found = find();
    return found != null ? found : make(defaultFolder().resolve(FOLDER));
  }

  private Path named(Settings.Value named) {
    if (named.text().startsWith("s3:")) {
      // The address itself is not repeated: it may hold a key.
      throw named.wrong(
          "s3:// is not possible yet, this version of Fen keeps locks in directories only; name a"
              + " directory that everybody shares");
    }
    if (named.text().isBlank()) {
      throw named.wrong("it is empty; name a directory, or leave it out");
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
    if (Files.isDirectory(path)) {
      return path;
    }
    if (Files.exists(path)) {
      throw CliException.configuration(
          named.origin() + ": " + path + " is a file; a datastore is a directory, name another",
          null);
    }
    throw CliException.configuration(
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
      if (Files.isDirectory(candidate)) {
        return candidate;
      }
      if (Files.exists(candidate)) {
        throw CliException.configuration(
            candidate
                + " is a file, but it should be the directory of the datastore; remove it, or name another with"
                + " --datastore",
            null);
      }
    }
    return null;
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
      try {
        Files.deleteIfExists(ignored);
        Files.deleteIfExists(folder);
      } catch (IOException usedByOthers) {
        failed.addSuppressed(usedByOthers);
      }
      throw notMade(folder, failed);
    }
    return folder;
  }

  private static CliException notMade(Path folder, IOException failed) {
    return CliException.configuration(
        "the datastore "
            + folder
            + " cannot be made ("
            + Reasons.of(failed)
            + "); see to it that this user can write in "
            + folder.getParent()
            + ", or name another directory with --datastore",
        failed);
  }
}
