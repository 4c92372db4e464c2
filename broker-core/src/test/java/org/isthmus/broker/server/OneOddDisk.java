package org.isthmus.broker.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.curator.test.TestingServer;

/** Three brokers in processes of their own, of which one has its data on a disk that has troubles. */
final class OneOddDisk implements AutoCloseable {
    private static final int ODD = 2;

    private final TestingServer zooKeeper;
    private final ProcessCluster cluster;

    private OneOddDisk(TestingServer zooKeeper) {
        this.zooKeeper = zooKeeper;
        cluster = new ProcessCluster(
                zooKeeper.getConnectString() + "/disks",
                "zookeeper.session.timeout.ms=4000",
                "replica.lag.time.max.ms=2000");
    }

    /**
     * Starts them.
     *
     * @param odd where the disk is mounted
     */
    static OneOddDisk start(Path odd, Path others) throws Exception {
        var started = new OneOddDisk(new TestingServer(true));
        try {
            for (var id = 1; id <= 3; id++) {
                started.cluster.start(id, id == ODD ? odd.resolve("data") : others.resolve("broker-" + id));
            }
            return started;
        } catch (IOException e) {
            started.close();
            throw e;
        }
    }

    /** Begins to write all the time to what the odd broker leads, and to what it follows. */
    Load load() throws Exception {
        var led = ReplicatedTopic.create(cluster.bootstrap(), "led", List.of(ODD, 1, 3), 2);
        var followed = ReplicatedTopic.create(cluster.bootstrap(), "followed", List.of(1, ODD, 3), 2);
        return new Load(
                led,
                followed,
                SteadyProducer.start(cluster.bootstrap(), led.name(), 1),
                SteadyProducer.start(cluster.bootstrap(), followed.name(), 1));
    }

    @Override
    public void close() throws IOException {
        cluster.close();
        zooKeeper.close();
    }

    /**
     * What is written.
     *
     * @param there by the odd broker
     * @param elsewhere with the odd broker as a follower
     */
    record Load(ReplicatedTopic led, ReplicatedTopic followed, SteadyProducer there, SteadyProducer elsewhere)
            implements AutoCloseable {
        void awaitOddOneOutOfSync() throws Exception {
            followed.awaitOutOfSync(0, ODD);
        }

        /** That all which was acknowledged is there once and in order. */
        void check() throws Exception {
            there.checkAll(led);
            elsewhere.checkAll(followed);
        }

        @Override
        public void close() {
            elsewhere.close();
            there.close();
            followed.close();
            led.close();
        }
    }
}
