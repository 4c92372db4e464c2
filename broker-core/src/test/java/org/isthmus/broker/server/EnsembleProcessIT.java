package org.isthmus.broker.server;

import java.nio.file.Path;
import java.util.List;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingCluster;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers in processes of their own and three ZooKeeper servers, of which one or more are lost under load. */
@Timeout(300)
class EnsembleProcessIT {
    private static final int PARTITIONS = 3;

    private TestingCluster ensemble;
    private ProcessCluster cluster;

    @TempDir
    Path data;

    @BeforeEach
    void start() throws Exception {
        ensemble = new TestingCluster(3);
        ensemble.start();
        cluster = new ProcessCluster(
                ensemble.getConnectString() + "/ensemble",
                "zookeeper.session.timeout.ms=4000",
                "zookeeper.connection.timeout.ms=30000");
        for (var id = 1; id <= 3; id++) {
            cluster.start(id, data.resolve("broker-" + id));
        }
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
        ensemble.close();
    }

    /** Each in turn, so the leader of them too. */
    @Test
    void oneServerAfterAnotherIsLostAndTheClusterChangesAllTheSame() throws Exception {
        try (var topic = ReplicatedTopic.create(cluster.bootstrap(), "ensemble", PARTITIONS, 3, 2);
                var producer = SteadyProducer.start(cluster.bootstrap(), topic.name(), PARTITIONS)) {
            for (var server : servers()) {
                ensemble.killServer(server);
                producer.awaitMoreEverywhere(100);
                ReplicatedTopic.make(
                        cluster.bootstrap(), new NewTopic("without-" + server.getServerId(), 3, (short) 3));
                ensemble.restartServer(server);
            }
            producer.awaitMoreEverywhere(100);
            topic.awaitAllInSync();

            producer.checkAll(topic);
        }
    }

    @Test
    void withoutAQuorumLeadersServeOnAndAfterwardsThoseThatDiedAreReplaced() throws Exception {
        try (var topic = ReplicatedTopic.create(cluster.bootstrap(), "quorum", PARTITIONS, 3, 2);
                var producer = SteadyProducer.start(cluster.bootstrap(), topic.name(), PARTITIONS)) {
            producer.awaitMoreEverywhere(100);
            var lost = servers().subList(0, 2);
            for (var server : lost) {
                ensemble.killServer(server);
            }
            producer.awaitMoreEverywhere(500);

            var leader = topic.leader(0);
            cluster.kill(leader);
            for (var server : lost) {
                ensemble.restartServer(server);
            }
            topic.awaitOtherLeader(0, leader);
            producer.awaitMoreEverywhere(100);
            cluster.start(leader);
            topic.awaitAllInSync();

            producer.checkAll(topic);
        }
    }

    private List<InstanceSpec> servers() {
        return List.copyOf(ensemble.getInstances());
    }
}
