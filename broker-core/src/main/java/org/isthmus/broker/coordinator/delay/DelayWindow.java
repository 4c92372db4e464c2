package org.isthmus.broker.coordinator.delay;

import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The next records due, at most so many. Owned by the partition's loop. Invariant: what waits before the horizon is in the window, what waits at
 * or behind it is not; without a horizon everything that waits is here.
 */
final class DelayWindow {
    private final int most;
    private final TreeMap<Due, Place> places = new TreeMap<>();
    private @Nullable Due horizon;

    DelayWindow(int most) {
        this.most = most;
    }

    void offer(Due due, Place place) {
        if (horizon != null && !horizon.isAfter(due)) {
            return;
        }
        places.put(due, place);
        if (places.size() > most) {
            horizon = places.pollLastEntry().getKey();
        }
    }

    void removeUpTo(Due due) {
        places.headMap(due, true).clear();
    }

    /** In order; up to this one, included. */
    NavigableMap<Due, Place> upTo(Due due) {
        return places.headMap(due, true);
    }

    NavigableMap<Due, Place> all() {
        return places;
    }

    /** Whether all that waits up to this one, included, is here. */
    boolean covers(Due due) {
        return horizon == null || horizon.isAfter(due);
    }

    boolean isWhole() {
        return horizon == null;
    }

    boolean isEmpty() {
        return places.isEmpty();
    }

    long oldestOffset() {
        return places.values().stream().mapToLong(Place::offset).min().orElse(Long.MAX_VALUE);
    }
}
