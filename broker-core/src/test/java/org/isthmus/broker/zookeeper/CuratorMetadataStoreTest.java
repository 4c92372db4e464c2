package org.isthmus.broker.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.curator.test.TestingServer;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.MetadataStoreContract;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.SessionState;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.IdSource;
import org.isthmus.broker.runtime.ThreadLoop;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract, kept in a ZooKeeper server; and what several brokers see of each other through it. */
class CuratorMetadataStoreTest extends MetadataStoreContract {
    private static final BrokerId FIRST = new BrokerId(0);
    private static final BrokerId SECOND = new BrokerId(1);
    private static TestingServer server;
    private static ThreadLoop loop;
    private static int clusters;

    private final List<MetadataStore> others = new ArrayList<>();
    private final String root = "test/cluster-" + clusters++;

    @BeforeAll
    static void startServer() throws Exception {
        server = new TestingServer(true);
        loop = EventLoop.start("zookeeper-test");
    }

    @AfterAll
    static void stopServer() throws IOException {
        server.close();
        loop.close();
    }

    @AfterEach
    void closeOthers() {
        others.forEach(MetadataStore::close);
    }

    @Override
    protected MetadataStore open() throws IOException {
        return open(FIRST);
    }

    private CuratorMetadataStore open(BrokerId self) throws IOException {
        return CuratorMetadataStore.open(config(), self, IdSource.random(), loop);
    }

    private ZooKeeperConfig config() {
        return ZooKeeperConfig.of(
                server.getConnectString() + "/" + root, Duration.ofSeconds(10), Duration.ofSeconds(10));
    }

    private CuratorMetadataStore another(BrokerId self) throws IOException {
        var opened = open(self);
        others.add(opened);
        return opened;
    }

    @Test
    void whatOneBrokerChangesTheOtherSees() throws Exception {
        var first = another(FIRST);
        var second = another(SECOND);
        register(first, FIRST);
        register(second, SECOND);
        change(first, new ClusterDelta.TopicCreated(topic(3)));

        var seen = when(second, image -> image.topic("t").isPresent());

        assertThat(seen.brokers()).containsOnlyKeys(FIRST, SECOND);
        assertThat(seen.brokers().get(SECOND).epoch())
                .isGreaterThan(seen.brokers().get(FIRST).epoch());
        assertThat(seen)
                .extracting(ClusterImage::topics)
                .isEqualTo(first.image().topics());
    }

    @Test
    void changesOfTwoBrokersAtTheSameTimeAllCount() throws Exception {
        var first = another(FIRST);
        var second = another(SECOND);

        var stages = IntStream.range(0, 100)
                .mapToObj(i -> (i % 2 == 0 ? first : second)
                        .change(image -> List.of(new ClusterDelta.ProducerIdsTaken(image.nextProducerId() + 10)))
                        .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(stages).get(30, TimeUnit.SECONDS);

        var seen = when(first, image -> image.nextProducerId() >= 1000);
        assertThat(seen.nextProducerId()).isEqualTo(1000);
    }

    @Test
    void whatAnotherHasDoneIsNotDeniedByOneThatHasNotHeardOfIt() throws Exception {
        var second = another(SECOND);
        var looks = new AtomicInteger();
        try (var deaf = EventLoop.start("zookeeper-deaf");
                var first = CuratorMetadataStore.open(config(), FIRST, IdSource.random(), deaf)) {
            // Its loop hears of nothing while it decides.
            var change = first.change(image -> {
                if (looks.incrementAndGet() == 1) {
                    change(second, new ClusterDelta.TopicCreated(topic(1)));
                }
                if (image.topic("t").isEmpty()) {
                    throw new BrokerException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "t");
                }
                return List.of();
            });

            assertThat(change.toCompletableFuture().get(30, TimeUnit.SECONDS).topic("t"))
                    .isPresent();
            assertThat(looks).hasValue(2);
        }
    }

