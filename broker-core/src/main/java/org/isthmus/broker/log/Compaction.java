package org.isthmus.broker.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import org.isthmus.broker.record.CorruptBatchException;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.runtime.FileStore;
import org.jspecify.annotations.Nullable;

/**
 * One pass of compaction over the closed segments of a log. Made by the log's owner; then worked on in small steps, by one I/O thread at a
 * time, which never touch what is there but write new segments beside it. Each is handed to the owner to take the place of the old ones.
 *
 * <pre>
 *   LOOKING for the last batches of producers ──▶ MAPPING ── every dirty key is known, or the map is full ──▶ WRITING ── all below that is written ──▶ DONE
 * </pre>
 */
public final class Compaction implements Closeable {
    private static final int STEP_BYTES = 1 << 20;

    /** What a step came to. */
    public sealed interface Step {
        /** There is more to do. */
        record Worked(int bytes) implements Step {}

        /** New segments are on the disk; the owner is to put them in their place before the next step. */
        record Ready(Replacement replacement, int bytes) implements Step {}

        /** Below this offset each key is there once. */
        record Done(long cleanedTo) implements Step {
            @Override
            public int bytes() {
                return 0;
            }
        }

        /** Bytes that were read and written. */
        int bytes();
    }

    /** A compacted segment and those that it stands for. */
    public static final class Replacement {
        private final LogSegment[] replaced;
        private final LogSegment segment;

        Replacement(LogSegment[] replaced, LogSegment segment) {
            this.replaced = replaced;
            this.segment = segment;
        }

        LogSegment[] replaced() {
            return replaced;
        }

        LogSegment segment() {
            return segment;
        }
    }

    /** What the owner knew when it made the pass. */
    record Plan(
            PublishedView view,
            CompactionRange range,
            long cleanedTo,
            Set<Long> producers,
            LogConfig config,
            LogConfig.Compacting how,
            long nowMs) {}

    /** Makes what a draft holds count, on the disk, in place of these segments. */
    interface Commit {
        LogSegment commit(LogSegment[] replaced, LogSegment draft, long endOffset) throws IOException;
    }

    private final Path directory;
    private final FileStore files;
    private final Commit commit;
    private final Plan plan;
    private final LogSegment[] sources;
    private final long mapBytes;

    private final LastBatches lastBatches;
    private @Nullable HeaderScan look;
    private @Nullable LatestOffsets latest;
    private AbortedRecords aborted = AbortedRecords.NOTHING;
    private @Nullable CompactionFilter filter;
    private long mappedTo;
    private int source;
    private @Nullable RecoveryScan scan;
    private @Nullable LogSegment draft;
    private int firstInDraft;
    private boolean draftDiffers;
    private ByteBuffer output = ByteBuffer.allocate(0);
    private int stepBytes;
    private boolean closed;

    /** The sources are held for this until it is closed. */
    Compaction(Path directory, FileStore files, Commit commit, Plan plan, long mapBytes) {
        this.directory = directory;
        this.files = files;
        this.commit = commit;
        this.plan = plan;
        this.mapBytes = mapBytes;
        this.sources = Arrays.copyOf(plan.view().segments(), plan.range().segments());
        for (var segment : sources) {
            if (!segment.acquire()) {
                throw new IllegalStateException("A segment of the log is deleted: " + segment.name());
            }
        }
        this.lastBatches = new LastBatches(plan.producers());
    }

    /**
     * Does about a megabyte of work. Fails where the disk does or where a segment is not whole; nothing is changed then, and the pass is to be
     * {@link #close}d.
     */
    public Step work() throws IOException {
        stepBytes = 0;
        var what = filter;
        if (what != null) {
            return write(what);
        }
        if (latest != null) {
            map(latest);
        } else if (lastBatches.isEmpty() || source == sources.length) {
            beginMapping();
        } else {
            lookForProducers();
        }
        return new Step.Worked(stepBytes);
    }

    // ---- which batch of a producer is the last

    private void lookForProducers() throws IOException {
        var now = look;
        if (now == null) {
            now = new HeaderScan(sources[source].log(), 0, sources[source].size());
            look = now;
        }
        while (now.atBatch() && stepBytes < STEP_BYTES) {
            lastBatches.add(now);
            stepBytes += Math.min(now.size(), HeaderScan.READ_BYTES);
            now.next();
        }
        if (!now.atBatch()) {
            look = null;
            source++;
        }
    }

    // ---- which record of a key is the last

    private void beginMapping() throws IOException {
        latest = new LatestOffsets(mapBytes, plan.range().endOffset() - plan.cleanedTo());
        aborted = new AbortedRecords(plan.view().abortedTransactions(sources[0].baseOffset(), end(sources.length)));
        source = Retention.indexOf(sources, plan.cleanedTo());
    }

    private void map(LatestOffsets known) throws IOException {
        while (stepBytes < STEP_BYTES) {
            var batch = nextBatch();
            if (batch == null && source == sources.length) {
                beginWriting(known, end(sources.length));
                return;
            }
            var refused = batch == null ? LatestOffsets.NONE : map(batch, known, aborted);
            if (refused != LatestOffsets.NONE) {
                beginWriting(known, refused);
                return;
            }
        }
    }

