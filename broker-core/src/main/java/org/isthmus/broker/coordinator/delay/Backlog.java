package org.isthmus.broker.coordinator.delay;

import java.util.HashMap;
import java.util.Map;

/**
 * What of a log waits, or will if a transaction commits. Told of the log's records in their order, once or more often, it always comes to the
 * same. Owned by the partition's loop.
 */
final class Backlog {
    /** What one record of the log means to a backlog, of which all up to this place has been moved. */
    interface News {
        void tell(Backlog backlog, Due moved);
    }

    private final DelayWindow window;
    private final Map<StagedBy, Staging> open = new HashMap<>();

    Backlog(int windowSize) {
        this.window = new DelayWindow(windowSize);
    }

    DelayWindow window() {
        return window;
    }

    void waiting(Due due, Place place, Due moved) {
        if (due.isAfter(moved)) {
            window.offer(due, place);
        }
    }

    void staged(StagedBy by, long atMs, Place place) {
        open.computeIfAbsent(by, begun -> new Staging()).add(atMs, place);
    }

    /** The end at this offset, by which what was staged waits from now on or never did. */
    void ended(DelayRecord.Ended end, long offset, Due moved) {
        open.entrySet().removeIf(staged -> {
            if (!staged.getKey().isEndedBy(end.outcome())) {
                return false;
            }
            if (end.committed()) {
                staged.getValue()
                        .each((atMs, place) -> waiting(
                                new Due(Math.max(atMs, end.notBeforeMs()), offset, place.offset()), place, moved));
            }
            return true;
        });
    }

    /** How many records the open transaction has staged. */
    int staged(StagedBy transaction) {
        var staging = open.get(transaction);
        return staging == null ? 0 : staging.count();
    }

    boolean holdsEndedBy(StagedBy outcome) {
        return open.keySet().stream().anyMatch(transaction -> transaction.isEndedBy(outcome));
    }

    /** The offset of the oldest record that is staged. */
    long oldestStaged() {
        return open.values().stream().mapToLong(Staging::firstOffset).min().orElse(Long.MAX_VALUE);
    }
}
