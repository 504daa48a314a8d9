package dev.fen.verify.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** Loads Fen's classes anew, some of them compiled from changed source. */
final class MutantLoader extends ClassLoader {

  private static final Path ROOT = Path.of("..");

  private final Map<String, ByteArrayOutputStream> compiled = new HashMap<>();

  /**
   * A loader of one mutant.
   *
   * @param mutant which
   * @throws IOException if the source cannot be read
   */
  MutantLoader(Mutant mutant) throws IOException {
    super(MutantLoader.class.getClassLoader());
    Map<String, String> sources = new LinkedHashMap<>();
    for (Mutant.Change change : mutant.changes()) {
      String source = sources.get(change.type());
      if (source == null) {
        source = Files.readString(ROOT.resolve(change.type()));
      }
      sources.put(change.type(), changed(source, change));
    }
    compile(sources);
  }

  private static String changed(String source, Mutant.Change change) {
    int at = source.indexOf(change.old());
    if (at < 0 || source.indexOf(change.old(), at + 1) >= 0) {
      throw new IllegalStateException(
          change.type() + " does not hold this exactly once: " + change.old());
    }
    return source.replace(change.old(), change.replacement());
  }

  private void compile(Map<String, String> sources) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<JavaFileObject> units = new ArrayList<>();
    sources.forEach((path, text) -> units.add(source(path, text)));
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    StringWriter said = new StringWriter();
    boolean good =
        compiler
            .getTask(
                said,
                new InMemory(compiler.getStandardFileManager(null, Locale.ROOT, null)),
                null,
                List.of("-proc:none", "-nowarn", "-classpath", classPath),
                null,
                units)
            .call();
    if (!good) {
      throw new IllegalStateException(said.toString());
    }
  }

  private static JavaFileObject source(String path, String text) {
    return new SimpleJavaFileObject(
        URI.create("string:///" + path.substring(path.indexOf("dev/fen"))),
        JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
  }

  private final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
    InMemory(JavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location,
        String className,
        JavaFileObject.Kind kind,
        @Nullable FileObject sibling) {
      return new SimpleJavaFileObject(URI.create("memory:///" + className), kind) {
        @Override
        public OutputStream openOutputStream() {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          compiled.put(className, bytes);
          return bytes;
        }
      };
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded == null && name.startsWith("dev.fen.")) {
        byte[] bytes = bytesOf(name);
        loaded = defineClass(name, bytes, 0, bytes.length);
      }
      return loaded == null ? super.loadClass(name, resolve) : loaded;
    }
  }

  private byte[] bytesOf(String name) throws ClassNotFoundException {
    ByteArrayOutputStream own = compiled.get(name);
    if (own != null) {
      return own.toByteArray();
    }
    try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      return in.readAllBytes();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** What is wrong with the history of a seed where the mutant plays it. */
  @SuppressWarnings("unchecked")
  Optional<String> violationOf(long seed) throws ReflectiveOperationException {
    Class<?> history = loadClass(History.class.getName());
    var method = history.getDeclaredMethod("violationOf", long.class);
    method.setAccessible(true);
    Object violation = method.invoke(null, seed);
    return (Optional<String>) violation;
  }
}
