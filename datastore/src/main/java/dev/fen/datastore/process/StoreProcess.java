package dev.fen.datastore.process;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StreamCorruptedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** One child, seen from its parent. Any number of threads may have calls under way. */
final class StoreProcess implements RegisterStore {

  /** What this process was given so: a log, an agent, a heap. */
  private static final Set<String> JVM_OPTIONS =
      Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  private static final long LIMIT_SECONDS = 20;
  private static final long COMPLAINT_SECONDS = 5;
  private static final int MAX_COMPLAINT = 300;

  private final Path directory;
  private final Process process;
  private final DataOutputStream calls;
  private final AtomicInteger lastNumber = new AtomicInteger();
  private final Map<Integer, CompletableFuture<Wire.Message>> open = new ConcurrentHashMap<>();
  private final CompletableFuture<StoreFailure> ended = new CompletableFuture<>();

  /** A child that runs. */
  StoreProcess(Path directory, Process process) {
    this.directory = directory;
    this.process = process;
    this.calls = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
    Thread reader = new Thread(this::readAnswers, "fen-store-process");
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts a child with the same Java and the same classes as this process. */
  static StoreProcess start(Path directory) throws IOException {
    return new StoreProcess(
        directory, command(System.getProperty("java.class.path"), directory).start());
  }

  /** How a child is started: nothing but its answers may come on its standard output. */
  static ProcessBuilder command(String classPath, Path directory) {
    ProcessBuilder command =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx64m",
                // Many that start at once may each find the others' files locked, and warn.
                "-XX:-UsePerfData",
                "-XX:+DisplayVMOutputToStderr",
                "-Xlog:disable",
                "-Xlog:all=warning:stderr",
                "-cp",
                classPath,
                StoreChild.class.getName(),
                directory.toString()));
    command.environment().keySet().removeAll(JVM_OPTIONS);
    return command;
  }

  private void readAnswers() {
    String why;
    try (DataInputStream answers =
        new DataInputStream(new BufferedInputStream(process.getInputStream()))) {
      while (true) {
        Wire.Message answer = Wire.Message.readFrom(answers);
        CompletableFuture<Wire.Message> call = open.remove(answer.number());
        if (call != null) {
          call.complete(answer);
        }
      }
    } catch (StreamCorruptedException mixed) {
      end();
      why =
          " has something else than its answers on its standard output; see whether a wrapper of"
              + " java or an agent prints there";
    } catch (IOException pipeEnded) {
      why =
          " has ended before its time"
              + complaint()
              + "; try again, and look at memory and limits of this machine";
    }
    ended.complete(
        StoreFailure.permanent("a process that Fen had started to check " + directory + why, null));
    // Whoever comes now finds why it has ended; those before are told here.
    open.keySet().forEach(this::giveUp);
  }

  private void giveUp(int number) {
    CompletableFuture<Wire.Message> call = open.remove(number);
    if (call != null) {
      call.completeExceptionally(new IOException("the process has ended"));
    }
  }

  /** How it ended, and what it said last. */
  private String complaint() {
    try (InputStream said = process.getErrorStream()) {
      String text =
          new String(said.readNBytes(10_000), StandardCharsets.UTF_8)
              .replaceAll("\\p{Cntrl}+", " ")
              .strip();
      String last = text.length() > MAX_COMPLAINT ? text.substring(0, MAX_COMPLAINT) : text;
      boolean isOver = process.waitFor(1, TimeUnit.SECONDS);
      return (isOver ? " (exit code " + process.exitValue() : " (its pipe is closed")
          + (last.isEmpty() ? ")" : ": " + last + ")");
    } catch (IOException silent) {
      return "";
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  /** Reads an answer. */
  @FunctionalInterface
  private interface Answer<T> {
    T from(DataInputStream in) throws IOException;
  }

  private <T> T ask(
      Answer<T> answer, Function<StoreFailure, T> unknown, Wire.Call kind, String... texts) {
    int number = lastNumber.incrementAndGet();
    CompletableFuture<Wire.Message> call = new CompletableFuture<>();
    open.put(number, call);
    try {
      if (ended.isDone()) {
        return unknown.apply(ended.join());
      }
      Wire.Message message = new Wire.Message(number, Wire.call(kind, texts));
      synchronized (calls) {
        message.writeTo(calls);
      }
      return answer.from(Wire.contentOf(call.get(LIMIT_SECONDS, TimeUnit.SECONDS)));
    } catch (IOException | ExecutionException gone) {
      return unknown.apply(whyEnded(gone));
    } catch (TimeoutException silent) {
      return unknown.apply(StoreFailure.passing(directory + " gave no answer in time", silent));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return unknown.apply(StoreFailure.passing("the call was interrupted", stopped));
    } finally {
      open.remove(number);
    }
  }

  /** The pipe breaks before the other end of it has told how the process has ended. */
  private StoreFailure whyEnded(Exception gone) {
    StoreFailure silent =
        StoreFailure.permanent(
            "a process that Fen had started to check " + directory + " takes no calls", gone);
    try {
      return ended.get(COMPLAINT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException untold) {
      return silent;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return silent;
    }
  }

  @Override
  public ReadResult read(RegisterKey key) {
    return ask(Wire::readResult, ReadResult.Unknown::new, Wire.Call.READ, key.path());
  }

  @Override
  public WriteResult create(RegisterKey key, String body) {
    return ask(Wire::writeResult, WriteResult.Unknown::new, Wire.Call.CREATE, key.path(), body);
  }

  @Override
  public WriteResult replace(RegisterKey key, Version expected, String body) {
    return ask(
        Wire::writeResult,
        WriteResult.Unknown::new,
        Wire.Call.REPLACE,
        key.path(),
        expected.tag(),
        body);
  }

  @Override
  public ListResult list(String prefix) {
    return ask(Wire::listResult, ListResult.Unknown::new, Wire.Call.LIST, prefix);
  }

  @Override
  public String location() {
    return directory.toString();
  }

  @Override
  public boolean mayForgetWrites() {
    return true;
  }

  @Override
  public boolean machineLocal() {
    // Nobody asks who only checks registers; no shortcut is taken.
    return false;
  }

  long pid() {
    return process.pid();
  }

  /** Does nothing: others use the child too. */
  @Override
  public void close() {}

  /** Ends the child, whatever it does. */
  void end() {
    Process ignored = process.destroyForcibly();
  }
}
