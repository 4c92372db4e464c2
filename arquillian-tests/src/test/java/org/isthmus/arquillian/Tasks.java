package org.isthmus.arquillian;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What the beans of one kind have done, by the lanes in which they are to do it one after another. The first of each lane waits for those of
 * others until so many are at work at once.
 */
final class Tasks {
    static final int GROUPS = 16;
    static final int OF_EACH = 100;

    /** Each is a lane for itself. */
    static final Tasks FREE = new Tasks(16);

    static final Tasks BY_GROUP = new Tasks(GROUPS);

    /** As many as the broker under test has partitions of a topic. */
    static final Tasks BY_PARTITION = new Tasks(3);

    private final CountDownLatch together;
    private final CountDownLatch left = new CountDownLatch(GROUPS * OF_EACH);
    private final Map<String, List<Long>> done = new ConcurrentHashMap<>();

    private Tasks(int together) {
        this.together = new CountDownLatch(together);
    }

    void done(String lane, long position) {
        // Nobody else has this lane now; if somebody had, the list would show it.
        var before = done.computeIfAbsent(lane, any -> new ArrayList<>());
        if (before.isEmpty()) {
            together.countDown();
            await(together, "Beans missing");
        }
        before.add(position);
        left.countDown();
    }

    Map<String, List<Long>> all() {
        await(left, "Tasks missing");
        return done;
    }

    private static void await(CountDownLatch latch, String otherwise) {
        try {
            if (latch.await(60, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new IllegalStateException(otherwise + ": " + latch.getCount());
    }
}
