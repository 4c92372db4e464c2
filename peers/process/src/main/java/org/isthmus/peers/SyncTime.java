package org.isthmus.peers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * How long a disk takes to have a block. {@code artemis create} measures the same and makes it the time for which the journal gathers writes; its
 * built-in value is for a disk of 300 such writes a second, and would measure that number instead of the broker.
 */
final class SyncTime {
    private static final int BLOCKS = 250;
    private static final int BLOCK_BYTES = 4096;
    private static final int TRIES = 3;

    private SyncTime() {}

    /** The mean of the best of some tries, over blocks that are overwritten as a journal's are. */
    static long measureNanos(Path directory) throws IOException {
        var file = Files.createTempFile(directory, "sync", ".test");
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(BLOCKS * BLOCK_BYTES));
            channel.force(true);
            var best = Long.MAX_VALUE;
            for (int i = 0; i < TRIES; i++) {
                best = Math.min(best, overwrite(channel));
            }
            return best;
        } finally {
            Files.delete(file);
        }
    }

    private static long overwrite(FileChannel channel) throws IOException {
        var block = ByteBuffer.allocateDirect(BLOCK_BYTES);
        var start = System.nanoTime();
        for (int i = 0; i < BLOCKS; i++) {
            channel.write(block.rewind(), (long) i * BLOCK_BYTES);
            channel.force(false);
        }
        return (System.nanoTime() - start) / BLOCKS;
    }
}
