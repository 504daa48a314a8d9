package dev.fen.lock.file;

import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.WriteResult;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The compare-and-swap of numbered versions in one folder.
 *
 * <p>A number is valid if the file it says it follows still lies there with the very bytes it
 * followed, or if it is the first. The register is the highest valid number. A swap from number n
 * links the first number above n that is not taken by an invalid file (a stray: the late version of
 * a holder that slept while the folder was restored), trying them upwards one by one. What makes it
 * safe:
 *
 * <ul>
 *   <li>a link is exclusive, so each number is won once;
 *   <li>nothing above the register's predecessor is ever deleted, and what is below in ascending
 *       order only, so while n lies there with its bytes, everything that was ever linked above it
 *       lies there too: all who swap from n meet the same strays, try the same numbers in the same
 *       order, and the first to link wins;
 *   <li>so a link counts if n still lies there with its bytes <em>after</em> it, and the link then
 *       too: the folder may have been put back from a copy in between.
 * </ul>
 */
final class Registers {

  /** How many versions stay at the least. */
  static final int KEEP = 16;

  /** Every how many numbers the old ones are pruned. */
  static final int PRUNE_EVERY = 8;

  private static final int TRIES = 10;
  private static final int MOST_STRAYS = 1_000;

  private enum Link {
    MADE,
    TAKEN,
    NO_FOLDER
  }

  /**
   * What one pass of a look found. A version that is passed over as a stray may have become valid
   * since, with a folder that was restored in between; so strays are believed if two passes in a
   * row find the same.
   */
  private static final class Pass {
    private final long[] numbers;
    private final long top;
    private final long sum;

    private Pass(long[] numbers, @Nullable VersionFile top) {
      this.numbers = numbers;
      this.top = top == null ? 0 : top.number();
      this.sum = top == null ? 0 : top.sum();
    }

    private boolean hasStrays() {
      return numbers.length > 0 && numbers[numbers.length - 1] > top;
    }

    private boolean confirms(@Nullable Pass before) {
      return before != null
          && Arrays.equals(numbers, before.numbers)
          && top == before.top
          && sum == before.sum;
    }
  }

  private final Disk disk;
  private final Scratch scratch;
  private final int keep;
  private final int pruneEvery;

  Registers(Disk disk, Scratch scratch, int keep, int pruneEvery) {
    this.disk = disk;
    this.scratch = scratch;
    this.keep = keep;
    this.pruneEvery = pruneEvery;
  }

  /**
   * The register of a folder.
   *
   * @return its version, or null if it is absent
   * @throws IOException if that cannot be told
   */
  @Nullable VersionFile look(Path folder) throws IOException {
    IOException last = null;
    Pass before = null;
    for (int i = 0; i < TRIES; i++) {
      try {
        long[] numbers = disk.list(folder);
        VersionFile top = highestValid(folder, numbers);
        if (top == null ? isAbsent(folder, numbers) : isNewest(folder, numbers, top)) {
          Pass pass = new Pass(numbers, top);
          if (!pass.hasStrays() || pass.confirms(before)) {
            return top;
          }
          before = pass;
        }
      } catch (IOException e) {
        last = e; // a stale handle of a network file system is cured by looking again
      }
    }
    throw last != null ? last : new IOException(folder + " changes too fast to be read");
  }

  /**
   * The highest valid version; what is listed above it must be there, or the listing is an old one.
   */
  private @Nullable VersionFile highestValid(Path folder, long[] numbers) throws IOException {
    for (int i = numbers.length - 1; i >= 0; i--) {
      VersionFile file = disk.read(folder, numbers[i]);
      if (file == null) {
        if (isFree(folder, numbers[i])) {
          throw new IOException(folder + " changes too fast to be read");
        }
        // No plain file, or one that came back with a restored folder between the two looks.
        file = disk.read(folder, numbers[i]);
      }
      if (file != null && isValid(folder, file)) {
        return file;
      }
    }
    return null;
  }

  private boolean isFree(Path folder, long number) throws IOException {
    return disk.look(folder.resolve(VersionFile.fileName(number))) == null;
  }

  private boolean isValid(Path folder, VersionFile file) throws IOException {
    if (file.isOfOtherForm()) {
      throw new UnfitException(
          folder.resolve(VersionFile.fileName(file.number()))
              + " was written by a newer Fen, in a form that this one does not know: use that one here, too",
          null);
    }
    if (file.number() == 1) {
      return true;
    }
    if (!file.hasTrailer()) {
      return disk.read(folder, file.number() - 1) != null;
    }
    VersionFile predecessor = file.follows() == 0 ? null : disk.read(folder, file.follows());
    return predecessor != null && predecessor.isFollowedBy(file);
  }

