package org.isthmus.broker.selector;

import java.util.Locale;
import java.util.Set;

/** A word of a selector, and where it stands. */
record Token(Kind kind, String text, int at) {
    enum Kind {
        WORD,
        STRING,
        NUMBER,
        SYMBOL,
        END
    }

    private static final Set<String> RESERVED =
            Set.of("NULL", "TRUE", "FALSE", "NOT", "AND", "OR", "BETWEEN", "LIKE", "IN", "IS", "ESCAPE");

    static boolean isReserved(String word) {
        return word.length() <= 7 && RESERVED.contains(word.toUpperCase(Locale.ROOT));
    }
}
