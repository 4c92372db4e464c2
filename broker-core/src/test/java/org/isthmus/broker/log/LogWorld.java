package org.isthmus.broker.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.EndTransactionMarker;
import org.isthmus.broker.record.EndTransactionMarker.Outcome;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimCrash;
import org.isthmus.broker.sim.SimDisk;
import org.jspecify.annotations.Nullable;

/**
 * One log on a simulated disk, and beside it what the log has to hold. After every step the two are compared. A log that is compacted has
 * keys, and holds what {@link Survivors} says.
 */
final class LogWorld {
    private static final Path DIRECTORY = Path.of("/data/topic-0");
    private static final LogConfig CONFIG =
            new LogConfig(1_500, 60_000, 150, 1 << 20, 600_000, 5_000, false).withCheckpointBytes(500);

    private static final long DELETE_RETENTION_MS = 30_000;

    private final Random random;
    private final boolean compacted;
    private final LogConfig config;
    private final SimDisk disk;
    private final SimClock clock = new SimClock();
    private final ArrayList<String> history = new ArrayList<>();

    private @Nullable PartitionLog log;
    private int epoch = 1;
    private int written;

    /** Every batch that was appended, by its offset, deleted ones too. */
    private final TreeMap<Long, byte[]> batches = new TreeMap<>();

    private long end;
    /** All below is forced: it must be there after anything. */
    private long forced;

    private long start;
    /** How far a deletion may have come that was interrupted: it stays in doubt until the log is opened again. */
    private long startAtMost;
    /** Appends at the end whose outcome the caller was not told. */
    private final List<byte[]> unknown = new ArrayList<>();

    private @Nullable Compaction compaction;
    /** Segments that wait for the owner to put them in their place. */
    private Compaction.@Nullable Replacement ready;
    /** Nothing at or above was ever compacted. */
    private long cleanBound;
    /** What compaction may have taken away because of records that were cut off since. */
    private Set<Long> gone = new HashSet<>();
    /** Producers up to this one are over: a truncation took the batch by which compaction had kept them. */
    private long producerBase;

    LogWorld(Random random, boolean compacted) {
        this.random = random;
        this.compacted = compacted;
        this.config = compacted
                ? CONFIG.withCompacting(new LogConfig.Compacting(0, 0, Long.MAX_VALUE, DELETE_RETENTION_MS))
                : CONFIG;
        this.disk = new SimDisk(random);
    }

    ArrayList<String> history() {
        return history;
    }

    private interface Action {
        void run() throws IOException;
    }

    void step() throws IOException {
        if (compacted && random.nextInt(3) == 0) {
            attempt(this::compact);
            check();
            return;
        }
        var dice = random.nextInt(100);
        if (dice < 45) {
            attempt(this::append);
        } else if (dice < 60) {
            attempt(this::force);
        } else if (dice < 66) {
            attempt(this::appendTransactional);
        } else if (dice < 70) {
            clock.advance(Duration.ofSeconds(random.nextInt(100)));
        } else if (dice < 74) {
            crash();
        } else if (dice < 80) {
            var after = 1 + random.nextInt(40);
            history.add("will crash after " + after + " operations");
            disk.crashAfter(after);
        } else if (dice < 82) {
            history.add("process dies");
            disk.killProcess();
            open();
        } else if (dice < 85) {
            attempt(this::closeAndOpen);
        } else if (dice < 89) {
            attempt(this::retain);
        } else if (dice < 92) {
            attempt(this::deleteRecords);
        } else if (dice < 95) {
            attempt(this::truncate);
        } else if (dice < 97) {
            var room = random.nextInt(2_000);
            history.add("room for " + room + " bytes more");
            disk.capacity(disk.usedBytes() + room);
        } else if (dice < 98) {
            history.add("the disk fails now and then");
            disk.failureRate(0.1);
        } else {
            history.add("the disk is well");
            disk.capacity(Long.MAX_VALUE);
            disk.failureRate(0);
        }
        check();
    }

