package dev.fen.lock.file;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Tells local file systems from those that may be shared with other machines. */
final class FileSystemKind {

  private FileSystemKind() {}

  /**
   * Whether a directory is known to be on a file system of this machine alone. False on Windows,
   * where a mapped network drive calls itself NTFS too.
   */
  static boolean isLocal(Path directory) {
    if (File.separatorChar == '\\') {
      return false;
    }
    try {
      return isLocalType(Files.getFileStore(directory).type());
    } catch (IOException e) {
      return false;
    }
  }

  static boolean isLocalType(String type) {
    return switch (type.toLowerCase(Locale.ROOT)) {
      case "ext2",
          "ext3",
          "ext4",
          "xfs",
          "btrfs",
          "zfs",
          "tmpfs",
          "ramfs",
          "rootfs",
          "f2fs",
          "bcachefs",
          "jfs",
          "reiserfs",
          "overlay",
          "apfs",
          "hfs",
          "ufs" ->
          true;
      default -> false;
    };
  }
}
