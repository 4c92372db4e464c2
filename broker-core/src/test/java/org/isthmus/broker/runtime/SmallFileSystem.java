package org.isthmus.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A file system of a few megabytes, in memory, that can really be full. A test that makes one is passed over where the user may not mount. */
public final class SmallFileSystem implements AutoCloseable {
    private static final int BLOCK_BYTES = 4096;

    private final Path mountPoint;

    private SmallFileSystem(Path mountPoint) {
        this.mountPoint = mountPoint;
    }

    public static SmallFileSystem mount(Path mountPoint, int megabytes) throws InterruptedException {
        var mounted =
                runs("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "isthmus-test", mountPoint.toString());
        assumeTrue(mounted, "no right to mount a file system");
        return new SmallFileSystem(mountPoint);
    }

    /** Takes all the room that is left, until what it returns is deleted. */
    public Path fill() throws IOException {
        var filler = mountPoint.resolve("filler");
        try (var out = Files.newOutputStream(filler)) {
            var block = new byte[BLOCK_BYTES];
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left on device");
        }
        return filler;
    }

    @Override
    public void close() throws InterruptedException {
        assertThat(runs("umount", "--lazy", mountPoint.toString())).isTrue();
    }

    static boolean runs(String... command) throws InterruptedException {
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
}
