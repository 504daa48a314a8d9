package dev.fen.verify.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

@Tag("jdk-independent")
class ModelCommandTest {

  @Test
  void theModelsHoldAndEveryPlantedFaultIsFound() {
    StringWriter told = new StringWriter();

    int exitCode = new CommandLine(new ModelCommand()).setOut(new PrintWriter(told)).execute();

    assertThat(told.toString()).doesNotContain("WRONG").contains("all as expected");
    assertThat(exitCode).isZero();
  }
}
