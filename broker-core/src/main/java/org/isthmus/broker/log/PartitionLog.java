package org.isthmus.broker.log;

import static org.isthmus.broker.common.ErrorCode.KAFKA_STORAGE_ERROR;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.FileStore;
import org.jspecify.annotations.Nullable;

/**
 * One partition's log. Owned by the partition's loop, except where a method says otherwise. Readers see what the owner published last;
 * what is published never changes below the high watermark. An append that fails leaves the log as it was; a force that fails ends the
 * use of the log until it is opened again, because nobody can tell any more what the disk has.
 */
public final class PartitionLog implements Closeable {
    private static final Logger LOG = System.getLogger(PartitionLog.class.getName());
    private static final int FORCES_FOR_ROOM = 2;
    private static final long PRODUCER_EXPIRATION_MS = 24L * 60 * 60 * 1000;

    private final Path directory;
    private final FileStore files;
    private final Clock clock;

    private final ProducerStates producers = new ProducerStates();
    private LogConfig config;
    private AppendCheck appendCheck;
    /** Transactions that a marker ended at or above the high watermark: they hold the last stable offset back until it passes. */
    private final Deque<ProducerStates.Ended> undecided = new ArrayDeque<>();

    private LogSegment[] segments = {};
    private LeaderEpochs epochs = LeaderEpochs.NONE;
    private long startOffset;
    private long endOffset;
    private long highWatermark;
    private long segmentBegunMs = -1;
    private boolean tailDirty;
    private boolean closed;
    private int bytesSinceMark;
    private boolean rolled;
    private int forcesAtRoom;
    /** The offset of the last whole snapshot of the producers. */
    private long snapshotAt = -1;
    /** Below this offset each key was there once when the log was last compacted. Too low costs work, and nothing else. */
    private long cleanedTo;

    /** Set by the owner once its view shows what lies below; taken up by whoever forces next. */
    private volatile @Nullable Mark mark;

    /** Held by whoever forces, and by the owner for the rare changes that must not run beside that: truncation, a new start, closing. */
    private final ReentrantLock disk = new ReentrantLock();

    private long recoveryPoint;
    /** Writing a checkpoint failed, and it may be there all the same: another recovery point and start than are known here. */
    private boolean checkpointInDoubt;

    private LogCheckpoint.Indexed indexed = LogCheckpoint.Indexed.NOTHING;
    private long forcedBase;
    /** Ends where what is durable, or was {@linkplain #takeTail taken} to be made so, ends in the segment of {@link #forcedBase}. */
    private Tail taken = new Tail(0, 0, 0);

    private long forcedEnd;

    /** A compacted segment that the disk counts already, while its place is still taken by what it stands for. */
    private @Nullable LogSegment unplaced;

    /** Counted by whoever forces. */
    private final AtomicInteger forces = new AtomicInteger();

    private volatile @Nullable IOException broken;
    private volatile @Nullable PublishedView view;

    /** A point in the open segment from which recovery could begin, if everything below were durable. */
    private record Mark(long segmentBase, long offset, LogCheckpoint.Indexed indexed) {}

    private PartitionLog(Path directory, LogConfig config, FileStore files, Clock clock) {
        this.directory = directory;
        this.config = config;
        this.files = files;
        this.clock = clock;
        this.appendCheck = new AppendCheck(config, producers);
    }

    /** Opens the log in this directory, creating it where there is none, and recovers it where it was not closed. */
    public static PartitionLog open(Path directory, LogConfig config, FileStore files, Clock clock) throws IOException {
        var log = new PartitionLog(directory, config, files, clock);
        log.load(true);
        return log;
    }

    /** As {@link #open}, where other replicas decide about what is committed: the watermark is the last one noted, not the end of the log. */
    public static PartitionLog openReplica(Path directory, LogConfig config, FileStore files, Clock clock)
            throws IOException {
        var log = new PartitionLog(directory, config, files, clock);
        log.load(false);
        return log;
    }

    /** How the log is kept from now on. */
    public void configure(LogConfig changed) {
        if (!changed.equals(config)) {
            config = changed;
            appendCheck = new AppendCheck(changed, producers);
        }
    }

    // ---- appending

    /**
     * Checks whole batches as they came from a producer, gives them the next offsets and the leader's epoch (in place, in the buffer), and
     * writes them. All are written or none. They become visible to {@link #view} at once, and committed with
     * {@link #advanceHighWatermark}. A full disk is a rejection, and the next append tries again; any other failure of the disk is thrown.
     */
    public AppendResult append(ByteBuffer batches, Epoch leaderEpoch) throws IOException {
        return append(batches, leaderEpoch, AppendOrigin.CLIENT);
    }

