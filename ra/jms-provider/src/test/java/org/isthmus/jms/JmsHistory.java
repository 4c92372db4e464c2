package org.isthmus.jms;

import java.util.ArrayDeque;
import org.isthmus.broker.runtime.Clock;

/** What happened in a simulation: the last of it in words, and of all of it a number that tells one history from another. */
final class JmsHistory {
    private static final int KEPT = 400;

    private final Clock clock;
    private final ArrayDeque<String> last = new ArrayDeque<>();
    private long hash;

    JmsHistory(Clock clock) {
        this.clock = clock;
    }

    void add(String event) {
        var line = "%9.3f %s".formatted(clock.nanos() / 1e9, event);
        hash = hash * 31 + line.hashCode();
        last.add(line);
        if (last.size() > KEPT) {
            last.remove();
        }
    }

    long hash() {
        return hash;
    }

    String tail() {
        return "\n  " + String.join("\n  ", last);
    }
}
