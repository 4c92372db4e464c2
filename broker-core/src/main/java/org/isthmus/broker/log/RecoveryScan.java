package org.isthmus.broker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.isthmus.broker.record.CorruptBatchException;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.runtime.StoredFile;
import org.jspecify.annotations.Nullable;

/**
 * Walks a segment that a crash may have torn, as far as it is whole: every batch is checked by its checksum and follows the one before.
 * Zeros, garbage and a cut batch all mean the same: here the log ends.
 */
final class RecoveryScan {
    private static final int READ_BYTES = 1 << 20;

    private final StoredFile file;
    private final long fileSize;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private long bufferAt;
    private int position;
    private long nextOffset;
    private int epoch;

    RecoveryScan(StoredFile file, int position, long nextOffset) throws IOException {
        this.file = file;
        this.fileSize = file.size();
        this.position = position;
        this.bufferAt = position;
        this.nextOffset = nextOffset;
    }

    /** The next batch, or null at the end. The batch is valid until the next call. */
    @Nullable
    RecordBatch next() throws IOException {
        var header = bytes(RecordBatch.HEADER_BYTES);
        if (header == null) {
            return null;
        }
        try {
            var size = RecordBatch.sizeAt(header, 0);
            var base = header.getLong(0);
            // Cheap signs of garbage first: nothing is allocated for a length that garbage claims.
            if (header.get(16) != RecordBatch.MAGIC || base < nextOffset || base - nextOffset > Integer.MAX_VALUE) {
                return null;
            }
            var whole = bytes(size);
            if (whole == null) {
                return null;
            }
            var batch = RecordBatch.first(whole);
            batch.check();
            if (batch.leaderEpoch() < epoch) {
                return null;
            }
            position += size;
            nextOffset = batch.nextOffset();
            epoch = batch.leaderEpoch();
            return batch;
        } catch (CorruptBatchException torn) {
            return null;
        }
    }

    /** Whether the file goes on behind the last whole batch. */
    boolean leftOver() {
        return position < fileSize;
    }

    /** Whether nothing was written behind the last whole batch but room for more. */
    boolean atZeros() throws IOException {
        var rest = bytes((int) Math.min(RecordBatch.HEADER_BYTES, fileSize - position));
        while (rest != null && rest.hasRemaining()) {
            if (rest.get() != 0) {
                return false;
            }
        }
        return true;
    }

    long nextOffset() {
        return nextOffset;
    }

    private @Nullable ByteBuffer bytes(int count) throws IOException {
        if (count > fileSize - position) {
            return null;
        }
        var offset = (int) (position - bufferAt);
        if (offset + count > buffer.limit()) {
            var wanted = (int) Math.min(Math.max(READ_BYTES, count), fileSize - position);
            if (buffer.capacity() < wanted) {
                buffer = ByteBuffer.allocate(wanted);
            }
            Files.readFully(file, buffer.clear().limit(wanted), position);
            bufferAt = position;
            offset = 0;
        }
        return buffer.slice(offset, count);
    }
}
