package dev.fen.lock.text;

/** What is looked at before JSON that others wrote is parsed. */
public final class Json {

  private Json() {}

  /**
   * Whether a text is nested more deeply than what is read may be. The parser is recursive: a
   * hostile text could exhaust the stack.
   *
   * @param limit how many objects and lists may stand in one another
   * @param body JSON, or something else
   * @return whether there are more
   */
  public static boolean isDeeperThan(int limit, String body) {
    int depth = 0;
    boolean inText = false;
    for (int i = 0; i < body.length(); i++) {
      char c = body.charAt(i);
      if (inText) {
        if (c == '\\') {
          i++;
        } else if (c == '"') {
          inText = false;
        }
      } else if (c == '"') {
        inText = true;
      } else if (c == '{' || c == '[') {
        if (++depth > limit) {
          return true;
        }
      } else if (c == '}' || c == ']') {
        depth--;
      }
    }
    return false;
  }
}
