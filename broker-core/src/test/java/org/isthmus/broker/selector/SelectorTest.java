package org.isthmus.broker.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conditional expressions of Jakarta Messaging §3.8.1. */
class SelectorTest {
    private static final Map<String, Object> MESSAGE = message();

    private static Map<String, Object> message() {
        var message = new HashMap<String, Object>();
        message.put("color", "red");
        message.put("weight", 2500);
        message.put("price", 9.5);
        message.put("tiny", (byte) 3);
        message.put("ready", true);
        message.put("broken", false);
        message.put("underscored", "_foo");
        message.put("percent", "12%3");
        message.put("JMSType", "car");
        message.put("$id_1", "dollar");
        message.put("nan", Double.NaN);
        return message;
    }

    private static boolean matches(String selector) {
        return Selector.parse(selector).matches(MESSAGE::get);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "JMSType = 'car' AND color = 'red' AND weight >= 2500",
                "color <> 'blue'",
                "not color = 'blue'",
                "weight between 2000 AND 2500",
                "weight NOT BETWEEN 1 AND 2",
                "color IN ('blue', 'red')",
                "color NOT IN ('blue', 'green')",
                "color LIKE 'r_d'",
                "color LIKE '%e%'",
                "color LIKE '%'",
                "color NOT LIKE 'r'",
                "underscored LIKE '\\_%' ESCAPE '\\'",
                "percent LIKE '12!%3' ESCAPE '!'",
                "missing IS NULL",
                "color IS NOT NULL",
                "ready",
                "ready = TRUE",
                "broken = false AND NOT broken",
                "ready <> broken",
                "weight + 1 = 2501",
                "weight / 1000 = 2",
                "weight / 1000.0 = 2.5",
                "2 + 3 * 4 = 14",
                "(2 + 3) * 4 = 20",
                "- weight = -2500",
                "+weight = 2500 AND -(-weight) = 2500",
                "price = 9.5 AND price > 9 AND tiny < 3.5",
                "weight = 2.5E3 AND weight = 2500L AND weight = 0x9C4 AND weight = 04704",
                "price = .95e+1 AND 7. > 6",
                "color = 'red' OR missing = 1",
                "missing = 1 OR color = 'red'",
                "NOT (missing = 1 AND broken)",
                "$id_1 = 'dollar'",
                "color = 'it''s' OR 'it''s' <> color",
                "-9223372036854775808 < 0 AND 9223372036854775807 > 0",
                "nan <> nan",
                "weight = 2500 and Color is null"
            })
    void matching(String selector) {
        assertThat(matches(selector)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "color = 'Red'",
                "Color = 'red'",
                "missing = 1",
                "NOT missing = 1",
                "missing <> 1",
                "missing BETWEEN 1 AND 2",
                "missing NOT BETWEEN 1 AND 2",
                "missing IN ('a')",
                "missing NOT IN ('a')",
                "missing LIKE '%'",
                "missing NOT LIKE 'a'",
                "missing",
                "NOT missing",
                "missing OR broken",
                "missing AND ready",
                "color = 1",
                "color <> 1",
                "color > 1",
                "ready > broken",
                "weight LIKE '25%'",
                "weight IN ('2500')",
                "weight NOT IN ('2500')",
                "weight NOT LIKE '9%'",
                "ready NOT IN ('true')",
                "color NOT BETWEEN 1 AND 2",
                "color BETWEEN 1 AND 2",
                "color",
                "NOT color",
                "weight / 0 = 1",
                "missing + 1 = 1",
                "color + 1 = 1",
                "nan = nan",
                "color LIKE 're'",
                "color LIKE 'r__d'",
                "underscored LIKE 'x_foo'"
            })
    void notMatching(String selector) {
        assertThat(matches(selector)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "color",
                "color =",
                "= 1",
                "color = 'red",
                "color == 'red'",
                "(color = 'red'",
                "color = 'red')",
                "color = 'red' AND",
                "AND color = 'red'",
                "1",
                "'text'",
                "weight + 1",
                "1 AND ready",
                "ready AND 'x'",
                "NOT 1",
                "color IN ()",
                "color IN (1)",
                "color IN ('a',)",
                "'color' IN ('a')",
                "color LIKE 1",
                "color LIKE 'a' ESCAPE 'xx'",
                "color LIKE 'a!' ESCAPE '!'",
                "1 IS NULL",
                "color IS",
                "NULL = color",
                "between = 1",
                "weight BETWEEN 1",
                "color > 'a'",
                "ready >= TRUE",
                "color + 'a' = 'b'",
                "-'a' = 1",
                "TRUE = 0",
                "0 <> false",
                "'a' = 1",
                "(color = 'red') = 1",
                "(color = 'red') + 1 = 1",
                "weight + 1 = 'a'",
                "weight = 1a",
                "weight = 0x",
                "weight = 9223372036854775808",
                "weight = 089",
                "color # 1",
                "color NOT = 1",
                "color = 'red' color = 'red'"
            })
    void noSelector(String text) {
        if (text.equals("color")) {
            // A property alone may be a boolean: what it is shows with each message.
            assertThat(matches(text)).isFalse();
            return;
        }
        assertThatThrownBy(() -> Selector.parse(text)).isInstanceOf(InvalidSelectorException.class);
    }

    @Test
    void whatEachMessageThatMatchesSaysIsKnownWhereOneEqualitySaysIt() {
        assertThat(required("color = 'red'")).hasValue(new Required("color", Set.of("red")));
        assertThat(required("-2 = weight")).hasValue(new Required("weight", Set.of(-2L)));
        assertThat(required("price > 3 AND color = 'red' AND weight = 1"))
                .hasValue(new Required("color", Set.of("red")));
        assertThat(required("color IN ('red', 'blue') OR color = 'green' AND price > 3"))
                .hasValue(new Required("color", Set.of("red", "blue", "green")));
        assertThat(required("ready = TRUE")).hasValue(new Required("ready", Set.of(true)));
        for (var text : List.of(
                "color <> 'red'",
                "color = 'red' OR weight = 1",
                "NOT color = 'red'",
                "color NOT IN ('red')",
                "color LIKE 'red'",
                "color IS NULL",
                "weight = tiny",
                "weight + 1 = 2",
                "1 = 1")) {
            assertThat(required(text)).as(text).isEmpty();
        }
    }

    private static Optional<Required> required(String text) {
        return Selector.parse(text).required();
    }

    @Test
    void valuesThatAreEqualHaveTheSameHash() {
        assertThat(Required.hash(7L)).isEqualTo(Required.hash(7.0)).isEqualTo(Required.hash((byte) 7));
        assertThat(Required.hash(-0.0)).isEqualTo(Required.hash(0L));
        assertThat(Required.hash(Long.MAX_VALUE)).isEqualTo(Required.hash((double) Long.MAX_VALUE));
        assertThat(Required.hash(0.1f)).isEqualTo(Required.hash((double) 0.1f));
    }

    @Test
    @Timeout(5)
    void hostilePatternsAndNestingTakeNoTime() {
        var like = Selector.parse("color LIKE '" + "%a".repeat(40) + "b'");
        assertThat(like.matches(name -> "a".repeat(20_000))).isFalse();
        assertThatThrownBy(() -> Selector.parse("(".repeat(100_000))).isInstanceOf(InvalidSelectorException.class);
        assertThatThrownBy(() -> Selector.parse("NOT ".repeat(100_000))).isInstanceOf(InvalidSelectorException.class);
    }

    @Test
    @Timeout(5)
    void longSelectorsNeedLittleStack() {
        var any = Selector.parse("weight = 1 OR ".repeat(100_000) + "weight = 7");
        assertThat(any.matches(name -> 7)).isTrue();
        assertThat(any.matches(name -> 8)).isFalse();
        var many = IntStream.range(0, 1_000).mapToObj(n -> "weight = " + n).collect(Collectors.joining(" OR "));
        assertThat(Selector.parse(many).required()).isEmpty();
        var all = Selector.parse("weight <> 1 AND ".repeat(100_000) + "weight <> 7");
        assertThat(all.matches(name -> 8)).isTrue();
        assertThat(all.matches(name -> 7)).isFalse();
        assertThatThrownBy(() -> Selector.parse("weight" + " + 1".repeat(100_000) + " > 0"))
                .isInstanceOf(InvalidSelectorException.class);
    }
}
