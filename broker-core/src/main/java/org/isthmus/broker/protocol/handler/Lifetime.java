package org.isthmus.broker.protocol.handler;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How long something lives that requests open and later requests use: as long as the connection on which it was opened. Safe for use by many
 * threads.
 */
final class Lifetime {
    private final Map<Object, Runnable> endings = new LinkedHashMap<>();
    private boolean over;

    /** Runs the task when the lifetime ends, or now where it has ended; in place of what was asked for with this key before. */
    void onEnd(Object key, Runnable task) {
        synchronized (endings) {
            if (!over) {
                endings.put(key, task);
                return;
            }
        }
        task.run();
    }

    void forget(Object key) {
        synchronized (endings) {
            endings.remove(key);
        }
    }

    void end() {
        List<Runnable> tasks;
        synchronized (endings) {
            over = true;
            tasks = List.copyOf(endings.values());
            endings.clear();
        }
        tasks.forEach(Runnable::run);
    }
}
