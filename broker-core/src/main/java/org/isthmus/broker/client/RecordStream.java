package org.isthmus.broker.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.TopicPartition;

/**
 * Records of some partitions, in the order of each partition, read on from given positions. It reads ahead by a bounded amount and rides
 * out leader changes and reconnects; control records are left out.
 *
 * <p>Used by one thread at a time, except {@link #close}, which any thread may call: a poll that is waiting then fails.
 */
public interface RecordStream extends AutoCloseable {
    /**
     * The next records, at least one if any arrive in time, else none. Only one poll may be waiting at a time. Fails with
     * {@link org.isthmus.broker.common.BrokerException} where reading cannot go on: the topic is gone, the offset is out of range, the
     * brokers stayed out of reach for the client's request timeout, or the stream was closed.
     */
    CompletionStage<List<FetchedRecord>> poll(Duration maxWait);

    /** Reads on at this offset; what was read ahead from the partition is dropped. */
    void seek(TopicPartition partition, long offset);

    @Override
    void close();
}