    /** As {@link #append(ByteBuffer, Epoch)}; what the broker itself writes may be markers, and transactional without sequences. */
    public AppendResult append(ByteBuffer batches, Epoch leaderEpoch, AppendOrigin origin) throws IOException {
        ensureUsable();
        var refusal = appendCheck.check(batches, origin, clock.wallMs());
        if (refusal != null) {
            return refusal;
        }
        var base = endOffset;
        var next = base;
        var stampMs = config.logAppendTime() ? clock.wallMs() : -1;
        for (var batch : RecordBatch.in(batches)) {
            batch.stamp(next, leaderEpoch.value());
            if (config.logAppendTime()) {
                batch.stampLogAppendTime(stampMs);
            }
            next = batch.nextOffset();
        }
        var failure = write(batches, next);
        return failure != null ? failure : new AppendResult.Appended(base, next - 1, stampMs);
    }

    /**
     * Writes whole batches as another replica's log has them, with their offsets and epochs. They must follow what is here; a gap is what
     * compaction left. Fails with {@link org.isthmus.broker.record.CorruptBatchException} on damaged ones, before anything is written.
     */
    public AppendResult appendReplicated(ByteBuffer batches) throws IOException {
        ensureUsable();
        var next = endOffset;
        var base = -1L;
        for (var batch : RecordBatch.in(batches)) {
            batch.check();
            if (batch.baseOffset() < next) {
                throw new IllegalStateException("A replica's batch begins at " + batch.baseOffset()
                        + ", the log ends at " + next + ": " + directory);
            }
            base = base < 0 ? batch.baseOffset() : base;
            next = batch.nextOffset();
        }
        if (base < 0) {
            return new AppendResult.Appended(endOffset, endOffset - 1, -1);
        }
        var failure = write(batches, next);
        return failure != null ? failure : new AppendResult.Appended(base, next - 1, -1);
    }

    /** Appends those of a journal's batches that the log has lost; those before them it has. Fails where there is no room. */
    void complete(ByteBuffer batches) throws IOException {
        var missing = batches.duplicate();
        for (var batch : RecordBatch.in(batches)) {
            if (batch.baseOffset() >= endOffset) {
                break;
            }
            missing.position(missing.position() + batch.sizeInBytes());
        }
        if (missing.hasRemaining() && appendReplicated(missing.slice()) instanceof AppendResult.Rejected refused) {
            throw new IOException(refused.reason());
        }
    }

    /** Null when it is written and published. */
    private AppendResult.@Nullable Rejected write(ByteBuffer batches, long nextOffset) throws IOException {
        try {
            repairTail();
            if (mustRoll(batches.remaining(), nextOffset)) {
                roll();
            }
            makeRoom(batches.remaining());
            tailDirty = true;
            active().write(batches.duplicate());
            tailDirty = false;
        } catch (IOException failure) {
            return refuse(failure, batches.remaining());
        }
        for (var batch : RecordBatch.in(batches)) {
            active().written(batch, config.indexIntervalBytes());
            takeIn(batch, active());
        }
        if (segmentBegunMs < 0) {
            segmentBegunMs = clock.wallMs();
        }
        endOffset = nextOffset;
        publish();
        bytesSinceMark += batches.remaining();
        if (bytesSinceMark >= config.checkpointBytes()) {
            markForRecovery();
        }
        return null;
    }

    // Where forces are rare, room would cost more than it saves.
    private void makeRoom(int bytes) throws IOException {
        if (forces.get() - forcesAtRoom >= FORCES_FOR_ROOM && !active().hasRoomFor(bytes)) {
            forcesAtRoom = forces.get();
            active().makeRoomBehind(bytes, config.segmentBytes());
        }
    }

    /** Prepares a point from which recovery may begin; the next force makes it one. A failure costs a longer recovery and nothing else. */
    private void markForRecovery() {
        bytesSinceMark = 0;
        try {
            active().flushIndexes(endOffset);
            writeSnapshot();
            mark = new Mark(active().baseOffset(), endOffset, active().indexed());
        } catch (IOException failure) {
            LOG.log(Level.WARNING, "Recovery will begin further back: " + directory, failure);
        }
    }

    // Not where one is already: a crash while it is written over would cost what is durable.
    private void writeSnapshot() throws IOException {
        if (snapshotAt != endOffset) {
            Files.write(files, LogSegment.path(directory, endOffset, ProducerSnapshots.SUFFIX), producers.snapshot());
            snapshotAt = endOffset;
        }
    }

