package org.isthmus.broker.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked of a header's value where it lies, with other bytes before and behind. */
class HeaderValueTest {
    @ParameterizedTest
    @ValueSource(strings = {"0", "7", "-7", "007", "-0", "2147483648", "999999999999999999", "-999999999999999999"})
    void wholeNumbersAreReadAsJavaReadsThem(String text) {
        assertThat(value(text).number()).isEqualTo(OptionalLong.of(Long.parseLong(text)));
        assertThat(value(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "+7", "7 ", "1.5", "1e3", "0x1f", "٣", "seven", "9223372036854775807", "--1"})
    void otherTextIsNoNumberHere(String text) {
        assertThat(value(text).number()).isEmpty();
        assertThat(value(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a=i       | a  | i",
                "b=l,a=i   | a  | i",
                "aa=l,a=i  | a  | i",
                "ba=l,a=i  | a  | i",
                "a=l,a=i   | a  | l",
                "a=        | a  | s",
                "a         | a  | s",
                "b=a=l     | a  | s",
                "größe=d,b=l | größe | d",
            })
    void theLetterOfANameIsThatOfTheFirst(String list, String name, char letter) {
        assertThat(value(list).letterOf(name.getBytes(UTF_8), 's')).isEqualTo(letter);
    }

    @Test
    void anEmptyListHasNoLetters() {
        assertThat(value("").letterOf("a".getBytes(UTF_8), 's')).isEqualTo('s');
    }

    private static HeaderValue value(String text) {
        var bytes = text.getBytes(UTF_8);
        var before = "a=z,".getBytes(UTF_8);
        var around = ByteBuffer.allocate(before.length + bytes.length + 2)
                .put(before)
                .put(bytes)
                .put("=z".getBytes(UTF_8));
        return new HeaderValue(around, before.length, bytes.length);
    }
}
