package org.isthmus.jms;

import jakarta.jms.MessageFormatException;
import org.jspecify.annotations.Nullable;

/** Which objects the bodies of map and stream messages hold. */
final class StreamValues {
    private StreamValues() {}

    /** The value as it is kept: byte arrays are copied. */
    static @Nullable Object checked(@Nullable Object value) throws MessageFormatException {
        if (value instanceof byte[] bytes) {
            return bytes.clone();
        }
        if (IsthmusMessage.isPropertyValue(value) || value instanceof Character) {
            return value;
        }
        throw new MessageFormatException("a value is primitive, a String or a byte[]: "
                + (value == null ? "null" : value.getClass().getName()));
    }
}
