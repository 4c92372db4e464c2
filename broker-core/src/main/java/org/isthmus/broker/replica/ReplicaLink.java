package org.isthmus.broker.replica;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.metadata.BrokerImage;

/** The way to the brokers that lead what this one follows. Safe for use by many threads. */
public interface ReplicaLink {
    /**
     * Asks; the answers are in the order of what was asked, and belong to whoever gets them. Fails where the broker is not reached or does not
     * answer in time. Completes on any thread.
     */
    CompletionStage<List<ReplicaFetch.Answer>> fetch(BrokerImage leader, ReplicaFetch fetch);
}
