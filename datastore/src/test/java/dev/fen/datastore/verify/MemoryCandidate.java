package dev.fen.datastore.verify;

import dev.fen.lock.store.ListResult;
import dev.fen.lock.store.MemoryRegisterStore;
import dev.fen.lock.store.ReadResult;
import dev.fen.lock.store.RegisterKey;
import dev.fen.lock.store.RegisterStore;
import dev.fen.s3.TagForm;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A store in memory, reached over connections that a test may have made faulty. */
final class MemoryCandidate implements Candidate {

  final MemoryRegisterStore memory = new MemoryRegisterStore(System::currentTimeMillis);
  final AtomicInteger opened = new AtomicInteger();
  final AtomicInteger closed = new AtomicInteger();
  Removal removal = Removal.GONE;
  List<TagForm> forms = List.of();
  Runnable removing = () -> {};
  @Nullable LateWriter lateWriter;
  private final Function<MemoryRegisterStore, RegisterStore> connection;

  MemoryCandidate(Function<MemoryRegisterStore, RegisterStore> connection) {
    this.connection = connection;
  }

  @Override
  public List<TagForm> tagForms() {
    return forms;
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
  public Optional<LateWriter> lateWriter(@Nullable TagForm tagForm) {
    return Optional.ofNullable(lateWriter);
  }

  @Override
  public Removal remove(RegisterKey key) {
    removing.run();
    if (removal != Removal.LEFT) {
      memory.remove(key);
    }
    return removal;
  }

  @Override
  public String location() {
    return "memory";
  }

  @Override
  public String placeOf(String folder) {
    return "memory:/prefix/" + folder;
  }

  @Override
  public String identity() {
    return "memory:1";
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