    private AppendResult.Rejected refuse(IOException failure, int bytes) throws IOException {
        try {
            repairTail();
            // Index, snapshot and the file system's own blocks need room too, hence more than the batch.
            if (files.usableBytes(directory) < bytes + (long) config.indexIntervalBytes()) {
                return new AppendResult.Rejected(KAFKA_STORAGE_ERROR, "The disk is full: " + directory);
            }
        } catch (IOException another) {
            failure.addSuppressed(another);
        }
        throw failure;
    }

    // What a failed write left could otherwise be taken for records, should the next one happen to end where they
    // begin.
    private void repairTail() throws IOException {
        if (tailDirty) {
            active().cutTail();
            tailDirty = false;
        }
    }

    private boolean mustRoll(int bytes, long nextOffset) throws IOException {
        var size = active().size();
        return size > 0
                && ((long) size + bytes > config.segmentBytes()
                        || nextOffset - active().baseOffset() > Integer.MAX_VALUE
                        || clock.wallMs() - segmentBegunMs >= config.rollMs(directory));
    }

    private void roll() throws IOException {
        active().cutRoom();
        active().flushIndexes(endOffset);
        producers.forgetIdle(clock.wallMs() - PRODUCER_EXPIRATION_MS, active().baseOffset());
        writeSnapshot();
        var next = new LogSegment(files, directory, endOffset);
        try {
            next.create();
        } catch (IOException failure) {
            // Not to be left behind: should the open segment grow on, recovery must not find one in its middle.
            discard(next, failure);
            throw failure;
        }
        var more = Arrays.copyOf(segments, segments.length + 1);
        more[segments.length] = next;
        segments = more;
        segmentBegunMs = -1;
        bytesSinceMark = 0;
        rolled = true;
    }

    /** Whether a segment was closed since this was asked last: where nobody forces after each append, that is the time to. */
    public boolean hasRolledSinceAsked() {
        var since = rolled;
        rolled = false;
        return since;
    }

    private void discard(LogSegment segment, IOException cause) {
        try {
            segment.discard();
        } catch (IOException failure) {
            cause.addSuppressed(failure);
            broken = cause;
        }
    }

    /** What the log remembers of a batch besides its bytes. */
    private void takeIn(RecordBatch batch, LogSegment segment) throws IOException {
        epochs = epochs.with(batch.leaderEpoch(), batch.baseOffset());
        var ended = producers.replay(batch);
        if (ended == null) {
            return;
        }
        undecided.add(ended);
        if (ended.aborted() != null) {
            segment.aborted().add(ended.aborted());
        }
    }

    // ---- reading

    /** The producers that it remembers. */
    public List<ActiveProducer> activeProducers() {
        return producers.active();
    }

    /** The last published view: one volatile read, from any thread. */
    public LogView view() {
        return published();
    }

    private PublishedView published() {
        var now = view;
        if (now == null) {
            throw new IllegalStateException("The log is not open: " + directory);
        }
        return now;
    }

    private void publish() throws IOException {
        var stable = producers.firstOpenOffset(endOffset);
        for (var ended : undecided) {
            stable = Math.min(stable, ended.firstOffset());
        }
        view = new PublishedView(
                segments,
                startOffset,
                endOffset,
                active().size(),
                highWatermark,
                Math.min(stable, highWatermark),
                openTransactions(),
                epochs);
    }

    private List<OpenTransaction> openTransactions() {
        if (undecided.isEmpty()) {
            return producers.open();
        }
        var open = new ArrayList<>(producers.open());
        undecided.forEach(ended -> open.add(new OpenTransaction(ended.producerId(), ended.firstOffset())));
        return open;
    }

    /** Publishes a higher watermark; a lower one is ignored, and one above the log's end means the end. */
    public void advanceHighWatermark(long offset) {
        var bounded = Math.min(offset, endOffset);
        if (bounded <= highWatermark) {
            return;
        }
        highWatermark = bounded;
        undecided.removeIf(ended -> ended.markerOffset() < highWatermark);
        try {
            publish();
        } catch (IOException impossible) {
            // The size of the segment that is written is known without asking the disk.
            throw new IllegalStateException(impossible);
        }
    }

    // ---- durability

    /**
     * Batches in a row.
     *
     * @param endPosition where they end in the open segment
     */
    record Tail(long baseOffset, long endOffset, int endPosition) {}

