package dev.fen.lock;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java example of the README compiles, runs, and leaves its lock released. */
class ReadmeExampleTest {

  @TempDir Path folder;

  @Test
  void compilesAndRuns() throws Exception {
    String readme = Files.readString(Path.of("..", "README.md"));
    String source = readme.split("```java\n", 2)[1].split("```", 2)[0];
    Path file = Files.writeString(folder.resolve("Deploy.java"), source);
    Path store = Files.createDirectory(folder.resolve("store"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();

    int result =
        compiler.run(
            null,
            null,
            null,
            "-cp",
            System.getProperty("java.class.path"),
            "-d",
            folder.toString(),
            file.toString());

    assertThat(result).isZero();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      var main = loader.loadClass("Deploy").getDeclaredMethod("main", String[].class);
      main.setAccessible(true);
      main.invoke(null, (Object) new String[] {store.toString()});
    }
    try (LockService locks = LockService.onDirectory(store)) {
      assertThat(locks.inspect("deploy").state()).isEqualTo(LockStatus.State.FREE);
      assertThat(locks.inspect("deploy").token()).isPresent();
    }
  }
}
