package org.isthmus.broker.cluster;

import java.time.Duration;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.runtime.EventLoop;

/** Has to do with one partition, on a loop of its own: asks its leader, and asks again where there is no answer in time. */
abstract class Client {
    final ClusterWorld cluster;
    final TopicPartition partition;
    final EventLoop loop;
    private final Route leader;

    Client(ClusterWorld cluster, TopicPartition partition, int address) {
        this.cluster = cluster;
        this.partition = partition;
        this.loop = cluster.newClientLoop();
        this.leader = new Route(cluster, partition, loop, address);
    }

    TopicPartition partition() {
        return partition;
    }

    PartitionImage believed() {
        return leader.believed();
    }

    /** In which the broker leads; −1 where it does not. */
    int reign(SimulatedBroker broker) {
        return leader.reign(broker);
    }

    /** Asks the leader; whatever is not answered in time is asked again by {@link #tryAgain}. */
    void ask(Route.Asking asking) {
        leader.ask(asking, this::again);
    }

    void refused() {
        loop.schedule(Duration.ofMillis(50 + cluster.random().nextInt(200)), this::again);
    }

    private void again() {
        leader.refresh();
        tryAgain();
    }

    abstract void tryAgain();
}
