package org.isthmus.broker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.runtime.FileStore;
import org.isthmus.broker.runtime.StoredFile;
import org.jspecify.annotations.Nullable;

/**
 * A run of batches in one file, with its indexes. Written by the log's owner while it is the last; read by anybody who {@link #acquire}d
 * it. Its files are opened when first needed and stay open until the log has let go of it and so has every reader. Their names go at once
 * when it is deleted, so that a later segment may have them; who reads it goes on with the files that are open.
 */
final class LogSegment {
    private static final long UNKNOWN = Long.MIN_VALUE;
    private static final long NO_TIMESTAMP = UNKNOWN + 1;

    private static final int LEAST_ROOM = 16 << 10;
    static final int MOST_ROOM = 256 << 10;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(MOST_ROOM).asReadOnlyBuffer();

    private static final String LOG = ".log";
    private static final String DRAFT = ".draft";
    /** The log last: while it is there, recovery may rebuild the rest from it. */
    private static final List<String> SUFFIXES = List.of(".txnindex", ".timeindex", ".index", LOG);

    private final FileStore files;
    private final Path directory;
    private final SegmentName name;
    private final long baseOffset;
    private final String stem;
    private final SparseIndex offsets;
    private final SparseIndex times;
    private final AbortedTransactionIndex aborted;
    private final AtomicInteger holders = new AtomicInteger(1);
    private volatile @Nullable StoredFile log;
    private volatile boolean deleted;
    private volatile @Nullable LogSegment successor;
    private volatile int size = -1;
    private volatile long maxTimestampMs = UNKNOWN;
    private int bytesSinceIndexed;
    /** How far the file is known to reach: beyond the size where there is room. */
    private long reach;

    private boolean roomRefused;

    /** A segment as it is written. */
    LogSegment(FileStore files, Path directory, long baseOffset) {
        this(files, directory, SegmentName.written(baseOffset));
    }

    LogSegment(FileStore files, Path directory, SegmentName name) {
        this(files, directory, name, name.stem());
    }

    private LogSegment(FileStore files, Path directory, SegmentName name, String stem) {
        this.files = files;
        this.directory = directory;
        this.name = name;
        this.baseOffset = name.baseOffset();
        this.stem = stem;
        this.offsets = new SparseIndex(files, path(".index"));
        this.times = new SparseIndex(files, path(".timeindex"));
        this.aborted = new AbortedTransactionIndex(files, path(".txnindex"));
    }

    /** A segment that nobody counts as one before it is {@link #committed}. */
    static LogSegment draft(FileStore files, Path directory, long baseOffset) {
        var name = SegmentName.written(baseOffset);
        return new LogSegment(files, directory, name, name.stem() + DRAFT);
    }

    /** The segments in a directory, in order. Deletes what an interrupted compaction or deletion left of others. */
    static LogSegment[] all(FileStore files, Path directory) throws IOException {
        var paths = files.list(directory);
        var found = new ArrayList<SegmentName>();
        for (var path : paths) {
            SegmentName.of(path.getFileName().toString()).ifPresent(found::add);
        }
        var inForce = SegmentName.inForce(found).stream()
                .map(name -> new LogSegment(files, directory, name))
                .toArray(LogSegment[]::new);
        deleteOthers(files, paths, inForce);
        return inForce;
    }

    /** Deletes the files of every segment but these. */
    static void deleteOthers(FileStore files, List<Path> paths, LogSegment[] segments) throws IOException {
        var stems = new HashSet<String>();
        for (var segment : segments) {
            stems.add(segment.stem);
        }
        for (var path : paths) {
            var fileName = path.getFileName().toString();
            var dot = fileName.lastIndexOf('.');
            if (dot > 0 && SUFFIXES.contains(fileName.substring(dot)) && !stems.contains(fileName.substring(0, dot))) {
                files.delete(path);
            }
        }
    }

    private Path path(String suffix) {
        return directory.resolve(stem + suffix);
    }

    static Path path(Path directory, long offset, String suffix) {
        return directory.resolve(String.format(Locale.ROOT, "%020d", offset) + suffix);
    }

    long baseOffset() {
        return baseOffset;
    }

