package org.isthmus.broker.replica;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.isthmus.broker.runtime.FileStore;

/**
 * Whether a log directory has room. Appends stop while less than a reserve is left, so that a full disk refuses records instead of
 * tearing them, and metadata can still be written. They go on once there is more than that again.
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

    /** Looks at the disk, on a thread that may block, and says whether it is full. Fails where the disk does not answer. */
    boolean look() throws IOException {
        set(files.usableBytes(directory));
        return full;
    }

    /** Whether a failure means that there was no room. Appends are refused from then on, until a look finds some. */
    boolean causes(IOException failure) {
        if (!saysNoRoom(failure)) {
            return false;
        }
        set(0);
        return true;
    }

    private void set(long left) {
        var nowFull = left < RESERVE_BYTES;
        if (nowFull != full) {
            full = nowFull;
            log.log(
                    nowFull ? System.Logger.Level.ERROR : System.Logger.Level.INFO,
                    nowFull
                            ? "Disk is full, appends are refused until there is room: {0} has {1} bytes left"
                            : "Disk has room again: {0} has {1} bytes left",
                    directory,
                    Long.toString(left));
        }
    }

    // Java has no exception of its own for it; these are the words of the C library for ENOSPC and EDQUOT, and of
    // Windows.
    private static boolean saysNoRoom(IOException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            var message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
            if (message.contains("no space left on device")
                    || message.contains("disk quota exceeded")
                    || message.contains("not enough space on the disk")) {
                return true;
            }
        }
        return false;
    }
}
