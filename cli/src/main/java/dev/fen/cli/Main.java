package dev.fen.cli;

/** The command {@code fen}. */
public final class Main {

  private Main() {}

  /**
   * Runs the command.
   *
   * @param args the words after {@code fen}
   */
  public static void main(String[] args) {
    String version = Main.class.getPackage().getImplementationVersion();
    System.out.println("fen " + (version == null ? "(not packaged)" : version));
  }
}
