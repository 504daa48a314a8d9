package dev.fen.datastore.process;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.lock.store.StoreFailure;
import dev.fen.lock.store.Version;
import dev.fen.lock.store.WriteResult;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * What goes through the pipe. A message is a mark, its number, its length and its bytes; an answer
 * bears the number of its call, and answers come in any order. Both ends are of the same build.
 */
final class Wire {

  /** Begins each message: a line that a JVM or an agent in it prints does not begin so. */
  private static final int MARK = 0xFE4E_0001;

  private static final int PRESENT = 1;
  private static final int ABSENT = 2;
  private static final int UNKNOWN = 3;
  private static final int APPLIED = 4;
  private static final int CONFLICT = 5;
  private static final int NOT_APPLIED = 6;
  private static final int LISTED = 7;

  private Wire() {}

  /** One message. */
  @SuppressWarnings("ArrayRecordComponent") // Bytes that are handed through, never compared.
  record Message(int number, byte[] content) {

    void writeTo(DataOutputStream pipe) throws IOException {
      pipe.writeInt(MARK);
      pipe.writeInt(number);
      pipe.writeInt(content.length);
      pipe.write(content);
      pipe.flush();
    }

    /**
     * The next message; throws {@link java.io.EOFException} at the end of the pipe, and {@link
     * StreamCorruptedException} where something else has come.
     */
    static Message readFrom(DataInputStream pipe) throws IOException {
      if (pipe.readInt() != MARK) {
        throw new StreamCorruptedException();
      }
      int number = pipe.readInt();
      byte[] content = new byte[pipe.readInt()];
      pipe.readFully(content);
      return new Message(number, content);
    }
  }

  /** Writes to a message. */
  @FunctionalInterface
  interface Content {
    void writeTo(DataOutputStream out) throws IOException;
  }

  static byte[] bytes(Content content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    content.writeTo(out);
    out.flush();
    return bytes.toByteArray();
  }

  static DataInputStream contentOf(Message message) {
    return new DataInputStream(new ByteArrayInputStream(message.content()));
  }

  /** Carries out a call and writes its answer. */
  static void carryOut(DataInputStream call, RegisterStore store, DataOutputStream answer)
      throws IOException {
    Call kind = Call.valueOf(readText(call));
    String name = readText(call);
    switch (kind) {
      case READ -> write(store.read(new RegisterKey(name)), answer);
      case CREATE -> write(store.create(new RegisterKey(name), readText(call)), answer);
      case REPLACE -> {
        Version expected = new Version(readText(call));
        write(store.replace(new RegisterKey(name), expected, readText(call)), answer);
      }
      case LIST -> write(store.list(name), answer);
    }
  }

  /** What a child can be asked for. */
  enum Call {
    READ,
    CREATE,
    REPLACE,
    LIST
  }

  /** A call: its kind, the key or prefix, and what else it takes. */
  static byte[] call(Call kind, String... texts) throws IOException {
    return bytes(
        out -> {
          writeText(kind.name(), out);
          for (String text : texts) {
            writeText(text, out);
          }
        });
  }

  private static void write(ReadResult result, DataOutputStream out) throws IOException {
    if (result instanceof ReadResult.Present present) {
      out.writeByte(PRESENT);
      writeText(present.version().tag(), out);
      writeText(present.body(), out);
      writeMillis(present.ageMillis(), out);
      writeMillis(present.storeTimeMillis(), out);
    } else if (result instanceof ReadResult.Absent absent) {
      out.writeByte(ABSENT);
      writeMillis(absent.storeTimeMillis(), out);
    } else if (result instanceof ReadResult.Unknown unknown) {
      write(UNKNOWN, unknown.failure(), out);
    }
  }

  static ReadResult readResult(DataInputStream in) throws IOException {
    int kind = in.readByte();
    if (kind == PRESENT) {
      return new ReadResult.Present(
          new Version(readText(in)), readText(in), readMillis(in), readMillis(in));
    }
    return kind == ABSENT
        ? new ReadResult.Absent(readMillis(in))
        : new ReadResult.Unknown(readFailure(in));
  }

  private static void write(WriteResult result, DataOutputStream out) throws IOException {
    if (result instanceof WriteResult.Applied applied) {
      out.writeByte(APPLIED);
      writeText(applied.version().tag(), out);
    } else if (result instanceof WriteResult.Conflict) {
      out.writeByte(CONFLICT);
    } else if (result instanceof WriteResult.NotApplied notApplied) {
      write(NOT_APPLIED, notApplied.failure(), out);
    } else if (result instanceof WriteResult.Unknown unknown) {
      write(UNKNOWN, unknown.failure(), out);
    }
  }

  static WriteResult writeResult(DataInputStream in) throws IOException {
    int kind = in.readByte();
    return switch (kind) {
      case APPLIED -> new WriteResult.Applied(new Version(readText(in)));
      case CONFLICT -> new WriteResult.Conflict();
      case NOT_APPLIED -> new WriteResult.NotApplied(readFailure(in));
      default -> new WriteResult.Unknown(readFailure(in));
    };
  }

  private static void write(ListResult result, DataOutputStream out) throws IOException {
    if (result instanceof ListResult.Listed listed) {
      out.writeByte(LISTED);
      out.writeInt(listed.entries().size());
      for (ListResult.Entry entry : listed.entries()) {
        writeText(entry.key().path(), out);
        writeText(entry.version().tag(), out);
      }
    } else if (result instanceof ListResult.Unknown unknown) {
      write(UNKNOWN, unknown.failure(), out);
    }
  }

  static ListResult listResult(DataInputStream in) throws IOException {
    if (in.readByte() != LISTED) {
      return new ListResult.Unknown(readFailure(in));
    }
    List<ListResult.Entry> entries = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      entries.add(new ListResult.Entry(new RegisterKey(readText(in)), new Version(readText(in))));
    }
    return new ListResult.Listed(entries);
  }

  private static void write(int kind, StoreFailure failure, DataOutputStream out)
      throws IOException {
    out.writeByte(kind);
    writeText(failure.message(), out);
    out.writeBoolean(failure.permanent());
  }

  private static StoreFailure readFailure(DataInputStream in) throws IOException {
    return new StoreFailure(readText(in), in.readBoolean(), null);
  }

  private static void writeMillis(OptionalLong millis, DataOutputStream out) throws IOException {
    out.writeBoolean(millis.isPresent());
    out.writeLong(millis.orElse(0));
  }

  private static OptionalLong readMillis(DataInputStream in) throws IOException {
    boolean isPresent = in.readBoolean();
    long millis = in.readLong();
    return isPresent ? OptionalLong.of(millis) : OptionalLong.empty();
  }

  private static void writeText(String text, DataOutputStream out) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String readText(DataInputStream in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
