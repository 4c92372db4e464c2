package org.isthmus.broker.server;

import java.nio.file.Files;
import java.nio.file.Path;
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
    private @Nullable SmallFileSystem small;
    private @Nullable OneOddDisk brokers;

    @TempDir
    Path data;

    @TempDir
    Path mountPoint;

    @BeforeEach
    void start() throws Exception {
        small = SmallFileSystem.mount(mountPoint, 96);
        brokers = OneOddDisk.start(mountPoint, data);
    }

    @AfterEach
    void stop() throws Exception {
        if (brokers != null) {
            brokers.close();
        }
        if (small != null) {
            small.close();
        }
    }

    @Test
    void othersServeOnWhereAFollowersDiskIsFullAndALeadersRecordsWait() throws Exception {
        try (var load = brokers.load()) {
            load.there().awaitMore(0, 100);
            load.elsewhere().awaitMore(0, 100);

            var filler = small.fill();
            load.awaitOddOneOutOfSync();
            load.elsewhere().awaitMore(0, 500);
            Files.delete(filler);

            load.there().awaitMore(0, 100);
            load.followed().awaitAllInSync();
            load.check();
        }
    }
}
