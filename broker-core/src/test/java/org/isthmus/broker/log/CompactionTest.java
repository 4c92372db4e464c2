package org.isthmus.broker.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.log.LogConfig.Compacting;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.EndTransactionMarker;
import org.isthmus.broker.record.EndTransactionMarker.Outcome;
import org.isthmus.broker.record.LogRecord;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimDisk;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What compaction takes away, and what it must not. */
class CompactionTest {
    private static final Path DIRECTORY = Path.of("/data/topic-0");
    private static final long DELETE_RETENTION_MS = 60_000;
    private static final LogConfig CONFIG = new LogConfig(1_000, Long.MAX_VALUE, 150, 1 << 20, -1, -1, false)
            .withCompacting(new Compacting(0, 0, Long.MAX_VALUE, DELETE_RETENTION_MS));
    private static final int ROOM = 1 << 20;

    private final SimDisk disk = new SimDisk(new Random(1));
    private final SimClock clock = new SimClock();
    private int nextSequence;
    private PartitionLog log = open();

    private PartitionLog open() {
        try {
            return PartitionLog.open(DIRECTORY, CONFIG, disk, clock);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theLastRecordOfEachKeyStaysWhereItIs() throws Exception {
        for (var i = 0; i < 100; i++) {
            put("k" + i % 5, "v" + i);
        }
        fillUp();

        compact(ROOM);

        assertThat(closed()).containsExactly("95 k0=v95", "96 k1=v96", "97 k2=v97", "98 k3=v98", "99 k4=v99");
        assertThat(read(7).get(0).lastOffset()).as("the next one there is").isGreaterThanOrEqualTo(7);
        var all = contents();
        log.close();
        log = open();
        assertThat(contents()).isEqualTo(all);
        assertThat(log.compactionNeed()).as("nothing new since").isNull();
    }

    @Test
    void smallSegmentsBecomeOne() throws Exception {
        for (var i = 0; i < 200; i++) {
            put("k" + i % 5, "v" + i);
        }
        fillUp();
        assertThat(segments()).hasSizeGreaterThan(10);

        compact(ROOM);
        fillUp();
        compact(ROOM);

        assertThat(segments()).hasSizeLessThan(6);
        assertThat(disk.list(DIRECTORY)).noneMatch(path -> path.toString().contains("draft"));
        assertThat(disk.list(DIRECTORY).stream().filter(path -> path.toString().endsWith(".log")))
                .hasSameSizeAs(segments());
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aBatchIsMadeAnewOnlyWhereItLosesSomething(Compression compression) throws Exception {
        append(batch(compression, "a", "1", "b", "1", "c", "1"));
        append(batch(compression, "d", "1", "e", "1"));
        append(batch(compression, "b", "2"));
        var untouched = bytes(read(3).get(0));
        fillUp();

        compact(ROOM);

        assertThat(closed()).containsExactly("0 a=1", "2 c=1", "3 d=1", "4 e=1", "5 b=2");
        assertThat(bytes(read(3).get(0))).isEqualTo(untouched);
        var first = read(0).get(0);
        assertThat(first.lastOffset()).as("the batch spans what it spanned").isEqualTo(2);
        assertThat(first.compression()).isEqualTo(compression);
    }

    @Test
    void aTombstoneStaysUntilItsHorizonHasPassed() throws Exception {
        put("gone", "1");
        put("stays", "1");
        put("gone", null);
        var stamp = clock.wallMs();
        fillUp();

        compact(ROOM);
        assertThat(closed()).containsExactly("1 stays=1", "2 gone=null");
        assertThat(read(2).get(0).baseTimestampMs()).isEqualTo(stamp + DELETE_RETENTION_MS);
        assertThat(read(2).get(0).records())
                .allSatisfy(record -> assertThat(record.timestampMs()).isEqualTo(stamp));

        clock.advance(Duration.ofMillis(DELETE_RETENTION_MS - 1));
        fillUp();
        compact(ROOM);
        assertThat(closed()).contains("2 gone=null");

        clock.advance(Duration.ofMillis(1));
        fillUp();
        compact(ROOM);
        assertThat(closed()).contains("1 stays=1").noneMatch(record -> record.contains("gone"));
    }

    @Test
    void abortedRecordsGoAndTheirMarkerOnceNothingIsLeftOfThem() throws Exception {
        put("k", "1");
        transactional(9, "k", "2");
        mark(9, Outcome.ABORT);
        put("last of its segment", "1");
        fillUp();
        assertThat(log.view().abortedTransactions(0, 10)).hasSize(1);

        compact(ROOM);
        assertThat(closed()).as("what was aborted overrules nothing").startsWith("0 k=1", "2 marker");
        assertThat(log.view().abortedTransactions(0, 10)).hasSize(1);

        transactional(9, "m", "1");
        mark(9, Outcome.COMMIT);
        for (var pass = 0; pass < 2; pass++) {
            // The first takes what was left of the transaction, an empty batch; the second finds the marker alone.
            fillUp();
            compact(ROOM);
            assertThat(closed()).contains("2 marker");
        }

        clock.advance(Duration.ofMillis(DELETE_RETENTION_MS));
        fillUp();
        compact(ROOM);
        assertThat(closed()).startsWith("0 k=1").doesNotContain("2 marker");
        assertThat(log.view().abortedTransactions(0, 10)).isEmpty();
    }

    @Test
    void nothingOfAnOpenTransactionIsTouched() throws Exception {
        put("k", "1");
        transactional(9, "k", "2");
        for (var i = 0; i < 100; i++) {
            put("k", "v" + i);
        }

        assertThat(log.compactionNeed()).isNull();

        mark(9, Outcome.COMMIT);
        fillUp();
        compact(ROOM);
        assertThat(closed()).startsWith("101 k=v99");
    }

    @Test
    void theLastBatchOfAProducerStaysSoThatADuplicateIsKnown() throws Exception {
        append(produced(7, 0, "k", "1"));
        append(produced(7, 1, "k", "2"));
        put("k", "3");
        fillUp();

        compact(ROOM);

        assertThat(closed()).startsWith("2 k=3");
        assertThat(read(0).get(0).baseOffset()).isEqualTo(1);
        assertThat(read(0).get(0).count()).isZero();
        disk.killProcess();
        for (var path : disk.list(DIRECTORY)) {
            if (path.toString().endsWith(".snapshot") || path.endsWith("checkpoint")) {
                disk.delete(path);
            }
        }
        log = open();
        assertThat(log.append(produced(7, 1, "k", "2"), new Epoch(0))).isEqualTo(new AppendResult.Duplicate(1, 1, -1));
    }

    @Test
    void moreKeysThanFitInMemoryTakeMorePasses() throws Exception {
        for (var round = 0; round < 3; round++) {
            for (var i = 0; i < 50; i++) {
                put("k" + i, "v" + round);
            }
        }
        fillUp();
        var passes = 0;
        while (log.compactionNeed() != null) {
            compact(16 * 24);
            passes++;
        }

        assertThat(passes).isGreaterThan(5);
        assertThat(closed()).hasSize(50).allMatch(record -> record.endsWith("=v2"));
    }

    @Test
    void whoReadsGoesOnInTheOldSegmentAndAnOldViewFindsTheNewOne() throws Exception {
        for (var i = 0; i < 100; i++) {
            put("k" + i % 5, "v" + i);
        }
        transactional(9, "t", "1");
        mark(9, Outcome.ABORT);
        fillUp();
        var before = log.view();
        var slice = before.read(3, 100, 500, true);

        compact(ROOM);

        assertThat(batches(slice).get(0).baseOffset()).isEqualTo(3);
        slice.release();
        var again = before.read(3, 100, 500, true);
        assertThat(batches(again).get(0).lastOffset()).isGreaterThanOrEqualTo(3);
        again.release();
        assertThat(before.abortedTransactions(0, 200)).hasSize(1);
        assertThat(before.firstAtOrAfter(0))
                .hasValueSatisfying(found -> assertThat(found.offset()).isEqualTo(95));
    }

    @Test
    void aCompactedSegmentThatIsCutIsWrittenAgain() throws Exception {
        for (var i = 0; i < 100; i++) {
            put("k" + i, "v" + i);
        }
        fillUp();
        for (var i = 0; i < 100; i += 2) {
            put("k" + i, "w" + i);
        }
        fillUp();
        compact(ROOM);

        log.truncateTo(42);
        put("new", "1");
        log.force();
        disk.crash();
        log = open();

        assertThat(contents()).endsWith("41 k41=v41", "42 new=1");
        for (var i = 0; i < 50; i++) {
            put("k" + i, "x" + i);
        }
        log.close();
        log = open();
        assertThat(contents()).contains("42 new=1").endsWith("92 k49=x49");
    }

    @Test
    void whatIsTooYoungOrTooLittleIsLeftAlone() throws Exception {
        log.configure(CONFIG.withCompacting(new Compacting(0.5, 10_000, 100_000, 0)));
        for (var i = 0; i < 100; i++) {
            put("k" + i % 5, "v" + i);
        }
        fillUp();
        assertThat(log.compactionNeed()).as("too young").isNull();

        clock.advance(Duration.ofSeconds(11));
        assertThat(log.compactionNeed()).isNotNull().matches(CompactionNeed::pays);
        compact(ROOM);
        for (var i = 0; i < 6; i++) {
            fillUp();
        }
        compactAfter(Duration.ofSeconds(11));
        put("k0", "last");
        fillUp();
        clock.advance(Duration.ofSeconds(11));
        assertThat(log.compactionNeed()).isNotNull().matches(need -> !need.pays(), "too little");
        clock.advance(Duration.ofSeconds(90));
        assertThat(log.compactionNeed()).isNotNull().matches(CompactionNeed::isOverdue, "overdue");
    }

    @Test
    void aRecordWithoutAKeyIsRefused() throws Exception {
        var keyless = new RecordBatchBuilder(Compression.LZ4)
                .append(1, "k".getBytes(UTF_8), null, List.of())
                .append(1, null, "v".getBytes(UTF_8), List.of())
                .build();

        assertThat(log.append(keyless, new Epoch(0)))
                .isInstanceOfSatisfying(AppendResult.Rejected.class, rejected -> assertThat(rejected.error())
                        .isEqualTo(ErrorCode.INVALID_RECORD));
        assertThat(log.view().endOffset()).isZero();
    }

    @Test
    void aSegmentThatIsDamagedIsKeptAsItIs() throws Exception {
        for (var i = 0; i < 100; i++) {
            put("k" + i % 5, "v" + i);
        }
        fillUp();
        try (var file = disk.open(LogSegment.path(DIRECTORY, 0, ".log"))) {
            file.write(ByteBuffer.wrap(new byte[] {1}), 300);
        }
        var before = segments().size();

        assertThatThrownBy(() -> compact(ROOM)).isInstanceOf(IOException.class);

        assertThat(segments()).hasSize(before);
        assertThat(disk.list(DIRECTORY)).noneMatch(path -> path.toString().contains("draft"));
    }

    // ----

    private void compactAfter(Duration time) throws IOException {
        clock.advance(time);
        compact(ROOM);
    }

    private void compact(long mapBytes) throws IOException {
        var compaction = log.beginCompaction(mapBytes);
        assertThat(compaction).isNotNull();
        try (compaction) {
            while (true) {
                var step = compaction.work();
                if (step instanceof Compaction.Step.Ready ready) {
                    assertThat(log.replace(ready.replacement())).isTrue();
                } else if (step instanceof Compaction.Step.Done done) {
                    log.compacted(done.cleanedTo());
                    return;
                }
            }
        }
    }

    /** Closes the open segment, behind what was put so far, by one record that fills the next. */
    private void fillUp() throws IOException {
        put("filler", "x".repeat(950));
    }

    private void put(String key, @Nullable String value) throws IOException {
        append(batch(Compression.NONE, key, value));
    }

    private void append(ByteBuffer batch) throws IOException {
        assertThat(log.append(batch, new Epoch(0), AppendOrigin.BROKER)).isInstanceOf(AppendResult.Appended.class);
        log.advanceHighWatermark(log.force());
    }

    private ByteBuffer batch(Compression compression, @Nullable String... keysAndValues) {
        var builder = new RecordBatchBuilder(compression);
        for (var i = 0; i < keysAndValues.length; i += 2) {
            add(builder, keysAndValues[i], keysAndValues[i + 1]);
        }
        return builder.build();
    }

    private ByteBuffer produced(long producer, int sequence, String key, String value) {
        return add(new RecordBatchBuilder(Compression.NONE).producer(producer, (short) 0, sequence), key, value)
                .build();
    }

    private RecordBatchBuilder add(RecordBatchBuilder builder, String key, @Nullable String value) {
        return builder.append(
                clock.wallMs(), key.getBytes(UTF_8), value == null ? null : value.getBytes(UTF_8), List.of());
    }

    private void transactional(long producer, String key, String value) throws IOException {
        var builder = new RecordBatchBuilder(Compression.NONE)
                .producer(producer, (short) 0, nextSequence++)
                .transactional();
        append(add(builder, key, value).build());
    }

    private void mark(long producer, Outcome outcome) throws IOException {
        append(new EndTransactionMarker(outcome, 0).toBatch(producer, (short) 0, clock.wallMs()));
    }

    private List<LogSegment> segments() {
        return List.of(((PublishedView) log.view()).segments());
    }

    /** Without the fillers, and without what the open segment holds. */
    private List<String> closed() throws IOException {
        var open = segments().get(segments().size() - 1).baseOffset();
        return contents().stream()
                .filter(record ->
                        !record.contains("filler") && Long.parseLong(record.substring(0, record.indexOf(' '))) < open)
                .toList();
    }

    private List<String> contents() throws IOException {
        var found = new ArrayList<String>();
        for (var offset = log.view().startOffset(); offset < log.view().endOffset(); ) {
            for (var batch : read(offset)) {
                batch.check();
                assertThat(batch.lastOffset()).isGreaterThanOrEqualTo(offset);
                offset = batch.nextOffset();
                for (var record : batch.records()) {
                    found.add(batch.isControl() ? record.offset() + " marker" : describe(record));
                }
            }
        }
        return found;
    }

    private static String describe(LogRecord record) {
        return record.offset() + " " + text(record.key()) + "=" + text(record.value());
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, UTF_8);
    }

    private List<RecordBatch> read(long offset) throws IOException {
        var slice = log.view().read(offset, Long.MAX_VALUE, 700, true);
        try {
            return batches(slice);
        } finally {
            slice.release();
        }
    }

    private static List<RecordBatch> batches(LogSlice slice) throws IOException {
        var buffer = ByteBuffer.allocate(slice.length());
        Files.readFully(slice.file(), buffer, slice.position());
        var found = new ArrayList<RecordBatch>();
        RecordBatch.in(buffer).forEach(found::add);
        return found;
    }

    private static byte[] bytes(RecordBatch batch) {
        var bytes = new byte[batch.sizeInBytes()];
        batch.bytes().get(bytes);
        return bytes;
    }
}
