package org.isthmus.broker.coordinator.delay;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.coordinator.ShardLog;
import org.isthmus.broker.record.LogRecord;

/** The log beside a partition in which its delayed records wait. Called on the partition's loop, and answers there. */
public interface DelayLog extends ShardLog {
    /** The records at these offsets, which are there, in the order of the question. */
    CompletionStage<List<LogRecord>> read(List<Long> offsets);

    /** What lies below this offset is not needed any more and may be deleted. */
    void startFrom(long offset);
}
