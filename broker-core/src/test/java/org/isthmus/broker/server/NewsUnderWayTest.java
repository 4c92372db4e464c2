package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.transaction.Marker;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.metadata.BrokerConfigs;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.SessionState;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.handler.CurrentLeaders;
import org.isthmus.broker.protocol.handler.ProduceHandler;
import org.isthmus.broker.protocol.handler.RequestContext;
import org.isthmus.broker.protocol.handler.Topics;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.replica.LogDirectory;
import org.isthmus.broker.replica.Partitions;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimDisk;
import org.isthmus.broker.sim.SimLoop;
import org.junit.jupiter.api.Test;

/** What is asked of a broker while it hears of a change: whoever asks in between must begin nothing that the change makes wrong. */
class NewsUnderWayTest {
    private static final TopicPartition ID = new TopicPartition("q", 0);
    private static final UUID TOPIC = new UUID(1, 2);
    private static final BrokerId SELF = new BrokerId(0);
    private static final BrokerId OTHER = new BrokerId(1);

    private final Random random = new Random(1);
    private final SimClock clock = new SimClock();
    private final SimLoop loops = new SimLoop(random, clock);
    private final SimDisk disk = new SimDisk(random);
    private final Store store = new Store();
    private final Partitions partitions = partitions();
    private final SimulatedCoordinators coordinators = new SimulatedCoordinators(
            SELF, store, partitions, new NoPeers(), Runnable::run, clock, () -> new UUID(3, 4));

    private Partitions partitions() {
        var root = Path.of("/data");
        disk.createDirectories(root.resolve("logs"));
        return new Partitions(
                SELF,
                List.of(new LogDirectory(root, disk, Runnable::run, Runnable::run, clock)),
                List.of(loops.newLoop()),
                Runnable::run,
                disk,
                clock,
                new BrokerConfigs(SELF, Map.of()));
    }

    @Test
    void whoAsksBetweenTheNewsOfAnotherLeaderAndTheEndOfTheReignBeginsNothing() {
        leads(SELF, 0);
        loops.runFor(Duration.ofSeconds(1));

        leads(OTHER, 1);
        assertIsRefused(() -> coordinators.shares().ask(ID, share -> share.progress("g")));
        assertIsRefused(() -> coordinators.delays().ask(ID, delays -> delays.loaded()));

        loops.runFor(Duration.ofSeconds(1));
        assertIsRefused(() -> coordinators.shares().ask(ID, share -> share.progress("g")));
        assertIsRefused(() -> coordinators.delays().ask(ID, delays -> delays.loaded()));
    }

    /** Its coordinator would not know of it, so nobody would ever end it there. */
    @Test
    void whoWasLetInBeforeTheNewsOfAPartitionWritesNothingThere() {
        var batch = new RecordBatchBuilder(Compression.NONE)
                .producer(1, (short) 0, 0)
                .transactional()
                .append(1000, null, new byte[10], List.of())
                .build();
        var request = new ProduceRequestData()
                .setTransactionalId("t")
                .setAcks((short) -1)
                .setTimeoutMs(10_000);
        request.topicData()
                .add(new ProduceRequestData.TopicProduceData()
                        .setName(ID.topic())
                        .setPartitionData(List.of(partition(0, batch), partition(1, batch.duplicate()))));
        var alone = new PartitionImage(SELF, Epoch.ZERO, List.of(SELF), List.of(SELF));
        publish(0, alone);
        var handler = new ProduceHandler(
                new Topics(store, partitions),
                (id, producer, asked, joins) -> {
                    publish(1, alone, alone);
                    return CompletableFuture.completedStage(ErrorCode.NONE);
                },
                new CurrentLeaders(store, (broker, listener) -> listener));

        var answer =
                handler.handle(new RequestContext((short) 12, "test", "host:1", new Endpoint.Tcp("host", 2)), request);
        loops.runFor(Duration.ofSeconds(1));

        assertThat(answer.toCompletableFuture()
                        .join()
                        .responses()
                        .iterator()
                        .next()
                        .partitionResponses())
                .extracting(told -> told.index() + " " + ErrorCode.of(told.errorCode()))
                .containsExactly("0 NONE", "1 NOT_LEADER_OR_FOLLOWER");
    }

    private static PartitionProduceData partition(int index, ByteBuffer batch) {
        return new PartitionProduceData().setIndex(index).setRecords(MemoryRecords.readableRecords(batch));
    }

    private void leads(BrokerId leader, int epoch) {
        publish(epoch, new PartitionImage(leader, new Epoch(epoch), List.of(SELF, OTHER), List.of(SELF, OTHER)));
    }

    private void publish(int version, PartitionImage... present) {
        var topic = new TopicImage(ID.topic(), TOPIC, Map.of(), List.of(present));
        store.present = new ClusterImage(
                version, new UUID(5, 6), SELF, Map.of(), Map.of(ID.topic(), topic), Map.of(TOPIC, ID.topic()), 0);
        partitions.apply(store.present);
    }

    private static void assertIsRefused(ThrowingCallable question) {
        assertThatThrownBy(question).isInstanceOfSatisfying(BrokerException.class, refused -> assertThat(refused.code())
                .isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER));
    }

    private static final class Store implements MetadataStore {
        private ClusterImage present = new ClusterImage(0, new UUID(5, 6), SELF, Map.of(), Map.of(), Map.of(), 0);

        @Override
        public ClusterImage image() {
            return present;
        }

        @Override
        public SessionState session() {
            return SessionState.HELD;
        }

        @Override
        public CompletionStage<ClusterImage> change(Function<ClusterImage, List<ClusterDelta>> decide) {
            return CompletableFuture.failedStage(new BrokerException(ErrorCode.NOT_CONTROLLER, "nothing changes"));
        }

        @Override
        public void follow(Consumer<ClusterImage> listener) {
            listener.accept(present);
        }

        @Override
        public void followSession(Consumer<SessionState> listener) {
            listener.accept(SessionState.HELD);
        }

        @Override
        public void close() {}
    }

    private static final class NoPeers implements SimulatedCoordinators.Peers {
        private static final BrokerException UNREACHED =
                new BrokerException(ErrorCode.NETWORK_EXCEPTION, "there is nobody else");

        @Override
        public CompletionStage<ErrorCode> writeMarker(Endpoint leader, TopicPartition participant, Marker marker) {
            return CompletableFuture.failedStage(UNREACHED);
        }

        @Override
        public CompletionStage<ErrorCode> admit(
                Endpoint coordinator,
                String transactionalId,
                ProducerIdentity producer,
                Set<TopicPartition> asked,
                boolean joins) {
            return CompletableFuture.failedStage(UNREACHED);
        }

        @Override
        public CompletionStage<Void> append(Endpoint leader, TopicPartition id, UUID topicId, ByteBuffer batch) {
            return CompletableFuture.failedStage(UNREACHED);
        }
    }
}
