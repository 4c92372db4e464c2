package org.isthmus.broker.server;

import java.nio.file.Path;
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
    private static final int ROUNDS = 2 * Integer.getInteger("isthmus.process.rounds", 1);

    private @Nullable StallingFileSystem disk;
    private @Nullable OneOddDisk brokers;

    @TempDir
    Path data;

    @TempDir
    Path mountPoint;

    @BeforeEach
    void start() throws Exception {
        disk = StallingFileSystem.mount(mountPoint, data.resolve("device"), 256);
        brokers = OneOddDisk.start(mountPoint, data);
    }

    @AfterEach
    void stop() throws Exception {
        if (brokers != null) {
            brokers.close();
        }
        if (disk != null) {
            disk.close();
        }
    }

    @Test
    void othersServeOnWhileADiskStandsStillAndWhatItsBrokerLeadsIsLateAndNotLost() throws Exception {
        try (var load = brokers.load()) {
            for (var round = 0; round < ROUNDS; round++) {
                load.there().awaitMore(0, 100);
                load.elsewhere().awaitMore(0, 100);

                disk.stall();
                load.awaitOddOneOutOfSync();
                load.elsewhere().awaitMore(0, 300);
                disk.goOn();

                load.there().awaitMore(0, 100);
                load.followed().awaitAllInSync();
                load.led().awaitAllInSync();
            }
            load.check();
        }
    }

    /** Each time it stands still all that is not written yet has to be, so its broker is slow to lead, and slow to follow. */
    @Test
    void nothingIsLostWhereADiskStandsStillAgainAndAgain() throws Exception {
        try (var load = brokers.load()) {
            while (load.there().acknowledged(0) < ROUNDS * 500
                    || load.elsewhere().acknowledged(0) < ROUNDS * 500) {
                disk.stall();
                disk.goOn();
            }
            load.check();
        }
    }
}
