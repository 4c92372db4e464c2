package org.isthmus.broker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.isthmus.broker.record.CorruptBatchException;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.runtime.StoredFile;

/**
 * Walks the headers of batches that are known to be whole, from one on. Used by one thread. Reads a few kilobytes at a time, so that many
 * small batches cost one read and large ones are stepped over.
 */
final class HeaderScan {
    static final int READ_BYTES = 4096;
    /** From a batch's first byte to the end of its producer's epoch, which is all that a walk asks for. */
    private static final int NEEDED_BYTES = 53;

    private static final int CONTROL = 0x20;

    private final StoredFile file;
    private final int end;
    private final ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES).limit(0);
    private int bufferAt;
    private int position;
    private int size;

    HeaderScan(StoredFile file, int position, int end) throws IOException {
        this.file = file;
        this.end = end;
        moveTo(position);
    }

    /** Whether there is a batch here; else the walk has come to its end. */
    boolean atBatch() {
        return position < end;
    }

    void next() throws IOException {
        moveTo(position + size);
    }

    int position() {
        return position;
    }

    int size() {
        return size;
    }

    int nextPosition() {
        return position + size;
    }

    long baseOffset() {
        return buffer.getLong(position - bufferAt);
    }

    long lastOffset() {
        return baseOffset() + buffer.getInt(position - bufferAt + 23);
    }

    long maxTimestampMs() {
        return buffer.getLong(position - bufferAt + 35);
    }

    boolean isControl() {
        return (buffer.getShort(position - bufferAt + 21) & CONTROL) != 0;
    }

    long producerId() {
        return buffer.getLong(position - bufferAt + 43);
    }

    short producerEpoch() {
        return buffer.getShort(position - bufferAt + 51);
    }

    private void moveTo(int target) throws IOException {
        position = target;
        if (position >= end) {
            return;
        }
        if (position < bufferAt || position + NEEDED_BYTES > bufferAt + buffer.limit()) {
            bufferAt = position;
            Files.readFully(file, buffer.clear().limit(Math.min(READ_BYTES, end - position)), position);
        }
        try {
            size = RecordBatch.sizeAt(buffer, position - bufferAt);
        } catch (CorruptBatchException | IndexOutOfBoundsException broken) {
            throw new IOException("No batch at " + position + ": " + file.path(), broken);
        }
        if (size > end - position) {
            throw new IOException(
                    "A batch of " + size + " bytes at " + position + " passes the end " + end + ": " + file.path());
        }
    }
}
