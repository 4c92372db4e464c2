package org.isthmus.broker.protocol.handler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.controller.Elections;
import org.isthmus.broker.metadata.BrokerConfigs;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.SessionState;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.Test;

/** Requests about single partitions, at a broker that looks whether others have done something before it refuses a change. */
class RefusedPartitionsTest {
    private static final BrokerId FIRST = new BrokerId(1);
    private static final BrokerId SECOND = new BrokerId(2);
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);
    private static final RequestContext CONTEXT =
            new RequestContext((short) 1, "test", "host:1", new Endpoint.Tcp("host", 2));

    @Test
    void partitionMovesToABrokerThatOthersHaveHeardOf() {
        var store = new Store(cluster(FIRST), cluster(FIRST, SECOND).with(List.of(topic(FIRST))));

        var answer = new AlterPartitionReassignmentsHandler(store)
                .handle(CONTEXT, move(0, 7))
                .toCompletableFuture()
                .join();

        assertThat(answer.responses().get(0).partitions())
                .extracting(partition -> partition.partitionIndex() + " " + ErrorCode.of(partition.errorCode()))
                .containsExactly("0 NONE", "7 UNKNOWN_TOPIC_OR_PARTITION");
        assertThat(store.known.partition(PARTITION).orElseThrow().adding()).containsExactly(SECOND);
    }

    private static AlterPartitionReassignmentsRequestData move(int... partitions) {
        var request = new AlterPartitionReassignmentsRequestData();
        var topic = new ReassignableTopic().setName(PARTITION.topic());
        for (var index : partitions) {
            topic.partitions()
                    .add(new ReassignablePartition().setPartitionIndex(index).setReplicas(List.of(SECOND.value())));
        }
        request.topics().add(topic);
        return request;
    }

    @Test
    void partitionOthersHaveMadeGetsItsPreferredLeader() {
        var store = new Store(cluster(FIRST, SECOND), cluster(FIRST, SECOND).with(List.of(topic(SECOND))));
        var partitions = new ElectLeadersRequestData.TopicPartitionsCollection();
        partitions.add(new ElectLeadersRequestData.TopicPartitions()
                .setTopic(PARTITION.topic())
                .setPartitions(List.of(0, 7)));
        var elections = new Elections(new BrokerConfigs(FIRST, Map.of()));

        var answer = new ElectLeadersHandler(store, elections)
                .handle(CONTEXT, new ElectLeadersRequestData().setTopicPartitions(partitions))
                .toCompletableFuture()
                .join();

        assertThat(answer.replicaElectionResults().get(0).partitionResult())
                .extracting(partition -> partition.partitionId() + " " + ErrorCode.of(partition.errorCode()))
                .containsExactly("0 NONE", "7 UNKNOWN_TOPIC_OR_PARTITION");
        assertThat(store.known.partition(PARTITION).orElseThrow().leader()).isEqualTo(FIRST);
    }

    private static ClusterImage cluster(BrokerId... brokers) {
        var alive = Stream.of(brokers).collect(Collectors.toMap(id -> id, id -> new BrokerImage(id, "host", 1)));
        return new ClusterImage(0, new UUID(1, 1), FIRST, alive, Map.of(), Map.of(), 0);
    }

    private static ClusterDelta topic(BrokerId leader) {
        var replicas = leader.equals(FIRST) ? List.of(FIRST) : List.of(FIRST, SECOND);
        var partition = new PartitionImage(leader, Epoch.ZERO, replicas, replicas);
        return new ClusterDelta.TopicCreated(
                new TopicImage(PARTITION.topic(), new UUID(2, 2), Map.of(), List.of(partition)));
    }

    /** Knows what others have done from the first refusal on. */
    private static final class Store implements MetadataStore {
        private final ClusterImage newest;
        private ClusterImage known;
        private boolean isCaughtUp;

        private Store(ClusterImage known, ClusterImage newest) {
            this.known = known;
            this.newest = newest;
        }

        @Override
        public ClusterImage image() {
            return known;
        }

        @Override
        public CompletionStage<ClusterImage> change(Function<ClusterImage, List<ClusterDelta>> decide) {
            try {
                known = known.with(decide.apply(known));
                return CompletableFuture.completedStage(known);
            } catch (BrokerException refusal) {
                if (isCaughtUp) {
                    return CompletableFuture.failedStage(refusal);
                }
                isCaughtUp = true;
                known = newest;
                return change(decide);
            }
        }

        @Override
        public SessionState session() {
            return SessionState.HELD;
        }

        @Override
        public void follow(Consumer<ClusterImage> listener) {
            listener.accept(known);
        }

        @Override
        public void followSession(Consumer<SessionState> listener) {
            listener.accept(SessionState.HELD);
        }

        @Override
        public void close() {}
    }
}