    /**
     * Puts what was appended since it was forced or taken last into the buffer, for somebody else to make it durable. Null where the log has to be
     * {@linkplain #force forced}, because that does not fit, or is not all in the segment that was forced last. Called as {@link #force} is.
     *
     * @param upTo an earlier view behind whose end nothing is to be taken; null for all
     */
    @Nullable
    Tail takeTail(ByteBuffer target, @Nullable LogView upTo) throws IOException {
        disk.lock();
        try {
            ensureUsable();
            var wanted = upTo == null ? published() : (PublishedView) upTo;
            if (wanted.endOffset() <= taken.endOffset()) {
                return new Tail(wanted.endOffset(), wanted.endOffset(), taken.endPosition());
            }
            var last = wanted.segments()[wanted.segments().length - 1];
            var bytes = wanted.endPosition() - taken.endPosition();
            if (last.baseOffset() != forcedBase || bytes > target.remaining()) {
                return null;
            }
            Files.readFully(last.log(), target.slice(target.position(), bytes), taken.endPosition());
            target.position(target.position() + bytes);
            taken = new Tail(taken.endOffset(), wanted.endOffset(), wanted.endPosition());
            return taken;
        } finally {
            disk.unlock();
        }
    }

    /**
     * Makes durable what was appended before the call and returns the offset behind it. Called on an I/O thread, by one thread at a time,
     * while the owner goes on appending. After a failure, this and {@link #append} fail until the log is opened again.
     */
    public long force() throws IOException {
        disk.lock();
        try {
            ensureUsable();
            forces.incrementAndGet();
            return forcePublished();
        } finally {
            disk.unlock();
        }
    }

    private long forcePublished() throws IOException {
        // The mark first: the view that is read then shows all that lies below it.
        var marked = mark;
        var now = published();
        var last = now.segments()[now.segments().length - 1];
        try {
            for (var i = now.indexOf(forcedBase); i < now.segments().length; i++) {
                forceSegment(now.segments()[i], now.segments()[i] != last);
            }
            if (last.baseOffset() != forcedBase) {
                files.forceDirectory(directory);
            }
        } catch (IOException failure) {
            broken = failure;
            throw failure;
        }
        forcedEnd = now.endOffset();
        taken = new Tail(forcedEnd, forcedEnd, now.endPosition());
        if (last.baseOffset() != forcedBase) {
            forcedBase = last.baseOffset();
            closedSegmentsAreDurable(now);
        }
        if (marked != null && marked.segmentBase() == forcedBase && marked.offset() > recoveryPoint) {
            markIsDurable(marked, last, now);
        }
        return now.endOffset();
    }

    private static void forceSegment(LogSegment segment, boolean isClosed) throws IOException {
        if (!segment.acquire()) {
            return;
        }
        try {
            segment.forceLog();
            if (isClosed) {
                segment.forceIndexes();
            }
        } finally {
            segment.release();
        }
    }

    /** Recovery begins at the open segment from now on. A failure costs a longer recovery and nothing else. */
    private void closedSegmentsAreDurable(PublishedView now) {
        try {
            ProducerSnapshots.force(files, directory, forcedBase);
            checkpoint(forcedBase, indexedBelow(now, forcedBase), now.startOffset(), now.highWatermark(), now.epochs());
            ProducerSnapshots.deleteBelow(files, directory, recoveryPoint);
        } catch (IOException failure) {
            LOG.log(Level.WARNING, "The recovery point stays at " + recoveryPoint + ": " + directory, failure);
        }
    }

    private void markIsDurable(Mark marked, LogSegment segment, PublishedView now) {
        try {
            segment.forceIndexes();
            ProducerSnapshots.force(files, directory, marked.offset());
            // Names before the checkpoint that counts on them.
            files.forceDirectory(directory);
            checkpoint(marked.offset(), marked.indexed(), now.startOffset(), now.highWatermark(), now.epochs());
            ProducerSnapshots.deleteBelow(files, directory, recoveryPoint);
        } catch (IOException failure) {
            LOG.log(Level.WARNING, "The recovery point stays at " + recoveryPoint + ": " + directory, failure);
        }
    }

    /** How far the closed segment before an offset is indexed, which is all there is to it. */
    private static LogCheckpoint.Indexed indexedBelow(PublishedView now, long base) throws IOException {
        var below = now.indexOf(base - 1);
        return base > now.segments()[below].baseOffset()
                ? now.segments()[below].indexed()
                : LogCheckpoint.Indexed.NOTHING;
    }

    private void checkpoint(
            long newRecoveryPoint, LogCheckpoint.Indexed below, long newStart, long watermark, LeaderEpochs known)
            throws IOException {
        checkpointInDoubt = true;
        var durable = known.truncatedTo(newRecoveryPoint).starts();
        new LogCheckpoint(newRecoveryPoint, newStart, watermark, below, cleanedTo, durable).write(files, directory);
        recoveryPoint = newRecoveryPoint;
        checkpointInDoubt = false;
        indexed = below;
    }

