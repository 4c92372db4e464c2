package org.isthmus.broker.coordinator.share;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.isthmus.broker.coordinator.StateMachine;
import org.jspecify.annotations.Nullable;

/** What must survive of all share groups on one partition. Owned by the partition's loop. */
final class ShareMachine implements StateMachine<ShareRecord> {
    private final Map<String, ShareGroup> groups = new TreeMap<>();

    @Override
    public void replay(long offset, ShareRecord record) {
        record.replayOn(groups, offset);
    }

    @Nullable
    ShareGroup group(String id) {
        return groups.get(id);
    }

    Collection<ShareGroup> groups() {
        return groups.values();
    }

    /** Records below this offset are no longer needed; {@link Long#MAX_VALUE} where there is no group. */
    long oldestNeeded() {
        return groups.values().stream()
                .mapToLong(ShareGroup::snapshotOffset)
                .min()
                .orElse(Long.MAX_VALUE);
    }
}
