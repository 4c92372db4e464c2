package org.isthmus.broker.cluster;

import java.util.List;
import java.util.stream.IntStream;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.controller.NewTopicRequest;

/** What clients do in a simulated cluster, and what must have come of it in the end. */
interface Workload {
    /** How it is joined to its world; draws from the world's random numbers. */
    interface Kind {
        Workload in(ClusterWorld world);
    }

    /** The topics that it needs. */
    List<NewTopicRequest> topics();

    /** Whether it needs the brokers' coordinators. */
    boolean isCoordinated();

    /** The topics are there. */
    void begin();

    /** Begins nothing new from now on. */
    void end();

    /** Whether all that was begun is done; once everything has healed. */
    boolean isDone();

    /** Everything is done and all replicas are equal. */
    void check();

    /** How much came of it, so that a test can tell that it is about something. */
    int achieved();

    static List<TopicPartition> partitions(NewTopicRequest topic) {
        return IntStream.range(0, topic.partitions())
                .mapToObj(index -> new TopicPartition(topic.name(), index))
                .toList();
    }
}