    /** Forces everything and notes that the log ends here, so that the next open needs no recovery. Lets go of the files also when it fails. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        disk.lock();
        try {
            ensureUsable();
            forceForClose();
        } finally {
            closed = true;
            for (var segment : segments) {
                segment.release();
            }
            disk.unlock();
        }
    }

    private void forceForClose() throws IOException {
        repairTail();
        active().cutRoom();
        active().flushIndexes(endOffset);
        // The view may lack the open segment: the append for which it was begun was refused.
        publish();
        forcePublished();
        active().forceIndexes();
        writeSnapshot();
        ProducerSnapshots.force(files, directory, endOffset);
        // Names before the checkpoint that counts on them: of two names, a crash may keep the later one alone.
        files.forceDirectory(directory);
        checkpoint(
                endOffset,
                endOffset > active().baseOffset() ? active().indexed() : indexedBelow(published(), endOffset),
                startOffset,
                highWatermark,
                epochs);
        ProducerSnapshots.deleteBelow(files, directory, endOffset);
    }

    private void ensureUsable() throws IOException {
        var failure = broken;
        if (failure != null) {
            throw new IOException("The disk failed earlier, the log must be opened again: " + directory, failure);
        }
        if (closed) {
            throw new IOException("The log is closed: " + directory);
        }
    }

    // ---- a new start

    /** Where the segments end that are too old or too many, and committed. The open one is closed for that where all of it is too old. */
    public long expiredBefore() throws IOException {
        ensureUsable();
        if (active().size() > 0
                && config.retentionMs() >= 0
                && active().maxTimestampMs() < clock.wallMs() - config.retentionMs()
                && endOffset <= highWatermark) {
            rollIfPossible();
        }
        return segments[Retention.expired(segments, config, highWatermark, clock.wallMs())].baseOffset();
    }

    /** What is closed can be deleted also where the disk has no room for a new segment. */
    private void rollIfPossible() throws IOException {
        try {
            repairTail();
            roll();
            publish();
        } catch (IOException failure) {
            LOG.log(Level.WARNING, "The open segment stays although none of its records does: " + directory, failure);
            ensureUsable();
        }
    }

    /**
     * Deletes the records below an offset, which must be committed; returns the new start offset. Their segments go once all of their
     * records are deleted, also where nothing is left: what was consumed of a queue at rest takes no room.
     */
    public long deleteRecordsBefore(long offset) throws IOException {
        ensureUsable();
        var start = Math.min(offset, highWatermark);
        if (start == endOffset && start > startOffset && active().size() > 0) {
            rollIfPossible();
        }
        advanceStart(start);
        return startOffset;
    }

    private void advanceStart(long offset) throws IOException {
        if (offset <= startOffset) {
            return;
        }
        disk.lock();
        try {
            if (offset > forcedEnd) {
                // A log that a crash leaves shorter than that would begin again at its start, and forget what is
                // behind.
                forcePublished();
            }
            var first = published().indexOf(offset);
            noteStart(offset, first);
            startOffset = offset;
            var gone = Arrays.copyOf(segments, first);
            segments = Arrays.copyOfRange(segments, first, segments.length);
            epochs = epochs.from(offset);
            publish();
            for (var segment : gone) {
                segment.delete();
            }
        } finally {
            disk.unlock();
        }
    }

    /** Noted before anything is deleted: should a deletion be undone by a crash, the next open knows of it. */
    private void noteStart(long offset, int firstKept) throws IOException {
        try {
            checkpoint(recoveryPoint, indexed, offset, highWatermark, epochs);
        } catch (IOException failure) {
            if (firstKept == 0) {
                throw failure;
            }
            // On a full disk there may be no room for the note. What goes can be read without its index for that long.
            for (var i = 0; i < firstKept; i++) {
                segments[i].dropOffsetIndex();
            }
            checkpoint(recoveryPoint, indexed, offset, highWatermark, epochs);
        }
    }

    // ---- compaction

    /** How much there is to gain by compaction; null where nothing is, or where the log keeps all. */
    public @Nullable CompactionNeed compactionNeed() throws IOException {
        ensureUsable();
        var how = config.compacting();
        if (how == null) {
            return null;
        }
        var range = compactionRange(how);
        return range == null ? null : range.need();
    }

