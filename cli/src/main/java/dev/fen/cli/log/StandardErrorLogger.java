package dev.fen.cli.log;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** Prints warnings and errors as {@code fen: warning: ...}, without stack traces. */
final class StandardErrorLogger extends LegacyAbstractLogger {

  private static final long serialVersionUID = 1L;

  StandardErrorLogger(String name) {
    this.name = name;
  }

  @Override
  public boolean isTraceEnabled() {
    return false;
  }

  @Override
  public boolean isDebugEnabled() {
    return false;
  }

  @Override
  public boolean isInfoEnabled() {
    return false;
  }

  @Override
  public boolean isWarnEnabled() {
    return true;
  }

  @Override
  public boolean isErrorEnabled() {
    return true;
  }

  @Override
  protected @Nullable String getFullyQualifiedCallerName() {
    return null;
  }

  @Override
  protected void handleNormalizedLoggingCall(
      Level level,
      @Nullable Marker marker,
      String message,
      Object @Nullable [] arguments,
      @Nullable Throwable thrown) {
    String word = level == Level.WARN ? "warning" : level.name().toLowerCase(Locale.ROOT);
    System.err.println(
        "fen: " + word + ": " + MessageFormatter.basicArrayFormat(message, arguments));
  }
}
