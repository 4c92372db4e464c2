package org.isthmus.jms;

import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What a consumer of a simulation wants, by the kinds of messages: 0, 1 or 2. */
enum JmsChoice {
    ALL(null) {
        @Override
        boolean covers(int kind) {
            return true;
        }
    },
    FIRST("kind = 0") {
        @Override
        boolean covers(int kind) {
            return kind == 0;
        }
    },
    OTHERS("kind <> 0") {
        @Override
        boolean covers(int kind) {
            return kind != 0;
        }
    };

    private final @Nullable String selector;

    JmsChoice(@Nullable String selector) {
        this.selector = selector;
    }

    static JmsChoice any(Random random) {
        return values()[random.nextInt(values().length)];
    }

    @Nullable
    String selector() {
        return selector;
    }

    abstract boolean covers(int kind);
}