    @Test
    void ofTwoThatChangeOnePartitionTheSecondDecidesAgain() throws Exception {
        var first = another(FIRST);
        var second = another(SECOND);
        change(first, new ClusterDelta.TopicCreated(topic(1)));
        when(second, image -> image.topic("t").isPresent());
        var id = new TopicPartition("t", 0);

        var stages = List.of(first, second).stream()
                .map(store -> store.change(image -> List.of(new ClusterDelta.PartitionChanged(
                                id, image.partition(id).orElseThrow().led(FIRST))))
                        .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(stages).get(30, TimeUnit.SECONDS);

        var after = when(first, image -> image.partition(id).orElseThrow().partitionEpoch() == 2);
        assertThat(after.partition(id).orElseThrow().leaderEpoch()).isEqualTo(new Epoch(2));
    }

    @Test
    void secondBrokerOfTheSameIdIsRefusedUntilTheFirstIsGone() throws Exception {
        var first = another(FIRST);
        register(first, FIRST);
        var impostor = another(FIRST);

        assertThatThrownBy(() -> register(impostor, FIRST))
                .hasCauseInstanceOf(BrokerException.class)
                .cause()
                .extracting(failure -> ((BrokerException) failure).code())
                .isEqualTo(ErrorCode.DUPLICATE_BROKER_REGISTRATION);
        assertThat(impostor.session()).isEqualTo(SessionState.NEW);

        first.close();
        when(impostor, image -> image.brokers().isEmpty());
        register(impostor, FIRST);
        assertThat(impostor.session()).isEqualTo(SessionState.HELD);
    }

    @Test
    void topicOfThousandsOfPartitionsIsThereAsAWholeAndGoesAsAWhole() throws Exception {
        var first = another(FIRST);
        var second = another(SECOND);
        var topic = topic(3000);

        change(first, new ClusterDelta.TopicCreated(topic));
        var seen = when(second, image -> image.topic("t").isPresent());
        assertThat(seen.topic("t")).contains(topic);

        change(second, new ClusterDelta.TopicDeleted("t"));
        when(first, image -> image.topics().isEmpty());
        change(first, new ClusterDelta.TopicCreated(topic(1)));
        assertThat(first.image().topic("t").orElseThrow().partitions()).hasSize(1);
    }

    @Test
    void oneOfThoseWhoStandReignsAndTheOtherFollows() throws Exception {
        var first = another(FIRST);
        var second = another(SECOND);
        var firstReigns = new CompletableFuture<Void>();
        var secondReigns = new CompletableFuture<Void>();
        var latch = first.stand(reigns -> firstReigns.complete(null));
        firstReigns.get(10, TimeUnit.SECONDS);
        var other = second.stand(reigns -> secondReigns.complete(null));
        assertThat(secondReigns).isNotDone();

        latch.close();

        secondReigns.get(10, TimeUnit.SECONDS);
        other.close();
    }

    @Test
    void brokerWhoseSessionEndsStepsDownAndRegistersAnew() throws Exception {
        var client = CuratorMetadataStore.builder(config()).build();
        var store = CuratorMetadataStore.open(client, config(), FIRST, IdSource.random(), loop);
        others.add(store);
        register(store, FIRST);
        var before = store.image().brokers().get(FIRST).epoch();
        var states = new CopyOnWriteArrayList<SessionState>();
        var isNew = new CompletableFuture<Void>();
        store.followSession(state -> {
            states.add(state);
            if (state == SessionState.NEW) {
                isNew.complete(null);
            }
        });

        client.getZookeeperClient().getZooKeeper().getTestable().injectSessionExpiration();
        isNew.get(30, TimeUnit.SECONDS);
        register(store, FIRST);

        assertThat(states.get(0)).isEqualTo(SessionState.HELD);
        assertThat(states).endsWith(SessionState.LOST, SessionState.NEW, SessionState.HELD);
        assertThat(store.image().brokers().get(FIRST).epoch()).isGreaterThan(before);
    }

    @Test
    void changeWhoseAnswerIsLostHappensOnceWhetherItTookEffectOrNot() throws Exception {
        var unlucky = new UnluckyClient();
        var store = unlucky(unlucky);
        for (var i = 0; i < 6; i++) {
            var onItsWay = unlucky.holdNext();
            var change = store.change(image -> List.of(new ClusterDelta.ProducerIdsTaken(image.nextProducerId() + 10)))
                    .toCompletableFuture();
            var held = onItsWay.get(30, TimeUnit.SECONDS);
            if (i % 2 == 0) {
                assertThat(held.arrive()).isTrue();
            }
            held.loseAnswer();
            change.get(30, TimeUnit.SECONDS);
            assertThat(held.arrive()).as("takes effect after all").isFalse();
        }
        assertThat(store.image().nextProducerId()).isEqualTo(60);
    }

    @Test
    void changeThatIsRefusedWhenItIsDecidedAgainNeverTakesEffect() throws Exception {
        var unlucky = new UnluckyClient();
        var store = unlucky(unlucky);
        var onItsWay = unlucky.holdNext();
        // What it is refused for is nothing that it would write.
        var change = store.change(image -> {
                    if (image.nextProducerId() > 0) {
                        throw new BrokerException(ErrorCode.POLICY_VIOLATION, "too late");
                    }
                    return List.of(new ClusterDelta.GroupConfigured("g", Map.of("k", "v")));
                })
                .toCompletableFuture();
        var held = onItsWay.get(30, TimeUnit.SECONDS);
        change(another(SECOND), new ClusterDelta.ProducerIdsTaken(1));

        held.loseAnswer();

        assertThatThrownBy(() -> change.get(30, TimeUnit.SECONDS)).hasMessageContaining("too late");
        assertThat(held.arrive()).as("takes effect after all").isFalse();
    }

    @Test
    void changeWhoseAnswerIsLostHappensOnceAlsoWhereAnotherProcessComesUnderTheSameId() throws Exception {
        var unlucky = new UnluckyClient();
        var store = unlucky(unlucky);
        var onItsWay = unlucky.holdNext();
        var change = store.change(image -> List.of(new ClusterDelta.ProducerIdsTaken(image.nextProducerId() + 10)))
                .toCompletableFuture();
        var held = onItsWay.get(30, TimeUnit.SECONDS);
        assertThat(held.arrive()).isTrue();
        var other = another(FIRST);
        assertThat(change(other, new ClusterDelta.GroupConfigured("g", Map.of("k", "v")))
                        .nextProducerId())
                .isEqualTo(10);

        held.loseAnswer();

        assertThat(change.get(30, TimeUnit.SECONDS).nextProducerId()).isEqualTo(10);
    }

    private CuratorMetadataStore unlucky(UnluckyClient unlucky) throws IOException {
        var client =
                CuratorMetadataStore.builder(config()).zookeeperFactory(unlucky).build();
        var store = CuratorMetadataStore.open(client, config(), FIRST, IdSource.random(), loop);
        others.add(store);
        return store;
    }

    @Test
    void changesMadeWhileTheServerIsAwayHappenOnceItIsBack() throws Exception {
        var store = another(FIRST);
        register(store, FIRST);
        var suspended = new CompletableFuture<Void>();
        store.followSession(state -> {
            if (state == SessionState.SUSPENDED) {
                suspended.complete(null);
            }
        });

        server.stop();
        suspended.get(30, TimeUnit.SECONDS);
        var change = store.change(image -> List.of(new ClusterDelta.ProducerIdsTaken(image.nextProducerId() + 10)))
                .toCompletableFuture();
        assertThat(change).isNotDone();
        server.restart();

        assertThat(change.get(30, TimeUnit.SECONDS).nextProducerId()).isEqualTo(10);
        assertThat(store.session()).isEqualTo(SessionState.HELD);
    }

    private static ClusterImage when(MetadataStore store, Predicate<ClusterImage> condition) throws Exception {
        var seen = new CompletableFuture<ClusterImage>();
        store.follow(image -> {
            if (condition.test(image)) {
                seen.complete(image);
            }
        });
        return seen.get(30, TimeUnit.SECONDS);
    }

    private static void register(MetadataStore store, BrokerId id) {
        change(store, new ClusterDelta.BrokerRegistered(new BrokerImage(id, "host", 9092, 0, null)));
    }

    private static ClusterImage change(MetadataStore store, ClusterDelta... deltas) {
        return store.change(image -> List.of(deltas)).toCompletableFuture().join();
    }

    private static TopicImage topic(int partitions) {
        var partition = new PartitionImage(FIRST, Epoch.ZERO, List.of(FIRST, SECOND), List.of(FIRST, SECOND));
        return new TopicImage("t", UUID.randomUUID(), Map.of(), Collections.nCopies(partitions, partition));
    }
}
