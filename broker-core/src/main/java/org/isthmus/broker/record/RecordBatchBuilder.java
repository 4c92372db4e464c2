package org.isthmus.broker.record;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects records into one batch. Used by one thread. */
public final class RecordBatchBuilder {
    public RecordBatchBuilder(Compression compression) {}

    /** Makes the batch one of an idempotent producer. */
    public RecordBatchBuilder producer(long producerId, short producerEpoch, int baseSequence) {
        return this;
    }

    public RecordBatchBuilder append(
            long timestampMs, byte @Nullable [] key, byte @Nullable [] value, List<Header> headers) {
        return this;
    }

    public int count() {
        return 0;
    }

    /** Bytes that the batch has now, before compression. */
    public int sizeInBytes() {
        return 0;
    }

    /** The batch, complete with checksum, base offset 0. The builder is spent. */
    public ByteBuffer build() {
        throw new IllegalStateException("not there yet");
    }
}
