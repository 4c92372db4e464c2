package org.isthmus.broker.coordinator.delay;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.WaitMark;

/** The partition that delayed records go to. Called on its loop, and answers there. */
public interface DelayTarget {
    /**
     * Appends a batch and completes once it is committed; at once where the partition has it already, by its producer and sequence. Fails with
     * {@link org.isthmus.broker.common.BrokerException}.
     *
     * @param written called when the partition's log has got it, which may survive whatever fails then
     */
    CompletionStage<Void> deliver(ByteBuffer batch, Runnable written);

    /** The largest batch that the partition takes. */
    int maxBatchBytes();

    /** How a record says that it waited here. */
    WaitMark mark();
}
