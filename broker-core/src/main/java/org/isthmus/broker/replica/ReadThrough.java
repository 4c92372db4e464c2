package org.isthmus.broker.replica;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.runtime.EventLoop;

/** One reading of a log up to an offset, batch by batch: reads on I/O threads, a chunk at a time, and gives on the partition's loop what it has. */
final class ReadThrough {
    private static final int CHUNK_BYTES = 1 << 20;

    private final EventLoop loop;
    private final Executor io;
    private final Standing standing;
    private final LogAccess access;
    private final long end;
    private final Consumer<RecordBatch> reader;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    ReadThrough(
            EventLoop loop, Executor io, Standing standing, LogAccess access, long end, Consumer<RecordBatch> reader) {
        this.loop = loop;
        this.io = io;
        this.standing = standing;
        this.access = access;
        this.end = end;
        this.reader = reader;
    }

    /** Completes on the partition's loop. */
    CompletionStage<Void> from(long offset) {
        io.execute(() -> read(offset));
        return done;
    }

    /** On an I/O thread. */
    private void read(long offset) {
        if (offset >= end) {
            loop.execute(() -> done.complete(null));
            return;
        }
        try {
            var chunk = chunkAt(offset);
            loop.execute(() -> give(offset, chunk));
        } catch (IOException | RuntimeException e) {
            loop.execute(() -> done.completeExceptionally(e));
        }
    }

    private ByteBuffer chunkAt(long offset) throws IOException {
        var opened = access.present();
        if (opened == null) {
            throw standing.notLeading();
        }
        return opened.view().copy(offset, end, CHUNK_BYTES);
    }

    private void give(long offset, ByteBuffer chunk) {
        var next = offset;
        try {
            for (var batch : RecordBatch.in(chunk)) {
                reader.accept(batch);
                next = batch.lastOffset() + 1;
            }
        } catch (RuntimeException e) {
            done.completeExceptionally(e);
            return;
        }
        // A slice that is not empty moves on by a batch at least; where it is empty, the end is all that is left.
        var from = next == offset ? end : next;
        io.execute(() -> read(from));
    }
}
