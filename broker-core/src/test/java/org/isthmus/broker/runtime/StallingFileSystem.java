package org.isthmus.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isthmus.broker.runtime.SmallFileSystem.runs;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * A file system on a device of its own, which stands still when a test says so: nothing fails, but whoever writes or forces waits, and cannot even be
 * killed meanwhile. A test that makes one is passed over where the user may not mount.
 */
public final class StallingFileSystem implements AutoCloseable {
    private final Path mountPoint;

    private StallingFileSystem(Path mountPoint) {
        this.mountPoint = mountPoint;
    }

    /** @param device the file that is made into it */
    public static StallingFileSystem mount(Path mountPoint, Path device, int megabytes)
            throws IOException, InterruptedException {
        try (var room = new RandomAccessFile(device.toFile(), "rw")) {
            room.setLength((long) megabytes << 20);
        }
        var mounted = runs("mkfs.ext4", "-q", "-F", device.toString())
                && runs("mount", "-o", "loop", device.toString(), mountPoint.toString());
        assumeTrue(mounted, "no right to mount a file system on a device");
        return new StallingFileSystem(mountPoint);
    }

    public void stall() throws InterruptedException {
        assertThat(runs("fsfreeze", "--freeze", mountPoint.toString())).isTrue();
    }

    public void goOn() throws InterruptedException {
        assertThat(runs("fsfreeze", "--unfreeze", mountPoint.toString())).isTrue();
    }

    @Override
    public void close() throws InterruptedException {
        // It may be standing still, where a test failed; else this is refused.
        runs("fsfreeze", "--unfreeze", mountPoint.toString());
        assertThat(runs("umount", "--lazy", mountPoint.toString())).isTrue();
    }
}