    private @Nullable CompactionRange compactionRange(LogConfig.Compacting how) throws IOException {
        return CompactionRange.of(segments, how, cleanedTo, published().lastStableOffset(), clock.wallMs());
    }

    /**
     * Begins a pass over what can be compacted; null where nothing can. One at a time. Its steps run on I/O threads; what they come to is put
     * in its place by {@link #replace}, and {@link #compacted} ends it.
     *
     * @param mapBytes what the map of keys may take; a log with more keys takes more passes
     */
    public @Nullable Compaction beginCompaction(long mapBytes) throws IOException {
        ensureUsable();
        var how = config.compacting();
        var range = how == null ? null : compactionRange(how);
        if (how == null || range == null) {
            return null;
        }
        var plan = new Compaction.Plan(published(), range, cleanedTo, producers.ids(), config, how, clock.wallMs());
        return new Compaction(directory, files, this::commitCompacted, plan, mapBytes);
    }

    /** On an I/O thread. From here on the disk counts the new segment, which holds what the others do; the owner follows. */
    private LogSegment commitCompacted(LogSegment[] replaced, LogSegment draft, long draftEnd) throws IOException {
        disk.lock();
        try {
            ensureUsable();
            // Only the owner changes them, and what it takes away it takes away under this lock.
            if (positionOf(replaced, published().segments()) < 0) {
                throw new IOException("The log was cut while it was compacted: " + directory);
            }
            var generation = Arrays.stream(replaced)
                            .mapToInt(segment -> segment.name().generation())
                            .max()
                            .orElse(0)
                    + 1;
            var committed = draft.committed(draftEnd, generation);
            try {
                draft.moveTo(committed);
                unplaced = committed;
                return committed;
            } catch (IOException failure) {
                discard(committed, failure);
                throw failure;
            }
        } finally {
            disk.unlock();
        }
    }

    /** Puts a compacted segment in its place. False where the log has changed meanwhile, which ends the pass. */
    public boolean replace(Compaction.Replacement replacement) throws IOException {
        disk.lock();
        try {
            ensureUsable();
            var replaced = replacement.replaced();
            var compacted = replacement.segment();
            if (unplaced != compacted) {
                // A truncation has swept it away.
                return false;
            }
            unplaced = null;
            var at = positionOf(replaced, segments);
            if (at < 0) {
                discardOrBreak(compacted);
                return false;
            }
            var left = new LogSegment[segments.length - replaced.length + 1];
            System.arraycopy(segments, 0, left, 0, at);
            left[at] = compacted;
            System.arraycopy(segments, at + replaced.length, left, at + 1, left.length - at - 1);
            segments = left;
            publish();
            for (var segment : replaced) {
                segment.deleteInFavourOf(compacted);
            }
            return true;
        } finally {
            disk.unlock();
        }
    }

    /** Where these segments lie in a row among others; −1 where they do not. */
    private static int positionOf(LogSegment[] row, LogSegment[] all) {
        var at = Arrays.asList(all).indexOf(row[0]);
        return at >= 0 && at + row.length < all.length && Arrays.equals(row, 0, row.length, all, at, at + row.length)
                ? at
                : -1;
    }

    private void discardOrBreak(LogSegment segment) throws IOException {
        try {
            segment.discard();
        } catch (IOException failure) {
            broken = failure;
            throw failure;
        }
    }

    /** Ends a pass that came to its end. */
    public void compacted(long upTo) {
        cleanedTo = Math.max(cleanedTo, Math.min(upTo, endOffset));
    }

    // ---- a new end

    /**
     * Removes every batch that reaches this offset, as a follower does with what its leader does not have. A watermark above falls to the
     * new end.
     */
    public void truncateTo(long offset) throws IOException {
        ensureUsable();
        if (offset >= endOffset) {
            return;
        }
        if (offset < startOffset) {
            throw new IllegalStateException(
                    "The log begins at " + startOffset + " and cannot end at " + offset + ": " + directory);
        }
        disk.lock();
        try {
            repairTail();
            // Noted before anything is cut: recovery then looks at all that may be left.
            // The indexes of the segment that is cut are not durable again before it is closed.
            var base = segments[Retention.indexOf(segments, offset)].baseOffset();
            mark = null;
            cleanedTo = Math.min(cleanedTo, offset);
            if (offset < recoveryPoint) {
                checkpoint(base, indexedBelow(published(), base), startOffset, Math.min(highWatermark, offset), epochs);
            } else if (checkpointInDoubt) {
                checkpoint(recoveryPoint, indexed, startOffset, Math.min(highWatermark, offset), epochs);
            }
            cut(offset);
        } finally {
            disk.unlock();
        }
    }