  /**
   * Whether nothing has replaced a version: whatever does takes the first number above it that is
   * free. This second look is worth a second listing, and costs a tenth of it.
   */
  private boolean isNewest(Path folder, long[] numbers, VersionFile top) throws IOException {
    long free = top.number() + 1;
    while (Arrays.binarySearch(numbers, free) >= 0) {
      free++;
    }
    return isFree(folder, free);
  }

  private boolean isAbsent(Path folder, long[] numbers) throws IOException {
    if (!Arrays.equals(disk.listCompletely(folder), numbers)) {
      return false;
    }
    if (numbers.length > 0) {
      checkFirst(folder);
    } else {
      scratch.checkNothingInTheWay(folder);
    }
    scratch.checkRoot();
    return true;
  }

  /**
   * What is no version and has the name of the first keeps everybody from creating the register.
   */
  private void checkFirst(Path folder) throws IOException {
    Path first = folder.resolve(VersionFile.fileName(1));
    BasicFileAttributes found = disk.look(first);
    if (found != null && !found.isRegularFile()) {
      throw new UnfitException(first + " is in the way and no plain file: remove it", null);
    }
  }

  /** Writes the first version if the register is absent. */
  WriteResult create(Path folder, String key, byte[] body) throws IOException {
    if (lookFirst(folder) != null) {
      return new WriteResult.Conflict();
    }
    byte[] bytes = VersionFile.compose(body, 1, 0, 0);
    return linkFirst(folder, key, bytes) == Link.MADE
        ? settleFirst(folder, bytes)
        : new WriteResult.Conflict();
  }

  /**
   * Links the first version, making the folders if need be. Whoever makes the same folders at the
   * same moment may put his in the place of one that is still empty; what was to be written into
   * that one is tried again.
   */
  private Link linkFirst(Path folder, String key, byte[] bytes) throws IOException {
    IOException last = null;
    for (int i = 0; i < TRIES; i++) {
      try {
        if (i > 0 || FolderNames.isCut(folder.toString())) {
          makeFolders(key);
        }
        Link link = link(folder, 1, bytes);
        if (link != Link.NO_FOLDER) {
          return link;
        }
      } catch (NotWrittenException e) {
        if (!(e.reason() instanceof NoSuchFileException)) {
          throw e;
        }
        last = e.reason();
      }
    }
    throw new NotWrittenException(last != null ? last : new NoSuchFileException(folder.toString()));
  }

  private @Nullable VersionFile lookFirst(Path folder) throws NotWrittenException {
    try {
      return look(folder);
    } catch (IOException e) {
      throw new NotWrittenException(e);
    }
  }

  private void makeFolders(String key) throws NotWrittenException {
    try {
      scratch.makeFolders(key);
    } catch (IOException e) {
      throw new NotWrittenException(e);
    }
  }

  /**
   * A first version may be linked again once it has been pruned; so it counts only if the register
   * grew from this very file.
   */
  private WriteResult settleFirst(Path folder, byte[] bytes) throws IOException {
    VersionFile own = new VersionFile(1, bytes, bytes.length, bytes.length, 0);
    VersionFile top = look(folder);
    if (top != null && (own.isFollowedBy(top) || (top.number() == 1 && top.sum() == own.sum()))) {
      return new WriteResult.Applied(own.version());
    }
    return unknown(folder + " was changed by others while it was created");
  }

  /** Writes the next version if the register is still the given number with these bytes. */
  WriteResult replace(Path folder, long number, long sum, byte[] body) throws IOException {
    if (isGone(folder, number)) {
      return new WriteResult.Conflict();
    }
    for (long slot = number + 1;
        slot <= Math.min(number + MOST_STRAYS, VersionFile.MAX_NUMBER);
        slot++) {
      byte[] bytes = VersionFile.compose(body, slot, number, sum);
      switch (link(folder, slot, bytes)) {
        case MADE -> {
          return settle(
              folder, number, sum, new VersionFile(slot, bytes, bytes.length, bytes.length, 0));
        }
        case NO_FOLDER -> {
          return new WriteResult.Conflict();
        }
        case TAKEN -> {
          WriteResult result = whatTook(folder, number, sum, slot);
          if (result != null) {
            return result;
          }
        }
      }
    }
    throw new NotWrittenException(
        new UnfitException(folder + " has no free number after " + number, null));
  }

