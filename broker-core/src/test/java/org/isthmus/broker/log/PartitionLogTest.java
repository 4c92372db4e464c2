package org.isthmus.broker.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.EndTransactionMarker;
import org.isthmus.broker.record.EndTransactionMarker.Outcome;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.FileStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionLogTest {
    private static final LogConfig SMALL = new LogConfig(2_000, Long.MAX_VALUE, 200, 1 << 20, -1, -1, false);
    private static final Epoch EPOCH = new Epoch(3);

    @TempDir
    Path directory;

    private long nowMs = 1_000_000;
    private final Clock clock = new Clock() {
        @Override
        public long wallMs() {
            return nowMs;
        }

        @Override
        public long nanos() {
            return nowMs * 1_000_000;
        }
    };

    @Test
    void recordsAreReadBackInOrderOverManySegments() throws Exception {
        try (var log = open(SMALL)) {
            fill(log, 200);
            assertThat(values(log)).hasSize(200).startsWith("v0").endsWith("v199");
            assertThat(count(".log")).isGreaterThan(5);
            for (var offset = 0; offset < 200; offset += 7) {
                assertThat(readOne(log, offset).baseOffset()).isEqualTo(offset);
            }
        }
    }

    @Test
    void aSliceHoldsWholeBatchesWithinItsBounds() throws Exception {
        try (var log = open(LogConfig.DEFAULT)) {
            fill(log, 100);
            var size = batch("v0").remaining();
            var slice = log.view().read(10, 20, 1 << 20, false);
            assertThat(slice.length()).isBetween(10 * size, 10 * (size + 4));
            slice.release();
            var three = log.view().read(10, 100, 3 * size + 10, false);
            assertThat(offsets(three)).containsExactly(10L, 11L, 12L);
            three.release();
            assertThat(log.view().read(10, 100, 5, false).isEmpty()).isTrue();
            var one = log.view().read(10, 100, 5, true);
            assertThat(offsets(one)).containsExactly(10L);
            one.release();
            assertThat(log.view().read(100, 200, 1000, true).isEmpty()).isTrue();
            assertThatThrownBy(() -> log.view().read(101, 200, 1000, true)).isInstanceOf(BrokerException.class);
        }
    }

    @Test
    void aLogThatWasClosedOpensWithEverything() throws Exception {
        try (var log = open(SMALL)) {
            fill(log, 100);
        }
        try (var log = open(SMALL)) {
            assertThat(log.view().endOffset()).isEqualTo(100);
            assertThat(log.view().highWatermark()).isEqualTo(100);
            fill(log, 10);
            assertThat(values(log)).hasSize(110);
            assertThat(log.view().endOffsetFor(EPOCH)).hasValue(new LogView.EpochEnd(EPOCH, 110));
        }
    }

    @Test
    void aLogThatWasNotClosedIsRecovered() throws Exception {
        var log = open(SMALL);
        fill(log, 100);
        log.force();
        var last = lastSegment();
        Files.write(last, concat(Files.readAllBytes(last), new byte[] {0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 0, 70, 1, 2}));
        try (var again = open(SMALL)) {
            assertThat(values(again)).hasSize(100);
            fill(again, 5);
            assertThat(values(again)).hasSize(105);
        }
    }

    @Test
    void theTimestampFindsItsRecord() throws Exception {
        try (var log = open(SMALL)) {
            for (var i = 0; i < 100; i++) {
                log.append(batch("v" + i, 1_000 + 10 * i), EPOCH);
            }
            log.advanceHighWatermark(100);
            assertThat(log.view().firstAtOrAfter(0)).hasValue(new LogView.TimestampedOffset(0, 1_000, EPOCH));
            assertThat(log.view().firstAtOrAfter(1_495)).hasValue(new LogView.TimestampedOffset(50, 1_500, EPOCH));
            assertThat(log.view().firstAtOrAfter(1_990)).hasValue(new LogView.TimestampedOffset(99, 1_990, EPOCH));
            assertThat(log.view().firstAtOrAfter(1_991)).isEmpty();
        }
    }

    @Test
    void duplicatesAreAnsweredWithTheirOffsetsAlsoAfterACrash() throws Exception {
        var log = open(SMALL);
        for (var i = 0; i < 50; i++) {
            assertThat(log.append(produced(7, 0, i), EPOCH)).isInstanceOf(AppendResult.Appended.class);
        }
        assertThat(log.append(produced(7, 0, 47), EPOCH)).isEqualTo(new AppendResult.Duplicate(47, 47, -1));
        assertRejected(log.append(produced(7, 0, 52), EPOCH), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
        log.force();
        try (var again = open(SMALL)) {
            assertThat(again.append(produced(7, 0, 49), EPOCH)).isEqualTo(new AppendResult.Duplicate(49, 49, -1));
            assertThat(again.append(produced(7, 0, 45), EPOCH)).isEqualTo(new AppendResult.Duplicate(45, 45, -1));
            assertRejected(again.append(produced(7, 1, 5), EPOCH), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
            assertThat(again.append(produced(7, 1, 0), EPOCH)).isInstanceOf(AppendResult.Appended.class);
            assertRejected(again.append(produced(7, 0, 50), EPOCH), ErrorCode.INVALID_PRODUCER_EPOCH);
            assertThat(again.view().endOffset()).isEqualTo(51);
        }
        try (var again = open(SMALL)) {
            assertThat(again.append(produced(7, 1, 0), EPOCH)).isEqualTo(new AppendResult.Duplicate(50, 50, -1));
        }
    }

    @Test
    void aProducerThatIsAtWorkIsKnownHoweverOldItsRecordsSayTheyAre() throws Exception {
        nowMs = Duration.ofDays(30).toMillis();
        try (var log = open(SMALL)) {
            var sequence = 0;
            while (count(".log") < 3) {
                assertThat(log.append(produced(7, 0, sequence++), EPOCH)).isInstanceOf(AppendResult.Appended.class);
            }
            // The last one begins the third segment, the one before it ends the second.
            assertThat(log.append(produced(7, 0, sequence - 2), EPOCH)).isInstanceOf(AppendResult.Duplicate.class);
        }
    }

    @Test
    void badBatchesAreRefusedAndChangeNothing() throws Exception {
        try (var log = open(new LogConfig(1 << 20, Long.MAX_VALUE, 200, 500, -1, -1, false))) {
            var flipped = batch("value");
            flipped.put(70, (byte) (flipped.get(70) ^ 1));
            assertRejected(log.append(flipped, EPOCH), ErrorCode.CORRUPT_MESSAGE);
            var cut = batch("value");
            assertRejected(log.append(cut.limit(cut.limit() - 1), EPOCH), ErrorCode.CORRUPT_MESSAGE);
            assertRejected(log.append(ByteBuffer.allocate(0), EPOCH), ErrorCode.CORRUPT_MESSAGE);
            assertRejected(log.append(batch("v".repeat(500)), EPOCH), ErrorCode.MESSAGE_TOO_LARGE);
            assertRejected(
                    log.append(new EndTransactionMarker(Outcome.COMMIT, 0).toBatch(1, (short) 0, 0), EPOCH),
                    ErrorCode.INVALID_RECORD);
            assertThat(log.view().endOffset()).isZero();
        }
    }

    @Test
    void anOpenTransactionHoldsTheLastStableOffsetAndAnAbortedOneIsListed() throws Exception {
        var log = open(SMALL);
        fill(log, 3);
        log.append(transactional(5, 0), EPOCH);
        log.append(transactional(6, 0), EPOCH);
        fill(log, 30);
        assertThat(log.view().lastStableOffset()).isEqualTo(3);
        log.append(new EndTransactionMarker(Outcome.ABORT, 0).toBatch(5, (short) 0, 0), EPOCH, AppendOrigin.BROKER);
        assertThat(log.view().lastStableOffset()).isEqualTo(3);
        log.advanceHighWatermark(log.view().endOffset());
        assertThat(log.view().lastStableOffset()).isEqualTo(4);
        assertThat(log.view().abortedTransactions(0, 4)).containsExactly(new AbortedTransaction(5, 3, 35, 4));
        log.force();
        try (var again = open(SMALL)) {
            assertThat(again.view().lastStableOffset()).isEqualTo(4);
            assertThat(again.view().abortedTransactions(0, 4)).containsExactly(new AbortedTransaction(5, 3, 35, 4));
            again.append(
                    new EndTransactionMarker(Outcome.COMMIT, 0).toBatch(6, (short) 0, 0), EPOCH, AppendOrigin.BROKER);
            again.advanceHighWatermark(37);
            assertThat(again.view().lastStableOffset()).isEqualTo(37);
            assertThat(again.view().abortedTransactions(36, 37)).isEmpty();
        }
    }

    @Test
    void aSliceHasOnlyItsOwnAbortedTransactionsHoweverManyLieAroundIt() throws Exception {
        try (var log = open(SMALL)) {
            for (var producer = 0; producer < 50; producer++) {
                log.append(transactional(producer, 0), EPOCH);
                var marker = new EndTransactionMarker(Outcome.ABORT, 0);
                log.append(marker.toBatch(producer, (short) 0, 0), EPOCH, AppendOrigin.BROKER);
            }
            log.advanceHighWatermark(log.view().endOffset());
            for (var offset = 0L; offset < 100; offset++) {
                var slice = log.view().read(offset, 100, 1, true);

                assertThat(slice.offsetBehind()).isEqualTo(offset + 1);
                assertThat(log.view().abortedTransactions(offset, slice.offsetBehind()))
                        .extracting(AbortedTransaction::producerId)
                        .containsExactly(offset / 2);
                slice.release();
            }
        }
    }

    @Test
    void aViewFromBeforeATruncationStillTellsWhatWasAborted() throws Exception {
        try (var log = open(SMALL)) {
            log.append(transactional(5, 0), EPOCH);
            fill(log, 30);
            log.append(new EndTransactionMarker(Outcome.ABORT, 0).toBatch(5, (short) 0, 0), EPOCH, AppendOrigin.BROKER);
            log.advanceHighWatermark(log.view().endOffset());
            var before = log.view();
            fill(log, 2);

            log.truncateTo(33);

            assertThat(before.abortedTransactions(0, 1)).containsExactly(new AbortedTransaction(5, 0, 31, 32));
            assertThat(log.view().abortedTransactions(0, 1)).containsExactly(new AbortedTransaction(5, 0, 31, 32));
        }
    }

    @Test
    void retentionDeletesWhatIsTooMuchButNotUnderAReader() throws Exception {
        var config = new LogConfig(2_000, Long.MAX_VALUE, 200, 1 << 20, -1, 4_000, false);
        try (var log = open(config)) {
            fill(log, 200);
            var slice = log.view().read(0, 200, 1_000, true);
            var before = count(".log");
            var start = log.deleteRecordsBefore(log.expiredBefore());
            assertThat(start).isPositive().isEqualTo(log.view().startOffset());
            assertThat(offsets(slice)).startsWith(0L);
            slice.release();
            assertThat(count(".log")).isLessThan(before);
            assertThat(directory.resolve("00000000000000000000.log")).doesNotExist();
            assertThatThrownBy(() -> log.view().read(0, 200, 1_000, true)).isInstanceOf(BrokerException.class);
            assertThat(log.deleteRecordsBefore(195)).isEqualTo(195);
        }
        try (var log = open(config)) {
            assertThat(log.view().startOffset()).isEqualTo(195);
            assertThat(values(log)).containsExactly("v195", "v196", "v197", "v198", "v199");
        }
    }

    @Test
    void retentionByTimeAlsoEmptiesALogThatNobodyWritesTo() throws Exception {
        try (var log = open(new LogConfig(2_000, Long.MAX_VALUE, 200, 1 << 20, 1_000, -1, false))) {
            fill(log, 100);
            assertThat(log.deleteRecordsBefore(log.expiredBefore())).isZero();
            nowMs += 1_001;
            assertThat(log.deleteRecordsBefore(log.expiredBefore())).isEqualTo(100);
            assertThat(count(".log")).isEqualTo(1);
        }
    }

    @Test
    void logOfWhichAllIsDeletedTakesNoRoom() throws Exception {
        try (var log = open(SMALL)) {
            fill(log, 10);
            log.deleteRecordsBefore(9);
            assertThat(directory.resolve("00000000000000000000.log")).exists();
            log.deleteRecordsBefore(10);
            assertThat(log.view().startOffset()).isEqualTo(10);
            assertThat(directory.resolve("00000000000000000000.log")).doesNotExist();
        }
        try (var log = open(SMALL)) {
            assertThat(log.view().startOffset()).isEqualTo(10);
            assertThat(log.view().endOffset()).isEqualTo(10);
        }
    }

    @Test
    void aFollowerCutsWhatItsLeaderDoesNotHave() throws Exception {
        try (var log = open(SMALL)) {
            for (var i = 0; i < 100; i++) {
                log.append(produced(7, 0, i), new Epoch(i < 40 ? 1 : 2));
            }
            log.truncateTo(30);
            assertThat(log.view().endOffset()).isEqualTo(30);
            assertThat(log.view().endOffsetFor(new Epoch(2))).isEmpty();
            assertThat(log.append(produced(7, 0, 29), EPOCH)).isEqualTo(new AppendResult.Duplicate(29, 29, -1));
            log.append(produced(7, 0, 30), new Epoch(4));
            assertThat(log.view().endOffsetFor(new Epoch(1))).hasValue(new LogView.EpochEnd(new Epoch(1), 30));
        }
        try (var log = open(SMALL)) {
            assertThat(log.view().endOffset()).isEqualTo(31);
            assertThat(log.view().endOffsetFor(new Epoch(4))).hasValue(new LogView.EpochEnd(new Epoch(4), 31));
        }
    }

    @Test
    void aReplicaKeepsOffsetsAndEpochs() throws Exception {
        try (var log = open(SMALL)) {
            var batch = batch("copy");
            RecordBatch.first(batch).stamp(10, 2);
            assertThat(log.appendReplicated(batch)).isEqualTo(new AppendResult.Appended(10, 10, -1));
            assertThat(readOne(log, 3).baseOffset()).isEqualTo(10);
            assertThat(log.view().endOffset()).isEqualTo(11);
        }
    }

    @Test
    void theLogStampsItsOwnTimeWhereItIsToldTo() throws Exception {
        try (var log = open(new LogConfig(1 << 20, Long.MAX_VALUE, 200, 1 << 20, -1, -1, true))) {
            assertThat(log.append(batch("v", 5), EPOCH)).isEqualTo(new AppendResult.Appended(0, 0, nowMs));
            assertThat(readOne(log, 0).records())
                    .allSatisfy(record -> assertThat(record.timestampMs()).isEqualTo(nowMs));
        }
    }

    // ----

    private PartitionLog open(LogConfig config) throws IOException {
        return PartitionLog.open(directory, config, FileStore.local(), clock);
    }

    private void fill(PartitionLog log, int count) throws IOException {
        var from = log.view().endOffset();
        for (var i = from; i < from + count; i++) {
            log.append(batch("v" + i, nowMs), EPOCH);
        }
        log.advanceHighWatermark(
                log.view().lastStableOffset() == from ? log.view().endOffset() : from);
    }

    private static ByteBuffer batch(String value) {
        return batch(value, 1_000);
    }

    private static ByteBuffer batch(String value, long timestampMs) {
        return new RecordBatchBuilder(Compression.NONE)
                .append(timestampMs, null, value.getBytes(UTF_8), List.of())
                .build();
    }

    private static ByteBuffer produced(long producerId, int epoch, int sequence) {
        return new RecordBatchBuilder(Compression.NONE)
                .producer(producerId, (short) epoch, sequence)
                .append(1_000, null, "x".getBytes(UTF_8), List.of())
                .build();
    }

    private static ByteBuffer transactional(long producerId, int sequence) {
        return new RecordBatchBuilder(Compression.NONE)
                .producer(producerId, (short) 0, sequence)
                .transactional()
                .append(1_000, null, "t".getBytes(UTF_8), List.of())
                .build();
    }

    private static void assertRejected(AppendResult result, ErrorCode error) {
        assertThat(result).isInstanceOfSatisfying(AppendResult.Rejected.class, rejected -> assertThat(rejected.error())
                .isEqualTo(error));
    }

    private static List<RecordBatch> batches(LogSlice slice) throws IOException {
        var buffer = ByteBuffer.allocate(slice.length());
        while (buffer.hasRemaining()) {
            slice.file().read(buffer, slice.position() + buffer.position());
        }
        var batches = new ArrayList<RecordBatch>();
        RecordBatch.in(buffer.flip()).forEach(batches::add);
        return batches;
    }

    private static List<Long> offsets(LogSlice slice) throws IOException {
        return batches(slice).stream().map(RecordBatch::baseOffset).toList();
    }

    private static RecordBatch readOne(PartitionLog log, long offset) throws IOException {
        var slice = log.view().read(offset, Long.MAX_VALUE, 1, true);
        try {
            return batches(slice).get(0);
        } finally {
            slice.release();
        }
    }

    private static List<String> values(PartitionLog log) throws IOException {
        var values = new ArrayList<String>();
        var view = log.view();
        for (var offset = view.startOffset(); offset < view.endOffset(); ) {
            var slice = view.read(offset, view.endOffset(), 700, true);
            for (var batch : batches(slice)) {
                batch.check();
                assertThat(batch.baseOffset()).isEqualTo(offset);
                batch.records().forEach(record -> values.add(new String(record.value(), UTF_8)));
                offset = batch.nextOffset();
            }
            slice.release();
        }
        return values;
    }

    private long count(String suffix) throws IOException {
        try (var paths = Files.list(directory)) {
            return paths.filter(path -> path.toString().endsWith(suffix)).count();
        }
    }

    private Path lastSegment() throws IOException {
        try (var paths = Files.list(directory)) {
            return paths.filter(path -> path.toString().endsWith(".log"))
                    .sorted()
                    .reduce((a, b) -> b)
                    .orElseThrow();
        }
    }

    private static byte[] concat(byte[] a, byte[] b) {
        return ByteBuffer.allocate(a.length + b.length).put(a).put(b).array();
    }
}