    /** Drops everything and goes on, empty, at an offset above the end: as a follower does whose leader has nothing that follows. */
    public void restartAt(long offset) throws IOException {
        ensureUsable();
        if (offset <= endOffset) {
            throw new IllegalStateException("The log ends at " + endOffset + " and needs no restart at " + offset);
        }
        disk.lock();
        try {
            repairTail();
            mark = null;
            cleanedTo = 0;
            checkpoint(recoveryPoint, indexed, offset, offset, epochs);
            startOffset = offset;
            unplaced = null;
            beginAgainBehindTheEnd();
        } catch (IOException failure) {
            broken = failure;
            throw failure;
        } finally {
            disk.unlock();
        }
    }

    /** A failure in the middle leaves it to the next open to find out what is left. */
    private void cut(long offset) throws IOException {
        try {
            cutFiles(offset);
        } catch (IOException failure) {
            broken = failure;
            throw failure;
        }
    }

    private void cutFiles(long offset) throws IOException {
        var index = published().indexOf(offset);
        var kept = segments[index];
        for (var i = index; i < segments.length; i++) {
            // Read now if they never were: an older view still tells which of its records were aborted.
            segments[i].aborted().all();
        }
        kept.cutAt(kept.positionOf(offset, kept.size()));
        for (var i = segments.length - 1; i > index; i--) {
            segments[i].delete();
        }
        ProducerSnapshots.deleteAbove(files, directory, offset);
        segments = Arrays.copyOf(segments, index + 1);
        // Nothing may come back of what was compacted or cut: its offsets will be others' from now on.
        unplaced = null;
        LogSegment.deleteOthers(files, files.list(directory), segments);
        files.forceDirectory(directory);
        // A segment of its own for those who still read the old one.
        segments[index] = kept.reopened();
        kept.release();
        var watermark = highWatermark;
        recover(epochs.truncatedTo(offset));
        if (!beginAgainBehindTheEnd()) {
            highWatermark = Math.min(watermark, endOffset);
            publish();
        }
    }

    // ---- opening

    private void load(boolean alone) throws IOException {
        files.createDirectories(directory);
        var checkpoint = LogCheckpoint.read(files, directory);
        segments = LogSegment.all(files, directory);
        if (checkpoint != null) {
            recoveryPoint = checkpoint.recoveryPoint();
            indexed = checkpoint.indexed();
            startOffset = checkpoint.startOffset();
            cleanedTo = checkpoint.cleanedTo();
            dropSegmentsBelowStart();
        }
        if (segments.length == 0) {
            beginEmpty();
            return;
        }
        startOffset = Math.max(startOffset, segments[0].baseOffset());
        var known = checkpoint == null ? LeaderEpochs.NONE : new LeaderEpochs(checkpoint.epochs());
        recover(known);
        if (active().name().generation() > 0) {
            // A truncation did not come to its end.
            var cut = active();
            segments[segments.length - 1] = cut.reopened();
            cut.release();
            recover(known);
        }
        if (!beginAgainBehindTheEnd()) {
            var noted = checkpoint == null ? startOffset : Math.max(startOffset, checkpoint.highWatermark());
            highWatermark = alone ? endOffset : Math.min(noted, endOffset);
            cleanedTo = Math.min(cleanedTo, endOffset);
            undecided.removeIf(ended -> ended.markerOffset() < highWatermark);
            publish();
        }
    }

    /** Where all that is left lies below the start, nothing is left: the log goes on, empty, at its start. */
    private boolean beginAgainBehindTheEnd() throws IOException {
        if (endOffset >= startOffset) {
            return false;
        }
        for (var segment : segments) {
            segment.delete();
        }
        beginEmpty();
        return true;
    }

    private void beginEmpty() throws IOException {
        producers.clear();
        undecided.clear();
        epochs = LeaderEpochs.NONE;
        mark = null;
        snapshotAt = -1;
        segments = new LogSegment[] {new LogSegment(files, directory, startOffset)};
        active().create();
        files.forceDirectory(directory);
        endOffset = startOffset;
        highWatermark = startOffset;
        recoveryPoint = startOffset;
        indexed = LogCheckpoint.Indexed.NOTHING;
        forcedBase = startOffset;
        forcedAsFarAsHere();
        publish();
    }

    private void dropSegmentsBelowStart() {
        var first = 0;
        while (first + 1 < segments.length && segments[first + 1].baseOffset() <= startOffset) {
            segments[first++].delete();
        }
        segments = Arrays.copyOfRange(segments, first, segments.length);
    }

