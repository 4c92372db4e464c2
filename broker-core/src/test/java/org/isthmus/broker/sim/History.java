package org.isthmus.broker.sim;

import java.util.ArrayDeque;
import org.isthmus.broker.runtime.Clock;

/** What happened in a simulation: the last of it in words, and of all of it a number that tells one history from another. */
public final class History {
    private static final int KEPT = 500;

    private final Clock clock;
    private final ArrayDeque<String> last = new ArrayDeque<>();
    private long hash;

    public History(Clock clock) {
        this.clock = clock;
    }

    public void add(String event) {
        var line = "%9.3f %s".formatted(clock.nanos() / 1e9, event);
        hash = hash * 31 + line.hashCode();
        last.add(line);
        if (last.size() > KEPT) {
            last.remove();
        }
    }

    public long hash() {
        return hash;
    }

    public String tail() {
        return "\n  " + String.join("\n  ", last);
    }
}
