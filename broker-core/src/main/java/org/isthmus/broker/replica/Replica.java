package org.isthmus.broker.replica;

import java.util.List;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.log.LogView;
import org.jspecify.annotations.Nullable;

/**
 * What one log of a partition with several replicas knows beside its records. No I/O and no clock; owned by the partition's loop.
 *
 * <p>A new reign commits nothing before everything that the leader's log had when it began is committed: so nothing that was read before is
 * ever above the watermark that readers see, and no transaction is seen without its end.
 */
final class Replica {
    /** Those who wait until what was written is as safe here as the topic asks for. */
    final Waiters stored = new Waiters();
    /** Followers that wait for anything new. */
    final Waiters appended = new Waiters();

    private final Followers followers = new Followers();
    private @Nullable InSync inSync;
    private long reignBegan;
    private long stable = -1;
    private long leaderMark = -1;

    /** This broker leads from now on. The log ends where it says, or is not open yet: then {@link #opened} tells. */
    void beginReign(InSync reign, long endOffset, long nowNanos) {
        inSync = reign;
        reignBegan = endOffset;
        followers.beginReign(reign.counted(), nowNanos);
    }

    /** Another leads, or nobody. */
    void endReign() {
        inSync = null;
    }

    /** The log was opened and ends here; all of it is safe. */
    void opened(long endOffset) {
        stable = endOffset;
        reignBegan = endOffset;
    }

    /** Everything below is as safe here as the topic asks for. */
    void stored(long offset) {
        stable = Math.max(stable, offset);
    }

    void cut(long endOffset) {
        stable = Math.min(stable, endOffset);
    }

    long storedUpTo() {
        return stable;
    }

    /** What the leader says is committed. */
    void heard(long mark) {
        leaderMark = Math.max(leaderMark, mark);
    }

    /** Up to where all is committed, as far as this broker can tell; negative where it cannot. */
    long committed() {
        var reign = inSync;
        if (reign == null) {
            return Math.min(leaderMark, stable);
        }
        var least = followers.least(reign.counted(), stable);
        return least < reignBegan ? -1 : least;
    }

    /** Whether what was there when the reign began is not known to be committed yet. */
    boolean isSettling(long highWatermark) {
        return inSync != null && highWatermark < reignBegan;
    }

    Followers followers() {
        return followers;
    }

    /** Whether a follower has what is committed, and all that was there when the reign began. */
    boolean isCaughtUp(BrokerId follower, long brokerEpoch, long highWatermark) {
        return followers.brokerEpoch(follower) == brokerEpoch
                && followers.endOffset(follower) >= Math.max(highWatermark, reignBegan);
    }

    List<BrokerId> lagging(InSync reign, long endOffset, long nowNanos, long maxLagNanos) {
        return reign.counted().stream()
                .filter(id -> followers.lags(id, endOffset, nowNanos, maxLagNanos))
                .toList();
    }

    void failAll(BrokerException reason) {
        stored.failAll(reason);
        appended.failAll(reason);
    }

    /** Where a follower's log, which ends at this offset with a batch of this reign, differs from the leader's; null where it does not. */
    static LogView.@Nullable EpochEnd difference(LogView leader, long offset, int lastEpoch) {
        var nothing = new Epoch(-1);
        if (lastEpoch < 0 || leader.latestEpoch() < 0) {
            return offset > leader.endOffset() ? new LogView.EpochEnd(nothing, leader.endOffset()) : null;
        }
        if (lastEpoch > leader.latestEpoch()) {
            return new LogView.EpochEnd(new Epoch(leader.latestEpoch()), leader.endOffset());
        }
        var known = leader.endOffsetFor(new Epoch(lastEpoch));
        if (known.isEmpty()) {
            return offset > leader.startOffset() ? new LogView.EpochEnd(nothing, leader.startOffset()) : null;
        }
        var end = known.get();
        return end.epoch().value() != lastEpoch || end.endOffset() < offset ? end : null;
    }

    /** Where a follower cuts its log that differs like that: never by a watermark, only by which reign wrote what. */
    static long cutAt(LogView follower, LogView.EpochEnd leader) {
        var agreed = leader.epoch().value() < 0
                ? leader.endOffset()
                : follower.endOffsetFor(leader.epoch())
                        .map(own -> Math.min(own.endOffset(), leader.endOffset()))
                        .orElse(follower.startOffset());
        return Math.max(follower.startOffset(), Math.min(agreed, follower.endOffset()));
    }
}
