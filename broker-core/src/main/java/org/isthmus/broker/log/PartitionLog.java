package org.isthmus.broker.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.FileStore;

/** One partition's log. Owned by the partition's loop, except where a method says otherwise. */
public final class PartitionLog implements Closeable {
    /** Opens the log in this directory, creating it where there is none, and recovers it where it was not closed. */
    public static PartitionLog open(Path directory, LogConfig config, FileStore files, Clock clock) throws IOException {
        throw new IOException("not there yet");
    }

    /**
     * Checks whole batches as they came from a producer, gives them the next offsets and the leader's epoch (in place, in the buffer), and
     * writes them. All are written or none. They become visible to {@link #view} at once, and committed with
     * {@link #advanceHighWatermark}.
     */
    public AppendResult append(ByteBuffer batches, Epoch leaderEpoch) throws IOException {
        throw new IOException("not there yet");
    }

    /** The last published view: one volatile read, from any thread. */
    public LogView view() {
        throw new IllegalStateException("not there yet");
    }

    /** Publishes a higher watermark; a lower one is ignored. */
    public void advanceHighWatermark(long offset) {}

    /**
     * Makes durable what was appended before the call and returns the offset behind it. Called on an I/O thread, by one thread at a time,
     * while the owner goes on appending.
     */
    public long force() throws IOException {
        throw new IOException("not there yet");
    }

    /** Deletes the closed segments that retention no longer keeps; returns the new start offset. */
    public long applyRetention() throws IOException {
        throw new IOException("not there yet");
    }

    /** Forces everything and marks the log as cleanly closed, so that the next open needs no recovery. */
    @Override
    public void close() throws IOException {}
}