    SegmentName name() {
        return name;
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

    /** Keeps the files open until {@link #release}; false if they are closed or deleted. */
    boolean acquire() {
        while (true) {
            var now = holders.get();
            if (now == 0) {
                return false;
            }
            if (holders.compareAndSet(now, now + 1)) {
                break;
            }
        }
        // Whoever deletes says so before it counts the holders, so one of the two sees the other.
        if (deleted) {
            release();
            return false;
        }
        return true;
    }

    /** The segment, or what took its place, held; null where its records are deleted. */
    static @Nullable LogSegment hold(LogSegment segment) {
        for (var now = segment; now != null; now = now.successor) {
            if (now.acquire()) {
                return now;
            }
        }
        return null;
    }

    void release() {
        if (holders.decrementAndGet() == 0) {
            Closing.run(this::closeFiles, directory);
        }
    }

    /** Lets go of the segment for good. */
    void delete() {
        deleted = true;
        if (holders.get() > 1) {
            Closing.run(this::openFiles, directory);
        }
        Closing.run(this::deleteFiles, directory);
        release();
    }

    /** As {@link #delete}; readers that have not got hold of it go on in the other segment. */
    void deleteInFavourOf(LogSegment other) {
        successor = other;
        delete();
    }

    private void openFiles() throws IOException {
        log();
        offsets.open();
        times.open();
        aborted.all();
    }

    private void deleteFiles() throws IOException {
        for (var suffix : SUFFIXES) {
            files.delete(path(suffix));
        }
    }

    private void closeFiles() throws IOException {
        offsets.close();
        times.close();
        var open = log;
        if (open != null) {
            open.close();
        }
    }

    // ---- taking another's place

    /** The segment that a draft is to become once it is {@link #moveTo}d. */
    LogSegment committed(long endOffset, int generation) {
        return new LogSegment(files, directory, new SegmentName(baseOffset, endOffset, generation));
    }

    /** Gives a draft, which is whole and forced, its name: from then on it stands for all that the name covers. */
    void moveTo(LogSegment committed) throws IOException {
        release();
        for (var suffix : SUFFIXES) {
            if (suffix.equals(LOG)) {
                // The name that counts comes last, also after a crash.
                files.forceDirectory(directory);
            }
            if (suffix.equals(LOG) || files.exists(path(suffix))) {
                files.move(path(suffix), committed.path(suffix));
            } else {
                files.delete(committed.path(suffix));
            }
        }
        files.forceDirectory(directory);
    }

    /** Deletes the files of a segment that is in nobody's hands, or fails. */
    void discard() throws IOException {
        deleted = true;
        try {
            deleteFiles();
            files.forceDirectory(directory);
        } finally {
            release();
        }
    }

    /**
     * The segment as one that is written, for what is written must not carry the name of a compacted one, which covers later segments. Its
     * sparse indexes are to be built again.
     */
    LogSegment reopened() throws IOException {
        var written = new LogSegment(files, directory, baseOffset);
        if (name.generation() == 0) {
            return written;
        }
        for (var suffix : SUFFIXES) {
            files.delete(written.path(suffix));
        }
        for (var transaction : aborted.all()) {
            written.aborted.add(transaction);
        }
        written.aborted.flush();
        written.aborted.force();
        // Before the log's new name: what has the old one is nobody's afterwards.
        files.forceDirectory(directory);
        files.move(path(LOG), written.path(LOG));
        files.forceDirectory(directory);
        deleteFiles();
        return written;
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

    /** Whether the file is long enough already. */
    boolean hasRoomFor(int bytes) throws IOException {
        return (long) size() + bytes <= reach;
    }

    /**
     * Makes the file longer than the batches that are written next, by zeros: forcing what is written over them is cheaper than forcing a file
     * that grows, about twice. A small segment gets little of it, and a disk that has none to spare gives none.
     *
     * @param bytes of those batches
     * @param limit of the segment's size
     */
    void makeRoomBehind(int bytes, int limit) throws IOException {
        var behind = (long) size() + bytes;
        var room = Math.min(Math.max(LEAST_ROOM, Math.min(size(), MOST_ROOM)), limit - behind);
        if (roomRefused || room < bytes) {
            return;
        }
        try {
            log().write(ZEROS.duplicate().limit((int) room), behind);
            reach = behind + room;
        } catch (IOException refused) {
            roomRefused = true;
            Closing.run(this::cutTail, directory);
        }
    }

    /** Gives room back: a segment that is closed ends with its last batch. */
    void cutRoom() throws IOException {
        if (reach > size()) {
            cutTail();
        }
    }

    /** Cuts off what a failed write may have left behind the last whole batch, and room. */
    void cutTail() throws IOException {
        log().truncate(size());
        reach = size();
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

    /** Gives back the room of an index; offsets are then found by walking the segment. */
    void dropOffsetIndex() throws IOException {
        offsets.keepFirst(0);
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
            open = files.open(path(LOG));
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

    /** The largest timestamp in the first batch; the segment must not be empty. */
    long firstTimestampMs() throws IOException {
        return new HeaderScan(log(), 0, size()).maxTimestampMs();
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