    /** The offset of the first record that found no room, or {@link LatestOffsets#NONE}. */
    private long map(RecordBatch batch, LatestOffsets known, AbortedRecords doNotCount) {
        if (batch.isControl() || batch.count() == 0 || doNotCount.contains(batch)) {
            return LatestOffsets.NONE;
        }
        try {
            var records = batch.cursor();
            while (records.next()) {}
            records.rewind();
            while (records.next()) {
                var key = records.key();
                if (key != null && records.offset() >= plan.cleanedTo() && !known.put(key, records.offset())) {
                    return records.offset();
                }
            }
        } catch (CorruptBatchException unreadable) {
            // Nobody can say what it holds: it is kept as it is, and takes nothing away.
            return LatestOffsets.NONE;
        }
        return LatestOffsets.NONE;
    }

    private void beginWriting(LatestOffsets known, long upTo) {
        mappedTo = upTo;
        filter = new CompactionFilter(
                known, upTo, aborted, lastBatches, plan.view().startOffset(), plan.nowMs(), plan.how());
        scan = null;
        source = 0;
    }

    // ---- writing what stays

    private Step write(CompactionFilter what) throws IOException {
        if (scan == null) {
            var isLast = source == sources.length || sources[source].baseOffset() >= mappedTo;
            var written = draft;
            if (written != null && (isLast || !fits(written, sources[source]))) {
                return finish(written);
            }
            if (isLast) {
                return new Step.Done(mappedTo);
            }
            if (written == null) {
                begin();
            }
        }
        var target = draft;
        if (target == null) {
            throw new IllegalStateException("There is no segment to write to: " + directory);
        }
        while (stepBytes < STEP_BYTES) {
            var at = source;
            var batch = nextBatch();
            if (batch == null) {
                break;
            }
            var kept = what.filter(batch, batch.nextOffset() == end(at + 1));
            draftDiffers |= kept.isChanged();
            if (kept.bytes() != null) {
                add(kept.bytes(), target);
            }
            if (kept.isAbortMarker()) {
                keepAborted(sources[at], batch.baseOffset(), target);
            }
        }
        flush(target);
        return new Step.Worked(stepBytes);
    }

    private boolean fits(LogSegment written, LogSegment next) throws IOException {
        return (long) written.size() + next.size() <= plan.config().segmentBytes()
                && end(source + 1) - written.baseOffset() <= Integer.MAX_VALUE;
    }

    private void begin() throws IOException {
        if (files.usableBytes(directory) < sources[source].size()) {
            throw new IOException(
                    "There is no room to compact a segment of " + sources[source].size() + " bytes: " + directory);
        }
        var begun = LogSegment.draft(files, directory, sources[source].baseOffset());
        draft = begun;
        firstInDraft = source;
        draftDiffers = false;
        begun.create();
    }

    private void add(ByteBuffer batch, LogSegment target) throws IOException {
        if (output.remaining() < batch.remaining()) {
            flush(target);
            if (output.capacity() < batch.remaining()) {
                output = ByteBuffer.allocate(Math.max(STEP_BYTES, batch.remaining()));
            }
        }
        output.put(batch);
    }

    private void flush(LogSegment target) throws IOException {
        output.flip();
        stepBytes += output.remaining();
        target.write(output.duplicate());
        for (var batch : RecordBatch.in(output)) {
            target.written(batch, plan.config().indexIntervalBytes());
        }
        output.clear();
    }

    private static void keepAborted(LogSegment from, long markerOffset, LogSegment target) throws IOException {
        for (var transaction : from.aborted().all()) {
            if (transaction.markerOffset() == markerOffset) {
                target.aborted().add(transaction);
            }
        }
    }

    private Step finish(LogSegment written) throws IOException {
        draft = null;
        var replaced = Arrays.copyOfRange(sources, firstInDraft, source);
        if (replaced.length == 1 && !draftDiffers) {
            written.delete();
            return new Step.Worked(stepBytes);
        }
        try {
            written.flushIndexes(end(source));
            written.forceLog();
            written.forceIndexes();
            return new Step.Ready(new Replacement(replaced, commit.commit(replaced, written, end(source))), stepBytes);
        } catch (IOException failure) {
            written.delete();
            throw failure;
        }
    }

    // ---- reading

    /** Null at a segment's end, which is then left behind. */
    private @Nullable RecordBatch nextBatch() throws IOException {
        if (source == sources.length) {
            return null;
        }
        var now = scan;
        if (now == null) {
            now = sources[source].scanAll();
            scan = now;
        }
        var batch = now.next();
        if (batch != null) {
            stepBytes += batch.sizeInBytes();
            return batch;
        }
        if (now.leftOver() || now.nextOffset() != end(source + 1)) {
            throw new IOException("A closed segment is not whole, it ends at offset " + now.nextOffset()
                    + " instead of " + end(source + 1) + " and is not compacted: "
                    + sources[source].log().path());
        }
        scan = null;
        source++;
        return null;
    }

    /** Where the sources before this one end. */
    private long end(int index) {
        return index == sources.length ? plan.range().endOffset() : sources[index].baseOffset();
    }

    /** Lets go of everything; what was not put in its place is lost. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        var unfinished = draft;
        if (unfinished != null) {
            unfinished.delete();
        }
        for (var segment : sources) {
            segment.release();
        }
    }
}
