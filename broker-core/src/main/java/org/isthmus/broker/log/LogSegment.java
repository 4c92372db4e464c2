package org.isthmus.broker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.runtime.FileStore;
import org.isthmus.broker.runtime.StoredFile;
import org.jspecify.annotations.Nullable;

/**
 * A run of batches in one file, with its indexes. Written by the log's owner while it is the last; read by anybody who {@link #acquire}d
 * it. Its files are opened when first needed and stay open until the log has let go of it and so has every reader; only then, if it was
 * to be deleted, they are.
 */
final class LogSegment {
    private static final long UNKNOWN = Long.MIN_VALUE;
    private static final long NO_TIMESTAMP = UNKNOWN + 1;

    private final FileStore files;
    private final Path directory;
    private final long baseOffset;
    private final SparseIndex offsets;
    private final SparseIndex times;
    private final AbortedTransactionIndex aborted;
    private final AtomicInteger holders = new AtomicInteger(1);
    private volatile @Nullable StoredFile log;
    private volatile boolean deleted;
    private volatile int size = -1;
    private volatile long maxTimestampMs = UNKNOWN;
    private int bytesSinceIndexed;

    LogSegment(FileStore files, Path directory, long baseOffset) {
        this.files = files;
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.offsets = new SparseIndex(files, path(directory, baseOffset, ".index"));
        this.times = new SparseIndex(files, path(directory, baseOffset, ".timeindex"));
        this.aborted = new AbortedTransactionIndex(files, path(directory, baseOffset, ".txnindex"));
    }

    /** The segments in a directory, in order. */
    static LogSegment[] all(FileStore files, Path directory) throws IOException {
        return files.list(directory).stream()
                .map(path -> path.getFileName().toString())
                .filter(name -> name.matches("\\d{20}\\.log"))
                .sorted()
                .map(name -> new LogSegment(files, directory, Long.parseLong(name.substring(0, 20))))
                .toArray(LogSegment[]::new);
    }

    static Path path(Path directory, long offset, String suffix) {
        return directory.resolve(String.format(Locale.ROOT, "%020d", offset) + suffix);
    }

    long baseOffset() {
        return baseOffset;
    }

    int size() throws IOException {
        if (size < 0) {
            size = Math.toIntExact(log().size());
        }
        return size;
    }

    AbortedTransactionIndex aborted() {
        return aborted;
    }

    // ---- holding

