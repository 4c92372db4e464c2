package org.isthmus.broker.replica;

import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/** Knows how far share groups are in what a partition has that is led here. */
public interface Consumption {
    /**
     * The oldest record that a group is not done with, of which nothing can be taken back any more; empty where there is no group. May be
     * called from any thread, completes on any, and fails where nobody can say.
     *
     * @param stockToo whether groups of stock consumers count, beside the queues and subscriptions of Jakarta Messaging
     */
    CompletionStage<OptionalLong> oldestUnfinished(Partition partition, boolean stockToo);
}
