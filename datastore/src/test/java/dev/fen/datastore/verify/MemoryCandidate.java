package dev.fen.datastore.verify;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.MemoryRegisterStore;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.s3.TagForm;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A store in memory, reached over connections that a test may have made faulty. */
final class MemoryCandidate implements Candidate {

  final MemoryRegisterStore memory = new MemoryRegisterStore(System::currentTimeMillis);
  final AtomicInteger opened = new AtomicInteger();
  final AtomicInteger closed = new AtomicInteger();
  boolean mayRemove = true;
  private final Function<MemoryRegisterStore, RegisterStore> connection;

  MemoryCandidate(Function<MemoryRegisterStore, RegisterStore> connection) {
    this.connection = connection;
  }

  @Override
  public List<TagForm> tagForms() {
    return List.of();
  }

  @Override
  public RegisterStore connect(@Nullable TagForm tagForm) {
    opened.incrementAndGet();
    return new ForwardingStore(connection.apply(memory)) {
      @Override
      public ReadResult readAgain(RegisterKey key, ReadResult.Present last) {
        return store.readAgain(key, last);
      }

      @Override
      public void close() {
        closed.incrementAndGet();
      }
    };
  }

  @Override
  public boolean remove(RegisterKey key) {
    if (mayRemove) {
      memory.remove(key);
    }
    return mayRemove;
  }

  @Override
  public String location() {
    return "memory";
  }

  @Override
  public void close() {}

  List<RegisterKey> left() {
    ListResult listed = memory.list("");
    return listed instanceof ListResult.Listed all
        ? all.entries().stream().map(ListResult.Entry::key).toList()
        : List.of();
  }
}