    /** Takes in everything from the recovery point on, and cuts the log where it is not whole. */
    private void recover(LeaderEpochs known) throws IOException {
        undecided.clear();
        bytesSinceMark = 0;
        recoveryPoint = Math.max(recoveryPoint, segments[0].baseOffset());
        epochs = known;
        // From the segment below the recovery point, because what its indexes have behind that point may be anything.
        var first = Retention.indexOf(segments, recoveryPoint - 1);
        var replayFrom =
                ProducerSnapshots.loadNewest(files, directory, segments[0].baseOffset(), recoveryPoint, producers);
        snapshotAt = replayFrom > segments[0].baseOffset() ? replayFrom : -1;
        for (var i = Retention.indexOf(segments, replayFrom); i < first; i++) {
            replayProducers(segments[i], replayFrom);
        }
        var expected = segments[first].baseOffset();
        var torn = false;
        var last = first;
        for (var i = first; i < segments.length && segments[i].baseOffset() == expected; i++) {
            var trusted = i == first && recoveryPoint > expected ? indexed : LogCheckpoint.Indexed.NOTHING;
            // What is behind a whole segment may be its room: the next one tells whether records are missing.
            torn |= recoverSegment(segments[i], Math.max(expected, replayFrom), trusted, replayFrom);
            expected = endOffset;
            last = i;
        }
        dropSegmentsAfter(last);
        epochs = epochs.from(startOffset);
        makeRecoveredDurable(first, torn);
    }

    private void replayProducers(LogSegment segment, long replayFrom) throws IOException {
        var scan = segment.scanAll();
        for (var batch = scan.next(); batch != null; batch = scan.next()) {
            if (batch.baseOffset() >= replayFrom) {
                producers.replay(batch);
            }
        }
    }

    /** Returns whether something had to be cut off. */
    private boolean recoverSegment(LogSegment segment, long from, LogCheckpoint.Indexed trusted, long replayFrom)
            throws IOException {
        var known = segment.rewindTo(from, trusted);
        var scan = segment.scan(known.key());
        for (var batch = scan.next(); batch != null; batch = scan.next()) {
            segment.written(batch, config.indexIntervalBytes());
            if (batch.baseOffset() >= replayFrom) {
                takeIn(batch, segment);
                bytesSinceMark += batch.sizeInBytes();
            }
        }
        endOffset = scan.nextOffset();
        if (!scan.leftOver()) {
            return false;
        }
        if (!scan.atZeros()) {
            LOG.log(Level.INFO, "Cut a torn tail: {0} ends at offset {1}", directory, endOffset);
        }
        segment.cutTail();
        return true;
    }

    private void dropSegmentsAfter(int last) throws IOException {
        if (last == segments.length - 1) {
            return;
        }
        for (var i = segments.length - 1; i > last; i--) {
            segments[i].delete();
        }
        segments = Arrays.copyOf(segments, last + 1);
        files.forceDirectory(directory);
    }

    /** What was found counts as committed from now on, so it has to be as durable as that. */
    private void makeRecoveredDurable(int first, boolean torn) throws IOException {
        forcedBase = active().baseOffset();
        forcedAsFarAsHere();
        segmentBegunMs = active().size() == 0 ? -1 : Math.min(clock.wallMs(), Math.max(0, active().maxTimestampMs()));
        ProducerSnapshots.deleteAbove(files, directory, endOffset);
        if (endOffset == recoveryPoint && !torn && first == segments.length - 1) {
            // Nothing to recover, but the file may be shorter than the disk knows (a truncation whose force failed),
            // and its name may be unknown to it (a process that died after it began the segment).
            active().forceLog();
            files.forceDirectory(directory);
            return;
        }
        for (var i = first; i < segments.length; i++) {
            segments[i].forceLog();
            if (i + 1 < segments.length) {
                segments[i].flushIndexes(segments[i + 1].baseOffset());
                segments[i].forceIndexes();
            }
        }
        files.forceDirectory(directory);
        if (forcedBase != recoveryPoint && (forcedBase > recoveryPoint || recoveryPoint > endOffset)) {
            // No view is published yet, and closed segments are indexed as they were walked.
            var below = segments.length > 1 ? segments[segments.length - 2].indexed() : LogCheckpoint.Indexed.NOTHING;
            checkpoint(forcedBase, below, startOffset, endOffset, epochs);
        }
    }

    private void forcedAsFarAsHere() throws IOException {
        forcedEnd = endOffset;
        taken = new Tail(endOffset, endOffset, active().size());
    }

    private LogSegment active() {
        return segments[segments.length - 1];
    }
}
