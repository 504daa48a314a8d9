package dev.fen.verify.spec;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One line of the list of configurations.
 *
 * @param name what it is called
 * @param group when it is run
 * @param expected what TLC is to find
 * @param configuration the configuration file it begins with, without {@code .cfg}
 * @param changes the constants that are other than there, as {@code Name=value} or {@code
 *     Name<-Definition}
 * @param note what it is about
 */
record Model(
    String name,
    Group group,
    Verdict expected,
    String configuration,
    List<String> changes,
    String note) {

  /** When a configuration is run. */
  enum Group {
    /** Always. */
    CI,
    /** Only when asked for: it takes minutes. */
    LONG
  }

  private static final int COLUMNS = 6;

  /**
   * Reads the list: a line for each configuration, its columns between bars; what begins with
   * {@code #} is a comment.
   *
   * @throws IllegalArgumentException if a line is none of these, or a name is there twice
   */
  static List<Model> parseAll(String text) {
    List<Model> models = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String line : text.lines().toList()) {
      if (!line.isBlank() && !line.startsWith("#")) {
        Model model = parse(line);
        if (!names.add(model.name)) {
          throw new IllegalArgumentException(model.name + " is listed twice");
        }
        models.add(model);
      }
    }
    return models;
  }

  private static Model parse(String line) {
    String[] columns = line.split("\\|", -1);
    if (columns.length != COLUMNS) {
      throw new IllegalArgumentException(
          "not the " + COLUMNS + " columns of a configuration: " + line);
    }
    return new Model(
        columns[0].strip(),
        Group.valueOf(columns[1].strip().toUpperCase(Locale.ROOT)),
        Verdict.parse(columns[2]),
        columns[3].strip(),
        columns[4].isBlank() ? List.of() : List.of(columns[4].strip().split(" +")),
        columns[5].strip());
  }

  /** The module that is checked: a file {@code Lease-fenced.cfg} is about {@code Lease}. */
  String module() {
    int dash = configuration.indexOf('-');
    return dash < 0 ? configuration : configuration.substring(0, dash);
  }

  /**
   * The configuration as TLC is to read it.
   *
   * @param base the configuration file's content
   * @throws IllegalArgumentException if it has no constant that is to be changed
   */
  String configure(String base) {
    List<String> lines = new ArrayList<>(base.lines().toList());
    for (String change : changes) {
      String constant = change.split("=|<-", 2)[0];
      int at = indexOf(lines, constant);
      if (at < 0) {
        throw new IllegalArgumentException(configuration + ".cfg has no constant " + constant);
      }
      lines.set(at, "  " + change);
    }
    return String.join("\n", lines) + "\n";
  }

  private static int indexOf(List<String> lines, String constant) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).matches("  " + constant + " (=|<-) .*")) {
        return i;
      }
    }
    return -1;
  }
}