  /** A number that was pruned long ago needs no link to be told from the register. */
  private boolean isGone(Path folder, long number) throws NotWrittenException {
    try {
      return isFree(folder, number);
    } catch (IOException e) {
      throw new NotWrittenException(e);
    }
  }

  /** The result if a taken number means one, or null if it is a stray to be stepped over. */
  private @Nullable WriteResult whatTook(Path folder, long number, long sum, long slot)
      throws IOException {
    VersionFile occupant = disk.read(folder, slot);
    boolean gone =
        occupant == null && disk.look(folder.resolve(VersionFile.fileName(slot))) == null;
    VersionFile predecessor = readTwice(folder, number);
    if (predecessor == null || predecessor.sum() != sum) {
      return new WriteResult.Conflict();
    }
    if (gone) {
      return unknown(folder + " was changed by others while it was written");
    }
    return occupant != null && isValid(folder, occupant) ? new WriteResult.Conflict() : null;
  }

  private WriteResult settle(Path folder, long number, long sum, VersionFile own)
      throws IOException {
    VersionFile predecessor = readTwice(folder, number);
    // With other bytes it tells no more than if it were gone: a writer that slept long may have
    // linked a pruned number again. And the predecessor may be back in a restored folder, where the
    // link is not.
    if (predecessor == null
        || predecessor.sum() != sum
        || !isOwn(folder, own.number(), own.sum())) {
      return unknown(folder + " was changed further while it was written");
    }
    if (own.number() % pruneEvery == 0) {
      prune(folder, own);
      scratch.sweepOnce(folder);
    }
    return new WriteResult.Applied(own.version());
  }

  private @Nullable VersionFile readTwice(Path folder, long number) throws IOException {
    try {
      return disk.read(folder, number);
    } catch (IOException e) {
      return disk.read(folder, number); // a stale handle of a network file system
    }
  }

  private static WriteResult unknown(String message) {
    return new WriteResult.Unknown(StoreFailure.passing(message, null));
  }

  private Link link(Path folder, long slot, byte[] bytes) throws IOException {
    Path temporary;
    try {
      temporary = scratch.write(bytes);
    } catch (IOException e) {
      throw new NotWrittenException(e);
    }
    try {
      disk.link(folder.resolve(VersionFile.fileName(slot)), temporary);
      return Link.MADE;
    } catch (IOException e) {
      return whatFailed(folder, slot, bytes, temporary, e);
    } finally {
      disk.tryDelete(temporary);
    }
  }

  /**
   * A network file system may repeat a request and report the failure of the second one; the file
   * knows how many names it has. A backup by hard links gives it a second name too, so only the
   * slot tells whose it is.
   */
  private Link whatFailed(Path folder, long slot, byte[] bytes, Path temporary, IOException failure)
      throws IOException {
    int names;
    try {
      names = disk.names(temporary);
    } catch (NoSuchFileException gone) {
      throw failure instanceof NoSuchFileException ? new NotWrittenException(failure) : failure;
    }
    if (names > 1 && isOwn(folder, slot, VersionFile.sumOf(bytes, bytes.length))) {
      return Link.MADE;
    }
    if (failure instanceof FileAlreadyExistsException) {
      return Link.TAKEN;
    }
    if (failure instanceof NoSuchFileException) {
      return Link.NO_FOLDER; // though there is one again by now, perhaps
    }
    throw failure instanceof AccessDeniedException || Failures.isForbidden(failure)
        ? new NotWrittenException(failure)
        : failure;
  }

  private boolean isOwn(Path folder, long slot, long sum) throws IOException {
    VersionFile occupant = readTwice(folder, slot);
    return occupant != null && occupant.sum() == sum;
  }

  /**
   * Deletes the oldest versions, ascending and stopping at the first that will not go (another
   * user's in a sticky folder): a later one must never be gone while an earlier one is there.
   */
  private void prune(Path folder, VersionFile own) {
    scratch.refresh(folder);
    try (OpenFolder open = new OpenFolder(disk, folder)) {
      VersionFile found = disk.read(folder, own.number());
      long[] numbers = open.numbers();
      int end = Arrays.binarySearch(numbers, own.number());
      if (found == null || found.sum() != own.sum() || end < 0) {
        return; // restored or made anew since
      }
      for (int i = 0; i <= end - keep && numbers[i] < own.follows(); i++) {
        open.delete(numbers[i]);
      }
    } catch (IOException e) {
      // the next one to prune tries again
    }
  }
}
