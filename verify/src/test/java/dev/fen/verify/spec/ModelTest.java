package dev.fen.verify.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("jdk-independent")
class ModelTest {

  @Test
  void aLineOfTheListIsRead() {
    List<Model> models =
        Model.parseAll(
            """
            # a comment

            one | ci   | invariant OneHolder | Lease-alike | TTL=1 Needs<-Three | a note
            two | long | holds               | Data        |                    | another
            """);

    assertThat(models)
        .containsExactly(
            new Model(
                "one",
                Model.Group.CI,
                new Verdict(Verdict.Kind.INVARIANT, "OneHolder"),
                "Lease-alike",
                List.of("TTL=1", "Needs<-Three"),
                "a note"),
            new Model("two", Model.Group.LONG, Verdict.HOLDS, "Data", List.of(), "another"));
    assertThat(models.get(0).module()).isEqualTo("Lease");
    assertThat(models.get(1).module()).isEqualTo("Data");
  }

  @Test
  void aLineThatIsNoneOrANameThatIsThereTwiceIsRefused() {
    assertThatThrownBy(() -> Model.parseAll("one | ci | holds | Lease"))
        .hasMessageContaining("one | ci | holds | Lease");
    assertThatThrownBy(() -> Model.parseAll("one|sometimes|holds|Lease||"))
        .hasMessageContaining("SOMETIMES");
    assertThatThrownBy(() -> Model.parseAll("one|ci|holds|Lease||\none|ci|holds|Data||"))
        .hasMessageContaining("one is listed twice");
  }

  @Test
  void constantsAreChangedWhereTheyStand() {
    Model model = Model.parseAll("one | ci | holds | Lease | TTL=1 Needs<-Three | ").get(0);

    assertThat(model.configure("CONSTANTS\n  TTL = 2\n  TTLs = 2\n  Needs <- Two\nINVARIANTS A\n"))
        .isEqualTo("CONSTANTS\n  TTL=1\n  TTLs = 2\n  Needs<-Three\nINVARIANTS A\n");
  }

  @Test
  void exitCodeAndWordsMustAgree() {
    String violated = "...\nError: Invariant Small is violated.\n...";
    String completed = "Model checking completed. No error has been found.\n";

    assertThat(Verdict.of(12, violated)).hasToString("invariant Small");
    assertThat(Verdict.of(0, completed)).isEqualTo(Verdict.HOLDS);
    assertThat(Verdict.of(0, violated)).isEqualTo(Verdict.ERROR);
    assertThat(Verdict.of(0, "")).isEqualTo(Verdict.ERROR);
    assertThat(Verdict.of(13, violated)).isEqualTo(Verdict.ERROR);
    assertThat(Verdict.of(1, completed)).isEqualTo(Verdict.ERROR);
  }

  @Test
  void everythingListedIsThere() {
    Specifications bundled = Specifications.bundled();

    for (Model model : Model.parseAll(bundled.get(Specifications.LIST))) {
      assertThat(bundled.find(model.module() + ".tla")).as(model.name()).isNotNull();
      assertThat(model.configure(bundled.get(model.configuration() + ".cfg"))).isNotBlank();
    }
  }
}