    /** Keeps the files open until {@link #release}; false if they may be closed already. */
    boolean acquire() {
        while (true) {
            var now = holders.get();
            if (now == 0) {
                return false;
            }
            if (holders.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    void release() {
        if (holders.decrementAndGet() == 0) {
            Closing.run(this::closeFiles, directory);
        }
    }

    /** Lets go of the segment for good: the files go with the last reader. */
    void delete() {
        deleted = true;
        release();
    }

    private void closeFiles() throws IOException {
        offsets.close();
        times.close();
        var open = log;
        if (open != null) {
            open.close();
        }
        if (deleted) {
            // The log last: while it is there, recovery may rebuild the rest from it.
            files.delete(aborted.path());
            files.delete(times.path());
            files.delete(offsets.path());
            files.delete(path(directory, baseOffset, ".log"));
        }
    }

    // ---- writing, by the owner

    /** Writes batches that have their offsets behind what is there. */
    void write(ByteBuffer batches) throws IOException {
        log().write(batches, size());
    }

    /** Takes in the batch that was written at {@link #size}. */
    void written(RecordBatch batch, int indexIntervalBytes) throws IOException {
        var position = size();
        if (bytesSinceIndexed > indexIntervalBytes) {
            offsets.add(batch.baseOffset(), position);
            times.add(maxTimestampMs(), (int) (batch.baseOffset() - baseOffset));
            bytesSinceIndexed = 0;
        }
        bytesSinceIndexed += batch.sizeInBytes();
        maxTimestampMs = Math.max(maxTimestampMs(), batch.maxTimestampMs());
        size = position + batch.sizeInBytes();
    }

    /** Cuts off what a failed write may have left behind the last whole batch. */
    void cutTail() throws IOException {
        log().truncate(size());
    }

    /** Makes the indexes on disk complete as far as {@code nextOffset}, which ends the segment for now or for good. */
    void flushIndexes(long nextOffset) throws IOException {
        if (size() > 0) {
            var last = times.lastEntry();
            if (last == null || last.value() < nextOffset - baseOffset) {
                times.add(maxTimestampMs(), (int) (nextOffset - baseOffset));
            }
        }
        offsets.flush();
        times.flush();
        aborted.flush();
    }

    void forceLog() throws IOException {
        log().force();
    }

    void forceIndexes() throws IOException {
        offsets.force();
        times.force();
        aborted.force();
    }

    /**
     * Begins the walk that takes in again what lies at or above {@code offset}: forgets it in the indexes, with whatever is not among the
     * entries that are to be trusted, and goes back to a batch boundary at or below it that is sure. Returns that.
     */
    SparseIndex.Entry rewindTo(long offset, LogCheckpoint.Indexed trusted) throws IOException {
        offsets.keepFirst(trusted.offsets());
        offsets.keepKeysUpTo(offset - 1);
        var last = offsets.lastEntry();
        var boundary = last == null ? new SparseIndex.Entry(baseOffset, 0) : last;
        times.keepFirst(trusted.times());
        times.keepValuesUpTo((int) (boundary.key() - baseOffset));
        aborted.keepBelow(offset);
        var known = times.lastEntry();
        maxTimestampMs = known == null ? NO_TIMESTAMP : known.key();
        bytesSinceIndexed = 0;
        size = boundary.value();
        return boundary;
    }

    LogCheckpoint.Indexed indexed() throws IOException {
        return new LogCheckpoint.Indexed(offsets.count(), times.count());
    }

    /** Walks from where {@link #rewindTo} went. */
    RecoveryScan scan(long nextOffset) throws IOException {
        return new RecoveryScan(log(), size(), nextOffset);
    }

    RecoveryScan scanAll() throws IOException {
        return new RecoveryScan(log(), 0, baseOffset);
    }

    /** Makes the empty file. */
    void create() throws IOException {
        log().truncate(0);
        size = 0;
        offsets.keepFirst(0);
        times.keepFirst(0);
        aborted.keepBelow(baseOffset);
    }

    /** Shortens the file; the segment is not written any more after that. */
    void cutAt(int position) throws IOException {
        log().truncate(position);
        log().force();
    }

    /** The last entry of the offset index; what it points at must be there. */
    SparseIndex.@Nullable Entry lastIndexed() throws IOException {
        return offsets.lastEntry();
    }

    // ---- reading, by anybody who holds it

    StoredFile log() throws IOException {
        var open = log;
        return open != null ? open : openLog();
    }

    // Locked: the first to need a closed segment may be any thread, and one opening is enough.
    private synchronized StoredFile openLog() throws IOException {
        var open = log;
        if (open == null) {
            open = files.open(path(directory, baseOffset, ".log"));
            log = open;
        }
        return open;
    }

    /** Position of the first batch that ends at or above the offset; {@code end} if none does. */
    int positionOf(long offset, int end) throws IOException {
        var scan = scanFrom(offsets.floorKey(offset), end);
        while (scan.atBatch() && scan.lastOffset() < offset) {
            scan.next();
        }
        return Math.min(scan.position(), end);
    }

    /** Position of the first batch that begins at or above the offset; {@code end} if none does. */
    int boundaryOf(long offset, int end) throws IOException {
        var scan = scanFrom(offsets.floorKey(offset), end);
        while (scan.atBatch() && scan.baseOffset() < offset) {
            scan.next();
        }
        return Math.min(scan.position(), end);
    }

    /** The last batch boundary at or below the limit, given one that is. */
    int boundaryUpTo(int limit, int from, int end) throws IOException {
        var entry = offsets.floorValue(limit);
        var start = entry == null || entry.value() < from ? from : entry.value();
        var scan = new HeaderScan(log(), start, end);
        while (scan.atBatch() && scan.nextPosition() <= limit) {
            scan.next();
        }
        return Math.min(scan.position(), end);
    }

    int sizeOfBatchAt(int position, int end) throws IOException {
        return new HeaderScan(log(), position, end).size();
    }

    /** The largest timestamp in the segment. */
    long maxTimestampMs() throws IOException {
        if (maxTimestampMs == UNKNOWN) {
            var last = times.lastEntry();
            maxTimestampMs = last != null ? last.key() : size() == 0 ? NO_TIMESTAMP : Long.MAX_VALUE;
        }
        return maxTimestampMs;
    }

    /** The first batch from an offset on that reaches the timestamp and begins below the bound, or null. */
    @Nullable
    RecordBatch firstBatchAtOrAfter(long timestampMs, long fromOffset, long upToOffset, int end) throws IOException {
        var time = times.floorKey(timestampMs - 1);
        var from = Math.max(fromOffset, time == null ? baseOffset : baseOffset + time.value());
        var scan = scanFrom(offsets.floorKey(from), end);
        while (scan.atBatch() && scan.baseOffset() < upToOffset) {
            if (scan.maxTimestampMs() >= timestampMs && scan.lastOffset() >= fromOffset) {
                return batchAt(scan.position(), scan.size());
            }
            scan.next();
        }
        return null;
    }

    private RecordBatch batchAt(int position, int bytes) throws IOException {
        var buffer = ByteBuffer.allocate(bytes);
        Files.readFully(log(), buffer, position);
        return RecordBatch.first(buffer);
    }

    private HeaderScan scanFrom(SparseIndex.@Nullable Entry entry, int end) throws IOException {
        return new HeaderScan(log(), entry == null ? 0 : Math.min(entry.value(), end), end);
    }
}