    private void attempt(Action action) throws IOException {
        try {
            action.run();
        } catch (SimCrash down) {
            crash();
        } catch (IOException failure) {
            history.add("failed: " + failure.getMessage());
            if (String.valueOf(failure.getMessage()).contains("must be opened again")
                    || String.valueOf(failure.getMessage()).contains("is closed")) {
                history.add("restart");
                disk.killProcess();
                open();
            }
        }
    }

    void open() throws IOException {
        compaction = null;
        ready = null;
        while (true) {
            try {
                log = PartitionLog.open(DIRECTORY, config, disk, clock);
                break;
            } catch (SimCrash down) {
                history.add("crash while opening");
                disk.crash();
            } catch (IOException failure) {
                history.add("cannot open: " + failure.getMessage());
                disk.capacity(Long.MAX_VALUE);
                disk.failureRate(0);
                disk.killProcess();
            }
        }
        var view = log.view();
        history.add("opened " + view.startOffset() + ".." + view.endOffset());
        assertThat(view.startOffset()).as("start").isBetween(start, startAtMost);
        start = view.startOffset();
        startAtMost = start;
        assertThat(view.endOffset()).as("end: nothing forced is lost").isGreaterThanOrEqualTo(forced);
        if (view.endOffset() > end) {
            takeInUnknown(view);
        }
        forget(view.endOffset());
        end = view.endOffset();
        forced = end;
        unknown.clear();
        epoch++;
        checkAll();
        checkDuplicates();
    }

    private void takeInUnknown(LogView view) throws IOException {
        var found = read(view, end).get(0);
        var bytes = new byte[found.sizeInBytes()];
        found.bytes().get(bytes);
        assertThat(unknown).as("nothing is invented").anySatisfy(attempt -> assertThat(attempt)
                .isEqualTo(bytes));
        batches.put(end, bytes);
        end = found.nextOffset();
        assertThat(view.endOffset()).as("only the last append may be in doubt").isEqualTo(end);
    }

    private void crash() throws IOException {
        history.add("crash");
        disk.crash();
        open();
    }

    private void append() throws IOException {
        var builder = new RecordBatchBuilder(Compression.NONE);
        var producer = producerBase + random.nextInt(3);
        if (producer > producerBase) {
            builder.producer(producer, (short) 0, nextSequence(producer));
        }
        for (var i = random.nextInt(3); i >= 0; i--) {
            builder.append(
                    clock.wallMs(),
                    key(),
                    compacted && random.nextInt(6) == 0
                            ? null
                            : ("v" + written++ + "x".repeat(random.nextInt(200))).getBytes(UTF_8),
                    List.of());
        }
        append(builder.build(), AppendOrigin.CLIENT);
    }

    private void appendTransactional() throws IOException {
        var producer = 10 + random.nextInt(2);
        var isOpen = openTransactions().containsKey((long) producer);
        if (isOpen && random.nextBoolean()) {
            var outcome = random.nextBoolean() ? Outcome.ABORT : Outcome.COMMIT;
            append(
                    new EndTransactionMarker(outcome, 0).toBatch(producer, (short) 0, clock.wallMs()),
                    AppendOrigin.BROKER);
        } else {
            append(
                    new RecordBatchBuilder(Compression.NONE)
                            .producer(producer, (short) 0, RecordBatch.NO_SEQUENCE)
                            .transactional()
                            .append(clock.wallMs(), key(), ("t" + written++).getBytes(UTF_8), List.of())
                            .build(),
                    AppendOrigin.BROKER);
        }
    }

    private byte @Nullable [] key() {
        return compacted ? ("k" + random.nextInt(6)).getBytes(UTF_8) : null;
    }

    private void append(ByteBuffer batch, AppendOrigin origin) throws IOException {
        AppendResult result;
        try {
            result = log.append(batch, new Epoch(epoch), origin);
        } catch (IOException | SimCrash inDoubt) {
            history.add("append in doubt at " + end);
            unknown.add(bytes(batch));
            throw inDoubt;
        }
        history.add("append " + result);
        if (result instanceof AppendResult.Appended appended) {
            assertThat(appended.baseOffset()).isEqualTo(end);
            unknown.clear();
            batches.put(end, bytes(batch));
            end = appended.lastOffset() + 1;
        } else {
            assertThat(disk.usableBytes(DIRECTORY))
                    .as("refused without need: " + result)
                    .isLessThan(2_000);
        }
    }

