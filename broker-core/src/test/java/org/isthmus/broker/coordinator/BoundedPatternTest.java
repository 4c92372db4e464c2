package org.isthmus.broker.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.PatternSyntaxException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Expressions of strangers are compiled, unless that would take more than they are worth. */
class BoundedPatternTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "orders-.*",
                "(eu|us)-(orders|bills)-[0-9]{4}",
                "[^]a-z[:digit:]\\]]+",
                "\\Q(((({1000}\\E",
                "a{900}",
                "(a{10}){10}",
                "a{2,}b{,3}c{x}",
                "\\p{Greek}{3}",
                "(?i)a*?b+?c??",
                "}{",
            })
    void compiles(String expression) {
        assertThat(BoundedPattern.compile(expression).pattern()).isEqualTo(expression);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "((a{1000}){1000}){1000}",
                "((((((a{99}){99}){99}){99}){99}){99}){99}",
                "(a{500}b{500}c{500})",
                "[^]a]{1000}[b]{1000}",
                "(\\p{L}{100}){100}",
                "(\\Qa\\E{100}){100}",
                "(a",
                "[",
                "*",
            })
    void refuses(String expression) {
        assertThatThrownBy(() -> BoundedPattern.compile(expression)).isInstanceOf(PatternSyntaxException.class);
    }

    @Test
    void refusesWhatIsNestedTooDeepOrTooLong() {
        var deep = "(".repeat(2_000) + "a" + ")".repeat(2_000);
        assertThatThrownBy(() -> BoundedPattern.compile(deep)).isInstanceOf(PatternSyntaxException.class);
        assertThatThrownBy(() -> BoundedPattern.compile("a".repeat(5_000))).isInstanceOf(PatternSyntaxException.class);
    }
}
