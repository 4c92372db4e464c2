package org.isthmus.broker.replica;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.log.LogSlice;
import org.isthmus.broker.log.LogView;
import org.jspecify.annotations.Nullable;

/**
 * What a follower asks of the leader of some partitions.
 *
 * @param followerEpoch which of the follower's lives asks
 * @param maxWait how long the leader may wait for anything new
 * @param maxBytes most bytes in the answer, except that one batch always fits
 */
public record ReplicaFetch(BrokerId follower, long followerEpoch, Duration maxWait, int maxBytes, List<Ask> asks) {
    /**
     * One log.
     *
     * @param epoch the reign that the follower believes in
     * @param offset where its log ends: everything below it is as safe there as the topic asks for
     * @param lastEpoch the reign that wrote its last batch; negative where it has none
     * @param maxBytes most bytes of this log, with the same exception
     */
    public record Ask(
            TopicPartition partition,
            UUID topicId,
            LogKind log,
            Epoch epoch,
            long offset,
            int lastEpoch,
            int maxBytes) {}

    /** What a leader has for one log. */
    public sealed interface Found {}

    /**
     * What follows, none where there is nothing yet.
     *
     * @param kinds the {@link LogKind#bit bits} of the logs that the partition has
     * @param isCounted whether nothing is committed that the follower has not
     */
    public record Slice(
            LogView view, @Nullable LogSlice slice, long highWatermark, long startOffset, int kinds, boolean isCounted)
            implements Found {
        Slice with(LogSlice found) {
            return new Slice(view, found, highWatermark, startOffset, kinds, isCounted);
        }
    }

    /** The logs differ: this is the last reign up to the follower's that the leader's log knows, and where its records end. */
    public record Differs(LogView.EpochEnd end) implements Found {}

    /** Refused; with {@code OFFSET_OUT_OF_RANGE}, the leader's log begins at the start offset, above what was asked for. */
    public record Refused(ErrorCode error, long startOffset) implements Found {}

    /** As {@link Found}, arrived at the follower. */
    public record Answer(
            ErrorCode error,
            @Nullable ByteBuffer records,
            long highWatermark,
            long startOffset,
            int kinds,
            LogView.@Nullable EpochEnd differs) {}
}