    private void force() throws IOException {
        forced = Math.max(forced, log.force());
        history.add("forced " + forced);
        assertThat(forced).isEqualTo(end);
        log.advanceHighWatermark(forced);
    }

    /** One step of a pass of compaction, which other things may come between. */
    private void compact() throws IOException {
        var pass = compaction;
        var replacement = ready;
        try {
            if (replacement != null && pass != null) {
                ready = null;
                var isInPlace = log.replace(replacement);
                history.add("compacted segments in place: " + isInPlace);
                if (!isInPlace) {
                    stopCompaction();
                }
            } else if (pass != null) {
                work(pass);
            } else {
                compaction = log.beginCompaction(random.nextBoolean() ? 1 << 16 : 24 * (4 + random.nextInt(6)));
                if (compaction != null) {
                    cleanBound = Math.max(cleanBound, log.view().lastStableOffset());
                    history.add("compaction below " + cleanBound);
                }
            }
        } catch (IOException failure) {
            stopCompaction();
            throw failure;
        }
    }

    private void work(Compaction pass) throws IOException {
        var step = pass.work();
        if (step instanceof Compaction.Step.Ready done) {
            ready = done.replacement();
        } else if (step instanceof Compaction.Step.Done done) {
            history.add("compacted to " + done.cleanedTo());
            log.compacted(done.cleanedTo());
            stopCompaction();
        }
    }

    private void stopCompaction() {
        if (compaction != null) {
            compaction.close();
        }
        compaction = null;
        ready = null;
    }

    private void closeAndOpen() throws IOException {
        var was = end;
        stopCompaction();
        try {
            log.close();
        } catch (IOException failure) {
            history.add("cannot close: " + failure.getMessage());
            disk.killProcess();
            open();
            return;
        }
        forced = was;
        history.add("closed");
        open();
        assertThat(end).isEqualTo(was);
    }

    private void retain() throws IOException {
        var before = startAtMost;
        startAtMost = Math.max(before, log.view().highWatermark());
        start = log.deleteRecordsBefore(log.expiredBefore());
        history.add("retention: starts at " + start);
        startAtMost = Math.max(before, start);
    }

    private void deleteRecords() throws IOException {
        var watermark = log.view().highWatermark();
        var to = start + (long) (random.nextDouble() * (watermark - start + 1));
        startAtMost = Math.max(startAtMost, to);
        history.add("delete below " + to);
        start = log.deleteRecordsBefore(to);
    }

    private void truncate() throws IOException {
        var to = Math.max(start, end - random.nextInt(12));
        history.add("truncate to " + to);
        forced = Math.min(forced, to);
        var containing = batches.floorKey(to);
        if (containing != null && containing < to && nextOffset(containing) > to) {
            // A batch goes as a whole, and may hold the log's start.
            to = Math.max(start, containing);
            forced = Math.min(forced, to);
        }
        if (compacted && to < cleanBound) {
            // What lies right below may have been compacted away: the log then ends before that.
            var bound = to;
            var left = readAll(log.view()).stream()
                    .mapToLong(RecordBatch::nextOffset)
                    .filter(next -> next <= bound)
                    .max();
            forced = Math.min(forced, left.orElse(start));
        }
        try {
            log.truncateTo(to);
        } catch (IOException failure) {
            history.add("cannot truncate: " + failure.getMessage());
            disk.killProcess();
            open();
            return;
        }
        forget(log.view().endOffset());
        end = log.view().endOffset();
        forced = Math.min(forced, end);
        unknown.clear();
        epoch++;
    }

