package org.isthmus.broker.cluster;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.replica.Role;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.sim.SimCrash;

/**
 * A client's way to whoever leads a partition, by what it hears of the cluster; it never goes back to an earlier reign. One question is under way
 * at a time, and either its first answer is heard or that there was none in time. Owned by the client's loop.
 */
final class Route {
    private static final Duration TIMEOUT = Duration.ofMillis(1_500);

    private final ClusterWorld cluster;
    private final TopicPartition partition;
    private final EventLoop loop;
    private final int address;
    private PartitionImage believed;
    private long request;

    interface Asking {
        void on(SimulatedBroker broker, Answering answer);
    }

    /** Called at the broker; what it is given runs at the client, where the answer arrives. */
    interface Answering {
        void with(Runnable atClient);
    }

    Route(ClusterWorld cluster, TopicPartition partition, EventLoop loop, int address) {
        this.cluster = cluster;
        this.partition = partition;
        this.loop = loop;
        this.address = address;
        this.believed = cluster.truth().partition(partition).orElseThrow();
    }

    TopicPartition partition() {
        return partition;
    }

    PartitionImage believed() {
        return believed;
    }

    /** In which a broker leads, or leads no more: −1. */
    int reign(SimulatedBroker broker) {
        var found = broker.partition(partition);
        return found != null && found.role() instanceof Role.Leader leader
                ? leader.epoch().value()
                : -1;
    }

    /** Hears of the cluster from any of its brokers. */
    void refresh() {
        cluster.anyImage().flatMap(image -> image.partition(partition)).ifPresent(heard -> {
            if (heard.leaderEpoch().compareTo(believed.leaderEpoch()) >= 0) {
                believed = heard;
            }
        });
    }

    /** Asks the leader; what was asked before is not heard any more. */
    void ask(Asking asking, Runnable late) {
        var number = ++request;
        loop.schedule(TIMEOUT, () -> {
            if (request == number) {
                late.run();
            }
        });
        var broker = cluster.broker(believed.leader());
        var listener = broker == null ? null : broker.listener();
        if (listener == null) {
            return;
        }
        var life = broker.lives();
        cluster.network()
                .send(
                        address,
                        broker.id().value(),
                        listener,
                        () -> asking.on(broker, atClient -> {
                            if (broker.isUp() && broker.lives() == life) {
                                cluster.network().send(broker.id().value(), address, loop, () -> {
                                    if (request == number) {
                                        request++;
                                        atClient.run();
                                    }
                                });
                            }
                        }));
    }

    /** No answer is heard any more. */
    void forget() {
        request++;
    }

    /** What a broker's failed stage says to clients. */
    static ErrorCode code(Throwable failure) {
        var cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof BrokerException known) {
            return known.code();
        }
        if (cause instanceof SimCrash) {
            // Of a machine that has died nobody hears more than that.
            return ErrorCode.NETWORK_EXCEPTION;
        }
        throw new AssertionError("a broker answers with a failure that it does not know", failure);
    }
}
