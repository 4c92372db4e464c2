package org.isthmus.broker.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** Text in UTF-8 where it lies in a batch, for who asks something of many and keeps none. Valid as long as the batch. */
public final class HeaderValue {
    /** So many digits are a number in any case. */
    private static final int DIGITS = 18;

    private static final int RADIX = 10;

    private final ByteBuffer bytes;
    private final int from;
    private final int length;

    HeaderValue(ByteBuffer bytes, int from, int length) {
        this.bytes = bytes;
        this.from = from;
        this.length = length;
    }

    public String text() {
        var copy = new byte[length];
        bytes.get(from, copy);
        return new String(copy, StandardCharsets.UTF_8);
    }

    /** The whole number that it is in decimal digits, as nearly all are; empty for any other text, and for numbers with more digits than 18. */
    public OptionalLong number() {
        var isNegative = length > 0 && bytes.get(from) == '-';
        var digits = isNegative ? 1 : 0;
        if (digits == length || length - digits > DIGITS) {
            return OptionalLong.empty();
        }
        var number = 0L;
        for (var at = digits; at < length; at++) {
            var digit = bytes.get(from + at) - '0';
            if (digit < 0 || digit >= RADIX) {
                return OptionalLong.empty();
            }
            number = number * RADIX + digit;
        }
        return OptionalLong.of(isNegative ? -number : number);
    }

    /** In a list of {@code name=X}, with commas between, the letter behind the first of this name; what is given otherwise where none has it. */
    public char letterOf(byte[] name, char otherwise) {
        var last = length - name.length - 2;
        for (var at = 0; at <= last; at++) {
            if ((at == 0 || bytes.get(from + at - 1) == ',')
                    && isAt(name, at)
                    && bytes.get(from + at + name.length) == '=') {
                return (char) bytes.get(from + at + name.length + 1);
            }
        }
        return otherwise;
    }

    private boolean isAt(byte[] name, int at) {
        for (var i = 0; i < name.length; i++) {
            if (bytes.get(from + at + i) != name[i]) {
                return false;
            }
        }
        return true;
    }
}