    /** Drops what is cut off; what it had overruled may be gone all the same. */
    private void forget(long from) {
        if (compacted && from < end) {
            gone = survivors().mayBeGone();
            gone.removeIf(offset -> offset >= from);
            producerBase += from < cleanBound ? 100 : 0;
            cleanBound = Math.min(cleanBound, from);
        }
        batches.tailMap(from, true).clear();
        var last = batches.lastEntry();
        if (last != null && nextOffset(last.getKey()) > from) {
            // It held the log's start, and went with the rest.
            batches.remove(last.getKey());
        }
    }

    private Survivors survivors() {
        return new Survivors(batches, cleanBound, clock.wallMs(), DELETE_RETENTION_MS, gone);
    }

    // ---- comparing

    private void check() throws IOException {
        var view = log.view();
        assertThat(view.endOffset()).isEqualTo(end);
        assertThat(view.startOffset()).isBetween(start, startAtMost);
        if (end > view.startOffset()) {
            var offset = view.startOffset() + (long) (random.nextDouble() * (end - view.startOffset()));
            var found = safely(() -> read(view, offset));
            if (found != null && compacted) {
                assertThat(found.get(0).lastOffset()).isGreaterThanOrEqualTo(offset);
                Survivors.assertComesFrom(found.get(0), batches);
            } else if (found != null) {
                assertSame(found.get(0), batches.floorKey(offset));
            }
        }
    }

    private interface Question<T> {
        T ask() throws IOException;
    }

    /** Null where the machine went down meanwhile: the crash that was announced may hit a read that opens a file. */
    private <T> @Nullable T safely(Question<T> question) throws IOException {
        try {
            return question.ask();
        } catch (SimCrash down) {
            crash();
            return null;
        }
    }

    private void checkAll() throws IOException {
        var view = (PublishedView) log.view();
        var found = readAll(view);
        if (compacted) {
            found.forEach(batch -> Survivors.assertComesFrom(batch, batches));
            survivors().assertAllIn(found, start);
        } else {
            var expected = batches.floorKey(start);
            for (var batch : found) {
                assertSame(batch, expected);
                expected = batch.nextOffset();
            }
        }
        for (var segment : view.segments()) {
            var last = segment.lastIndexed();
            if (last != null) {
                assertThat(last.value())
                        .as("the index of " + segment.baseOffset() + " ends before the log: " + last)
                        .isLessThan(segment.size());
                var header = ByteBuffer.allocate(8);
                Files.readFully(segment.log(), header, last.value());
                assertThat(header.getLong(0)).as("the index points at a batch").isEqualTo(last.key());
            }
        }
        if (start == 0) {
            checkTransactions(view, found);
        }
    }

    private List<RecordBatch> readAll(LogView view) throws IOException {
        var found = new ArrayList<RecordBatch>();
        for (var offset = start; offset < end; ) {
            for (var batch : read(view, offset)) {
                assertThat(batch.lastOffset()).isGreaterThanOrEqualTo(offset);
                found.add(batch);
                offset = batch.nextOffset();
            }
        }
        return found;
    }

    private void checkTransactions(LogView view, List<RecordBatch> found) throws IOException {
        // Where a truncation took a marker, compaction may have taken the transaction's records before.
        var open = compacted ? openTransactions(found) : openTransactions();
        var stable = open.values().stream().mapToLong(Long::longValue).min().orElse(end);
        assertThat(view.lastStableOffset()).isEqualTo(stable);
        var aborted = new ArrayList<String>();
        var begun = new HashMap<Long, Long>();
        for (var bytes : batches.values()) {
            var batch = RecordBatch.first(ByteBuffer.wrap(bytes));
            if (batch.isControl()) {
                var first = begun.remove(batch.producerId());
                if (EndTransactionMarker.in(batch).outcome() == Outcome.ABORT) {
                    aborted.add(batch.producerId() + ":" + first + "-" + batch.baseOffset());
                }
            } else if (batch.isTransactional()) {
                begun.putIfAbsent(batch.producerId(), batch.baseOffset());
            }
        }
        if (compacted) {
            checkAborted(view, found, aborted);
            return;
        }
        assertThat(view.abortedTransactions(0, end))
                .extracting(each -> each.producerId() + ":" + each.firstOffset() + "-" + each.markerOffset())
                .isEqualTo(aborted);
    }

