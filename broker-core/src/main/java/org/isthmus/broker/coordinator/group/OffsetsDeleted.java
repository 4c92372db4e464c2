package org.isthmus.broker.coordinator.group;

import java.util.Map;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;

/** What became of a wish to delete offsets: of the whole, and of each partition where the whole is not refused. */
public record OffsetsDeleted(ErrorCode error, Map<TopicPartition, ErrorCode> outcomes) {
    static OffsetsDeleted refused(ErrorCode error) {
        return new OffsetsDeleted(error, Map.of());
    }
}
