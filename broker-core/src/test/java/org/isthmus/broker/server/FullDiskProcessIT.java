package org.isthmus.broker.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.curator.test.TestingServer;
import org.isthmus.broker.runtime.SmallFileSystem;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers in processes of their own, of which one has a disk that is really full for a while. Runs where the user may mount one. */
@Timeout(300)
class FullDiskProcessIT {
    private static final int SMALL = 2;

    private TestingServer zooKeeper;
    private ProcessCluster cluster;
    private @Nullable SmallFileSystem small;

    @TempDir
    Path data;

    @TempDir
    Path mountPoint;

    @BeforeEach
    void start() throws Exception {
        small = SmallFileSystem.mount(mountPoint, 96);
        zooKeeper = new TestingServer(true);
        cluster = new ProcessCluster(
                zooKeeper.getConnectString() + "/full",
                "zookeeper.session.timeout.ms=4000",
                "replica.lag.time.max.ms=2000");
        for (var id = 1; id <= 3; id++) {
            cluster.start(id, id == SMALL ? mountPoint.resolve("data") : data.resolve("broker-" + id));
        }
    }

    @AfterEach
    void stop() throws Exception {
        if (small != null) {
            cluster.close();
            zooKeeper.close();
            small.close();
        }
    }

    @Test
    void othersServeOnWhereAFollowersDiskIsFullAndALeadersRecordsWait() throws Exception {
        try (var led = ReplicatedTopic.create(cluster.bootstrap(), "led", List.of(SMALL, 1, 3), 2);
                var followed = ReplicatedTopic.create(cluster.bootstrap(), "followed", List.of(1, SMALL, 3), 2);
                var there = SteadyProducer.start(cluster.bootstrap(), led.name(), 1);
                var elsewhere = SteadyProducer.start(cluster.bootstrap(), followed.name(), 1)) {
            there.awaitMore(0, 100);
            elsewhere.awaitMore(0, 100);

            var filler = small.fill();
            followed.awaitOutOfSync(0, SMALL);
            elsewhere.awaitMore(0, 500);
            Files.delete(filler);

            there.awaitMore(0, 100);
            followed.awaitAllInSync();
            there.checkAll(led);
            elsewhere.checkAll(followed);
        }
    }
}
