package org.isthmus.broker.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.curator.test.TestingServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.ClusterView;
import org.isthmus.broker.client.NameLease;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Names that clients hold at a real broker. */
@Timeout(60)
class NameLeaseTest {
    @TempDir
    Path data;

    private static BrokerClient connect(Endpoint broker) {
        return BrokerClients.connect(List.of(broker), ClientConfig.defaults("test"));
    }

    private static CompletionStage<NameLease> take(BrokerClient client, String terms, boolean shared) {
        return client.lease("name", terms, shared, lost -> {});
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    @Test
    void nameIsFreeAgainWhenItsHolderGivesItUpOrIsClosed() throws Exception {
        try (var broker = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(), Map.of()));
                var other = connect(broker.endpoint())) {
            var one = connect(broker.endpoint());
            var lease = get(take(one, "", false));
            assertThatThrownBy(() -> get(take(other, "", false))).hasCauseInstanceOf(BrokerException.class);
            get(lease.end());
            get(get(take(other, "", false)).end());

            get(take(one, "", false));
            one.close();
            // The client says so last of all, which nobody waits for.
            while (isRefused(take(other, "", false))) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void nameIsSharedOnEqualTerms() throws Exception {
        try (var broker = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(), Map.of()));
                var one = connect(broker.endpoint());
                var two = connect(broker.endpoint())) {
            get(take(one, "a", true));
            assertThat(isRefused(take(two, "a", true))).isFalse();
            assertThat(isRefused(take(two, "b", true))).isTrue();
            assertThat(isRefused(take(two, "a", false))).isTrue();
        }
    }

    @Test
    void whenTheBrokerComesBackTheHolderHasTheNameOrIsToldThatItIsLost() throws Exception {
        var first = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of()));
        var address = first.listeners().get(0);
        try (var one = connect(address)) {
            var lost = new CompletableFuture<BrokerException>();
            get(one.lease("name", "", false, lost::complete));
            first.close();
            try (var second = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(address), Map.of()));
                    var two = connect(second.endpoint())) {
                if (!isRefused(take(two, "", false))) {
                    assertThat(get(lost).getMessage()).contains("taken");
                }
            }
        }
    }

    /** What a holder said to the broker that coordinated meanwhile, the one that does so again has not heard. */
    @Test
    void nameThatWasGivenUpIsFreeAlsoWhereABrokerCoordinatesAgain() throws Exception {
        try (var zooKeeper = new TestingServer(true);
                var first = EmbeddedBroker.acquire(inCluster(zooKeeper, 1));
                var second = EmbeddedBroker.acquire(inCluster(zooKeeper, 2));
                var admin = Admin.create(
                        Map.of("bootstrap.servers", first.listeners().get(0).toString()));
                var one = connect(first.listeners().get(0));
                var two = connect(second.listeners().get(0))) {
            var brokers = List.of(first, second);
            awaitAll(brokers, view -> view.brokers().size() == 2);
            get(get(take(one, "", false)).end());
            coordinate(admin, brokers, 1, 2);
            var lease = get(take(one, "", false));
            coordinate(admin, brokers, 2, 1);
            get(lease.end());
            coordinate(admin, brokers, 1, 2);

            get(take(two, "", false));
            assertThat(isRefused(take(one, "", false))).isTrue();
        }
    }

    private BrokerConfig inCluster(TestingServer zooKeeper, int id) {
        return new BrokerConfig(
                data.resolve("data-" + id),
                List.of(new Endpoint.Tcp("127.0.0.1", 0)),
                Map.of(
                        "zookeeper.connect",
                        zooKeeper.getConnectString() + "/names",
                        "node.id",
                        Integer.toString(id),
                        "offsets.topic.num.partitions",
                        "1"));
    }

    /** The first of these ids, from now on, which all brokers have heard of. */
    private static void coordinate(Admin admin, List<EmbeddedBroker> brokers, int... ids) throws Exception {
        var offsets = new TopicPartition("__consumer_offsets", 0);
        var replicas = IntStream.of(ids).boxed().toList();
        admin.alterPartitionReassignments(Map.of(offsets, Optional.of(new NewPartitionReassignment(replicas))))
                .all()
                .get();
        while (!admin.listPartitionReassignments().reassignments().get().isEmpty()) {
            Thread.onSpinWait();
        }
        while (!leads(admin, offsets)) {
            // It has yet to be in sync.
            Thread.onSpinWait();
        }
        awaitAll(brokers, view -> view.topics().stream()
                .filter(topic -> topic.name().equals(offsets.topic()))
                .anyMatch(topic -> topic.partitions().get(0).leader().value() == ids[0]));
    }

    private static boolean leads(Admin admin, TopicPartition partition) throws Exception {
        var refusal = admin.electLeaders(ElectionType.PREFERRED, Set.of(partition))
                .partitions()
                .get()
                .get(partition);
        return refusal.isEmpty() || refusal.get() instanceof ElectionNotNeededException;
    }

    /** Until each of them tells so by itself. */
    private static void awaitAll(List<EmbeddedBroker> brokers, Predicate<ClusterView> told) {
        for (var broker : brokers) {
            try (var asking =
                    BrokerClients.operate(List.of(broker.listeners().get(0)), ClientConfig.defaults("test"))) {
                while (!told.test(get(asking.cluster()))) {
                    Thread.onSpinWait();
                }
            }
        }
    }

    private static boolean isRefused(CompletionStage<NameLease> taking) {
        try {
            get(taking);
            return false;
        } catch (CompletionException e) {
            return true;
        }
    }
}
