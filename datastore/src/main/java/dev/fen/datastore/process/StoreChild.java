package dev.fen.datastore.process;

import dev.fen.lock.file.FileRegisterStore;
import dev.fen.lock.platform.Platform;
import dev.fen.lock.platform.SystemPlatform;
import dev.fen.lock.store.RegisterStore;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Executor;

/** A child: carries out what comes through its standard input, until that ends. */
final class StoreChild {

  private static final int THREADS = 128;

  private StoreChild() {}

  /**
   * Runs until the parent ends or closes the pipe.
   *
   * @param args the directory
   */
  public static void main(String[] args) throws IOException {
    Platform platform = SystemPlatform.get();
    RegisterStore store = FileRegisterStore.open(Path.of(args[0]), platform);
    Executor workers = platform.newWorkers("fen-store-child", THREADS);
    DataInputStream calls = new DataInputStream(new BufferedInputStream(System.in));
    DataOutputStream answers = new DataOutputStream(new BufferedOutputStream(System.out));
    try {
      while (true) {
        Wire.Message call = Wire.Message.readFrom(calls);
        workers.execute(() -> answer(call, store, answers));
      }
    } catch (EOFException nobodyAsksAnyMore) {
      // A call may hang in the directory, and must not keep this process.
      Runtime.getRuntime().halt(0);
    }
  }

  private static void answer(Wire.Message call, RegisterStore store, DataOutputStream answers) {
    try {
      byte[] content = Wire.bytes(out -> Wire.carryOut(Wire.contentOf(call), store, out));
      synchronized (answers) {
        new Wire.Message(call.number(), content).writeTo(answers);
      }
    } catch (IOException | RuntimeException | Error broken) {
      // A child that leaves out an answer would be taken for a directory that hangs.
      broken.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }
}
