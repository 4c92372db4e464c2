package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.curator.test.TestingServer;
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
    private boolean mounted;

    @TempDir
    Path data;

    @TempDir
    Path mountPoint;

    @BeforeEach
    void start() throws Exception {
        mounted = runs("mount", "-t", "tmpfs", "-o", "size=96m", "isthmus-test", mountPoint.toString());
        assumeTrue(mounted, "no right to mount a file system");
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
        if (mounted) {
            cluster.close();
            zooKeeper.close();
            assertThat(runs("umount", "--lazy", mountPoint.toString())).isTrue();
        }
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException notThere) {
            return false;
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

            var filler = mountPoint.resolve("filler");
            fill(filler);
            followed.awaitOutOfSync(0, SMALL);
            elsewhere.awaitMore(0, 500);
            Files.delete(filler);

            there.awaitMore(0, 100);
            followed.awaitAllInSync();
            there.checkAll(led);
            elsewhere.checkAll(followed);
        }
    }

    private static void fill(Path filler) throws IOException {
        try (var out = Files.newOutputStream(filler)) {
            var block = new byte[1 << 16];
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left on device");
        }
    }
}
