package org.isthmus.jms.mapping;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The six message bodies, as the header {@code jms.body} names them. */
public enum BodyKind {
    NONE,
    TEXT,
    BYTES,
    MAP,
    STREAM,
    OBJECT;

    private static final BodyKind[] KINDS = values();

    @SuppressWarnings("ImmutableEnumChecker") // nobody writes into it
    private final byte[] word = name().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);

    byte[] word() {
        return word;
    }

    /** The kind that a header value names, or null where it names none. */
    static @Nullable BodyKind of(byte @Nullable [] word) {
        for (var kind : KINDS) {
            if (Arrays.equals(kind.word, word)) {
                return kind;
            }
        }
        return null;
    }
}
