package org.isthmus.broker.replica;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.isthmus.broker.common.BrokerId;

/** How far each other replica of one log has come, as its fetches tell the leader. No I/O and no clock; owned by the partition's loop. */
final class Followers {
    private final Map<BrokerId, Progress> byId = new HashMap<>();

    /**
     * @param brokerEpoch the life of the broker that said so; what an earlier life had says nothing about this one
     * @param endOffset everything below is in its log
     * @param caughtUpNanos when it last had everything that the leader had at some moment of its reign
     * @param askedNanos when it fetched last, and where the leader's log ended then
     */
    private record Progress(
            long brokerEpoch, long endOffset, long caughtUpNanos, long askedNanos, long leaderEndThen) {}

    /** A new reign: those in sync have as long to be heard of as if they had been just now. */
    void beginReign(Collection<BrokerId> inSync, long nowNanos) {
        byId.clear();
        inSync.forEach(id -> byId.put(id, new Progress(-1, -1, nowNanos, nowNanos, Long.MAX_VALUE)));
    }

    /** Takes in what a fetch says; false where a later life of that broker was heard already. */
    boolean fetched(BrokerId id, long brokerEpoch, long offset, long leaderEnd, long nowNanos) {
        var before = byId.get(id);
        if (before != null && before.brokerEpoch > brokerEpoch) {
            return false;
        }
        var caughtUp = before == null ? Long.MIN_VALUE : before.caughtUpNanos;
        if (offset >= leaderEnd) {
            caughtUp = nowNanos;
        } else if (before != null && offset >= before.leaderEndThen) {
            caughtUp = Math.max(caughtUp, before.askedNanos);
        }
        byId.put(id, new Progress(brokerEpoch, offset, caughtUp, nowNanos, leaderEnd));
        return true;
    }

    /** Everything below is in the leader's log and in that of each of these. */
    long least(Collection<BrokerId> counted, long leaderHas) {
        var least = leaderHas;
        for (var id : counted) {
            least = Math.min(least, endOffset(id));
        }
        return least;
    }

    /** What a replica has in this life; negative where it was not heard of. */
    long endOffset(BrokerId id) {
        var progress = byId.get(id);
        return progress == null ? -1 : progress.endOffset;
    }

    long brokerEpoch(BrokerId id) {
        var progress = byId.get(id);
        return progress == null ? -1 : progress.brokerEpoch;
    }

    /** Whether it has not been at the leader's end for longer than this. */
    boolean lags(BrokerId id, long leaderEnd, long nowNanos, long maxLagNanos) {
        var progress = byId.get(id);
        if (progress == null) {
            return true;
        }
        return progress.endOffset < leaderEnd && nowNanos - progress.caughtUpNanos > maxLagNanos;
    }
}
