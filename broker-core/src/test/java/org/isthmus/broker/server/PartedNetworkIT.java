package org.isthmus.broker.server;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers on machines of their own, as far as the network goes, whose ways are closed under load. Runs where the user may make such. */
@Timeout(600)
class PartedNetworkIT {
    private static final int BROKERS = 3;
    private static final int PARTITIONS = 3;
    /** One way of each kind in an ordinary build, else all of them. */
    private static final boolean ALL = Integer.getInteger("isthmus.process.rounds", 1) > 1;

    private PartedNetwork network;
    private TestingServer zooKeeper;
    private ProcessCluster cluster;

    @TempDir
    Path data;

    @BeforeEach
    void start() throws Exception {
        try {
            network = PartedNetwork.make(BROKERS);
        } catch (IOException refused) {
            abort("no right to make network namespaces: " + refused.getMessage());
        }
        zooKeeper = new TestingServer(true);
        cluster = new ProcessCluster(
                network.zooKeeper() + ":" + zooKeeper.getPort() + "/parted",
                "zookeeper.session.timeout.ms=3000",
                "replica.lag.time.max.ms=2000");
        for (var id = 1; id <= BROKERS; id++) {
            cluster.start(
                    id,
                    new ProcessCluster.Place(
                            network.on(id), network.address(id) + ":9092", data.resolve("broker-" + id)));
        }
    }

    @AfterEach
    void stop() throws Exception {
        if (cluster != null) {
            cluster.close();
            zooKeeper.close();
        }
        if (network != null) {
            network.close();
        }
    }

    /** What the leader says does not get there, or what the follower asks: either way the follower falls behind, and comes back. */
    @Test
    void followersAreCutOffFromTheirLeaderAndCatchUp() throws Exception {
        try (var topic = ReplicatedTopic.create(cluster.bootstrap(), "parted", PARTITIONS, 3, 2);
                var producer = SteadyProducer.start(cluster.bootstrap(), topic.name(), PARTITIONS)) {
            for (var partition : partitions()) {
                for (var place = 1; place < (ALL ? BROKERS : 2); place++) {
                    var leader = topic.leader(partition);
                    var follower = 1 + (leader - 1 + place) % BROKERS;
                    for (var way : new int[][] {{leader, follower}, {follower, leader}}) {
                        producer.awaitMoreEverywhere(100);
                        network.close(way[0], way[1]);
                        topic.awaitOutOfSync(partition, follower);
                        producer.awaitMore(partition, 100);
                        network.open(way[0], way[1]);
                        topic.awaitAllInSync();
                    }
                }
            }
            producer.checkAll(topic);
        }
    }

    /** It serves on for as long as its session may last, and no longer; what it then acknowledged to nobody is cut off. */
    @Test
    void leaderThatZooKeeperDoesNotHearOfIsReplaced() throws Exception {
        try (var topic = ReplicatedTopic.create(cluster.bootstrap(), "unheard", PARTITIONS, 3, 2);
                var producer = SteadyProducer.start(cluster.bootstrap(), topic.name(), PARTITIONS)) {
            for (var partition : partitions()) {
                producer.awaitMoreEverywhere(100);
                var leader = topic.leader(partition);
                network.closeToZooKeeper(leader);
                topic.awaitOtherLeader(partition, leader);
                producer.awaitMoreEverywhere(100);
                network.openToZooKeeper(leader);
                topic.awaitAllInSync();
            }
            producer.checkAll(topic);
        }
    }

    /** Cut off from the other brokers and from ZooKeeper, but not from clients: the worst place for a leader to be. */
    @Test
    void leaderThatOnlyClientsReachAcknowledgesNothingByItself() throws Exception {
        try (var topic = ReplicatedTopic.create(cluster.bootstrap(), "alone", PARTITIONS, 3, 1);
                var producer = SteadyProducer.start(cluster.bootstrap(), topic.name(), PARTITIONS)) {
            for (var partition : partitions()) {
                producer.awaitMoreEverywhere(100);
                var leader = topic.leader(partition);
                network.closeToZooKeeper(leader);
                for (var other = 1; other <= BROKERS; other++) {
                    if (other != leader) {
                        network.close(leader, other);
                        network.close(other, leader);
                    }
                }
                topic.awaitOtherLeader(partition, leader);
                producer.awaitMoreEverywhere(100);
                network.openToZooKeeper(leader);
                for (var other = 1; other <= BROKERS; other++) {
                    if (other != leader) {
                        network.open(leader, other);
                        network.open(other, leader);
                    }
                }
                topic.awaitAllInSync();
            }
            producer.checkAll(topic);
        }
    }

    private static int[] partitions() {
        return IntStream.range(0, ALL ? PARTITIONS : 1).toArray();
    }
}
