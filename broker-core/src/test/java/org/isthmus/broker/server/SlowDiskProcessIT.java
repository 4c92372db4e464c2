package org.isthmus.broker.server;

import java.nio.file.Path;
import java.util.List;
import org.apache.curator.test.TestingServer;
import org.isthmus.broker.runtime.StallingFileSystem;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three brokers in processes of their own, of which one has a disk that stands still, for long or again and again. Runs where the user may mount one.
 */
@Timeout(300)
class SlowDiskProcessIT {
    private static final int SLOW = 2;
    private static final int ROUNDS = 2 * Integer.getInteger("isthmus.process.rounds", 1);

    private TestingServer zooKeeper;
    private ProcessCluster cluster;
    private @Nullable StallingFileSystem disk;

    @TempDir
    Path data;

    @TempDir
    Path mountPoint;

    @BeforeEach
    void start() throws Exception {
        disk = StallingFileSystem.mount(mountPoint, data.resolve("device"), 256);
        zooKeeper = new TestingServer(true);
        cluster = new ProcessCluster(
                zooKeeper.getConnectString() + "/slow",
                "zookeeper.session.timeout.ms=4000",
                "replica.lag.time.max.ms=2000");
        for (var id = 1; id <= 3; id++) {
            cluster.start(id, id == SLOW ? mountPoint.resolve("data") : data.resolve("broker-" + id));
        }
    }

    @AfterEach
    void stop() throws Exception {
        if (disk != null) {
            cluster.close();
            disk.close();
            zooKeeper.close();
        }
    }

    @Test
    void othersServeOnWhileADiskStandsStillAndWhatItsBrokerLeadsIsLateAndNotLost() throws Exception {
        try (var led = ReplicatedTopic.create(cluster.bootstrap(), "led", List.of(SLOW, 1, 3), 2);
                var followed = ReplicatedTopic.create(cluster.bootstrap(), "followed", List.of(1, SLOW, 3), 2);
                var there = SteadyProducer.start(cluster.bootstrap(), led.name(), 1);
                var elsewhere = SteadyProducer.start(cluster.bootstrap(), followed.name(), 1)) {
            for (var round = 0; round < ROUNDS; round++) {
                there.awaitMore(0, 100);
                elsewhere.awaitMore(0, 100);

                disk.stall();
                followed.awaitOutOfSync(0, SLOW);
                elsewhere.awaitMore(0, 300);
                disk.goOn();

                there.awaitMore(0, 100);
                followed.awaitAllInSync();
                led.awaitAllInSync();
            }
            there.checkAll(led);
            elsewhere.checkAll(followed);
        }
    }

    /** Each time it stands still all that is not written yet has to be, so its broker is slow to lead, and slow to follow. */
    @Test
    void nothingIsLostWhereADiskStandsStillAgainAndAgain() throws Exception {
        try (var led = ReplicatedTopic.create(cluster.bootstrap(), "led", List.of(SLOW, 1, 3), 2);
                var followed = ReplicatedTopic.create(cluster.bootstrap(), "followed", List.of(1, SLOW, 3), 2);
                var there = SteadyProducer.start(cluster.bootstrap(), led.name(), 1);
                var elsewhere = SteadyProducer.start(cluster.bootstrap(), followed.name(), 1)) {
            while (there.acknowledged(0) < ROUNDS * 500 || elsewhere.acknowledged(0) < ROUNDS * 500) {
                disk.stall();
                disk.goOn();
            }
            there.checkAll(led);
            elsewhere.checkAll(followed);
        }
    }
}