    /** No transaction is listed that was not aborted, and every one that was and has records left. */
    private void checkAborted(LogView view, List<RecordBatch> found, List<String> aborted) throws IOException {
        var listed = view.abortedTransactions(0, end);
        for (var each : listed) {
            assertThat(aborted).anySatisfy(known -> assertThat(known)
                    .startsWith(each.producerId() + ":")
                    .endsWith("-" + each.markerOffset()));
        }
        for (var known : aborted) {
            var producer = Long.parseLong(known.substring(0, known.indexOf(':')));
            var first = Long.parseLong(known.substring(known.indexOf(':') + 1, known.indexOf('-')));
            var marker = Long.parseLong(known.substring(known.indexOf('-') + 1));
            var left = found.stream()
                    .filter(batch -> batch.producerId() == producer
                            && batch.baseOffset() >= first
                            && batch.baseOffset() < marker
                            && batch.count() > 0)
                    .findFirst();
            left.ifPresent(batch -> assertThat(listed)
                    .as("records of " + known + " are taken for good")
                    .anySatisfy(each -> {
                        assertThat(each.markerOffset()).isEqualTo(marker);
                        assertThat(each.firstOffset()).isLessThanOrEqualTo(batch.baseOffset());
                    }));
        }
    }

    private void checkDuplicates() throws IOException {
        for (var entry : batches.descendingMap().entrySet()) {
            var batch = RecordBatch.first(ByteBuffer.wrap(entry.getValue()));
            if (entry.getKey() >= start && batch.producerId() > producerBase && batch.baseSequence() >= 0) {
                assertThat(log.append(ByteBuffer.wrap(entry.getValue().clone()), new Epoch(epoch)))
                        .isEqualTo(new AppendResult.Duplicate(batch.baseOffset(), batch.lastOffset(), -1));
                return;
            }
        }
    }

    private void assertSame(RecordBatch batch, long offset) {
        batch.check();
        var bytes = new byte[batch.sizeInBytes()];
        batch.bytes().get(bytes);
        assertThat(batch.baseOffset()).isEqualTo(offset);
        assertThat(bytes).isEqualTo(batches.get(offset));
    }

    private Map<Long, Long> openTransactions() {
        return openTransactions(batches.values().stream()
                .map(bytes -> RecordBatch.first(ByteBuffer.wrap(bytes)))
                .toList());
    }

    private static Map<Long, Long> openTransactions(List<RecordBatch> batches) {
        var open = new HashMap<Long, Long>();
        for (var batch : batches) {
            if (batch.isControl()) {
                open.remove(batch.producerId());
            } else if (batch.isTransactional()) {
                open.putIfAbsent(batch.producerId(), batch.baseOffset());
            }
        }
        return open;
    }

    private int nextSequence(long producer) {
        for (var bytes : batches.descendingMap().values()) {
            var batch = RecordBatch.first(ByteBuffer.wrap(bytes));
            if (batch.producerId() == producer) {
                return batch.lastSequence() + 1;
            }
        }
        return 0;
    }

    private long nextOffset(long base) {
        return RecordBatch.first(ByteBuffer.wrap(batches.get(base))).nextOffset();
    }

    private static List<RecordBatch> read(LogView view, long offset) throws IOException {
        var slice = view.read(offset, Long.MAX_VALUE, 600, true);
        try {
            var buffer = ByteBuffer.allocate(slice.length());
            Files.readFully(slice.file(), buffer, slice.position());
            var found = new ArrayList<RecordBatch>();
            RecordBatch.in(buffer).forEach(found::add);
            return found;
        } finally {
            slice.release();
        }
    }

    private static byte[] bytes(ByteBuffer batch) {
        var bytes = new byte[batch.remaining()];
        batch.duplicate().get(bytes);
        return bytes;
    }
}
