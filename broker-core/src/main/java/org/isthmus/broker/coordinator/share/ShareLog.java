package org.isthmus.broker.coordinator.share;

import org.isthmus.broker.coordinator.ShardLog;

/** The log beside a partition that keeps its share groups. */
public interface ShareLog extends ShardLog {
    /** What lies below this offset is not needed any more and may be deleted. */
    void startFrom(long offset);
}
