package org.isthmus.broker.replica;

import java.io.IOException;
import java.nio.file.Path;
import org.isthmus.broker.runtime.FileStore;

/**
 * Whether the log directory has room. Appends stop while less than a reserve is left, so that a full disk refuses records instead of
 * tearing them, and metadata and group state can still be written.
 */
final class DiskSpace {
    static final long RESERVE_BYTES = 32L << 20;

    private static final System.Logger log = System.getLogger(DiskSpace.class.getName());

    private final Path directory;
    private final FileStore files;
    private volatile boolean full;

    DiskSpace(Path directory, FileStore files) {
        this.directory = directory;
        this.files = files;
    }

    boolean isFull() {
        return full;
    }

    /** Looks at the disk, on a thread that may block, and says whether it is full. */
    boolean look() {
        try {
            var left = files.usableBytes(directory);
            var nowFull = left < RESERVE_BYTES;
            if (nowFull != full) {
                log.log(
                        nowFull ? System.Logger.Level.ERROR : System.Logger.Level.INFO,
                        nowFull
                                ? "Disk is full, appends are refused: {0} has {1} bytes left"
                                : "Disk has room again: {0} has {1} bytes left",
                        directory,
                        Long.toString(left));
            }
            full = nowFull;
        } catch (IOException e) {
            log.log(System.Logger.Level.WARNING, "Free space of " + directory + " could not be told", e);
        }
        return full;
    }
}
