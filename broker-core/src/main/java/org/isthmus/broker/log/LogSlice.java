package org.isthmus.broker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.isthmus.broker.runtime.StoredFile;

/**
 * Whole batches in a row, as a range of a segment's file. The first batch may begin below the offset that was asked for. Holds the
 * segment's file open, also when the segment is deleted meanwhile, until {@link #release}, which its holder calls once.
 */
public record LogSlice(StoredFile file, long position, int length, Origin origin) {
    /** What the slice was cut out of, and keeps open. */
    interface Origin {
        long offsetBehind() throws IOException;

        void release();
    }

    public boolean isEmpty() {
        return length == 0;
    }

    /** Reads it, so only before the release. */
    public ByteBuffer copy() throws IOException {
        var bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && file.read(bytes, position + bytes.position()) >= 0) {}
        return bytes.flip();
    }

    /** Where what lies behind the last batch begins. Reads a header, if need be, so only before the release. */
    public long offsetBehind() throws IOException {
        return origin.offsetBehind();
    }

    public void release() {
        origin.release();
    }
}
