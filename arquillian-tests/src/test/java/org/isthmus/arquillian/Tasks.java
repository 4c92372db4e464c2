package org.isthmus.arquillian;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What the beans have done, group by group. The first of each group waits for those of the others, so all must be at work at once. */
final class Tasks {
    static final int GROUPS = 16;
    static final int OF_EACH = 50;

    private static final CountDownLatch together = new CountDownLatch(GROUPS);
    private static final CountDownLatch left = new CountDownLatch(GROUPS * OF_EACH);
    private static final Map<String, List<Integer>> done = new ConcurrentHashMap<>();

    private Tasks() {}

    static void done(String group, int number) throws InterruptedException {
        if (number == 0) {
            together.countDown();
            if (!together.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Beans missing: " + together.getCount());
            }
        }
        // Nobody else has this group now; if somebody had, the list would show it.
        done.computeIfAbsent(group, any -> new ArrayList<>()).add(number);
        left.countDown();
    }

    static Map<String, List<Integer>> all() throws InterruptedException {
        if (!left.await(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("Tasks missing: " + left.getCount());
        }
        return done;
    }
}
