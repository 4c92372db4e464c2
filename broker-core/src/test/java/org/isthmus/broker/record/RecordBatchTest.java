package org.isthmus.broker.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.isthmus.broker.record.EndTransactionMarker.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordBatchTest {
    @ParameterizedTest
    @EnumSource(Compression.class)
    void recordsComeBackAsTheyWereAppended(Compression compression) {
        var batch = RecordBatch.first(new RecordBatchBuilder(compression)
                .producer(7, (short) 3, 100)
                .append(
                        1_000,
                        bytes("k"),
                        bytes("v".repeat(5_000)),
                        List.of(new Header("h", bytes("x")), new Header("h", null)))
                .append(900, null, null, List.of())
                .append(2_000, new byte[0], bytes("last"), List.of())
                .build());
        batch.stamp(50, 4);
        batch.check();

        var records = recordsOf(batch);

        assertThat(records).extracting(LogRecord::offset).containsExactly(50L, 51L, 52L);
        assertThat(records).extracting(LogRecord::timestampMs).containsExactly(1_000L, 900L, 2_000L);
        assertThat(records.get(0).value()).isEqualTo(bytes("v".repeat(5_000)));
        assertThat(records.get(0).headers()).extracting(Header::key).containsExactly("h", "h");
        assertThat(records.get(0).headers().get(1).value()).isNull();
        assertThat(records.get(1).key()).isNull();
        assertThat(records.get(1).value()).isNull();
        assertThat(records.get(2).key()).isEmpty();
        assertThat(batch.lastOffset()).isEqualTo(52);
        assertThat(batch.leaderEpoch()).isEqualTo(4);
        assertThat(batch.maxTimestampMs()).isEqualTo(2_000);
        assertThat(batch.producerId()).isEqualTo(7);
        assertThat(batch.producerEpoch()).isEqualTo((short) 3);
        assertThat(batch.lastSequence()).isEqualTo(102);
        assertThat(batch.compression()).isEqualTo(compression);
    }

    @Test
    void logAppendTimeIsStampedOnEveryRecordAndTheChecksumFollows() {
        var batch = RecordBatch.first(new RecordBatchBuilder(Compression.NONE)
                .append(1, null, bytes("a"), List.of())
                .append(2, null, bytes("b"), List.of())
                .build());

        batch.stampLogAppendTime(77);

        batch.check();
        assertThat(recordsOf(batch)).extracting(LogRecord::timestampMs).containsExactly(77L, 77L);
    }

    @Test
    void aFlippedBitAnywhereUnderTheChecksumIsFound() {
        var bytes = new RecordBatchBuilder(Compression.NONE)
                .append(1, null, bytes("value"), List.of())
                .build();
        for (var at = RecordBatch.CRC; at < bytes.limit(); at++) {
            bytes.put(at, (byte) (bytes.get(at) ^ 1));
            var batch = RecordBatch.first(bytes);
            assertThatThrownBy(batch::check).isInstanceOf(CorruptBatchException.class);
            bytes.put(at, (byte) (bytes.get(at) ^ 1));
        }
    }

    @Test
    void batchesFollowOneAnotherAndACutOneIsLeftOut() {
        var one = new RecordBatchBuilder(Compression.NONE)
                .append(1, null, bytes("one"), List.of())
                .build();
        var two = new RecordBatchBuilder(Compression.NONE)
                .append(1, null, bytes("two"), List.of())
                .build();
        var both = ByteBuffer.allocate(100 + one.remaining() + two.remaining()).position(100);
        both.put(one.duplicate()).put(two.duplicate()).position(100);

        assertThat(RecordBatch.in(both)).hasSize(2);
        both.limit(both.limit() - 1);
        assertThat(RecordBatch.in(both)).hasSize(1);
        both.putInt(100 + 8, 10);
        assertThatThrownBy(() -> RecordBatch.in(both).iterator().next()).isInstanceOf(CorruptBatchException.class);
    }

    @Test
    void endMarkersSayHowTheTransactionEnded() {
        for (var outcome : Outcome.values()) {
            var batch = RecordBatch.first(new EndTransactionMarker(outcome, 9).toBatch(5, (short) 1, 10));
            batch.check();
            assertThat(batch.isControl()).isTrue();
            assertThat(batch.isTransactional()).isTrue();
            assertThat(EndTransactionMarker.in(batch)).isEqualTo(new EndTransactionMarker(outcome, 9));
        }
    }

    @Test
    void sequencesGoOnAtZeroAfterTheLargestInt() {
        var batch = RecordBatch.first(new RecordBatchBuilder(Compression.NONE)
                .producer(1, (short) 0, Integer.MAX_VALUE)
                .append(1, null, null, List.of())
                .append(1, null, null, List.of())
                .build());
        assertThat(batch.lastSequence()).isZero();
    }

    @ParameterizedTest
    @EnumSource(value = Compression.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void whatIsTooLargeOnceDecompressedIsRefused(Compression compression) {
        var packed = compression.compress(new byte[1 << 20], 0, 1 << 20);
        assertThat(compression.decompress(ByteBuffer.wrap(packed), 1 << 20).remaining())
                .isEqualTo(1 << 20);
        assertThatThrownBy(() -> compression.decompress(ByteBuffer.wrap(packed), (1 << 20) - 1))
                .isInstanceOf(CorruptBatchException.class);
    }

    /** Random damage behind a correct checksum: whatever a hostile producer sends gives records or the one exception, never another. */
    @ParameterizedTest
    @EnumSource(Compression.class)
    void damagedRecordsFailInOneWayOnly(Compression compression) {
        var random = new Random(42);
        for (var round = 0; round < 2_000; round++) {
            var bytes = new RecordBatchBuilder(compression)
                    .append(1, bytes("key"), bytes("value".repeat(20)), List.of(new Header("name", bytes("x"))))
                    .append(2, bytes("key2"), bytes("other".repeat(20)), List.of())
                    .build();
            for (var i = 0; i <= random.nextInt(3); i++) {
                var at = RecordBatch.COUNT + random.nextInt(bytes.limit() - RecordBatch.COUNT);
                bytes.put(at, (byte) random.nextInt());
            }
            var crc = new CRC32C();
            crc.update(bytes.duplicate().position(RecordBatch.ATTRIBUTES));
            bytes.putInt(RecordBatch.CRC, (int) crc.getValue());
            for (var reading : List.<Consumer<RecordBatch>>of(RecordBatchTest::recordsOf, RecordBatchTest::walk)) {
                try {
                    reading.accept(RecordBatch.first(bytes));
                } catch (CorruptBatchException expected) {
                    assertThat(expected).hasMessageMatching("(?s).+");
                }
            }
        }
    }

    /** As who looks for a header of each record. */
    private static void walk(RecordBatch batch) {
        for (var record = batch.cursor(); record.next(); ) {
            for (var headers = record.headers(); headers.next(); ) {
                headers.value();
            }
        }
    }

    private static List<LogRecord> recordsOf(RecordBatch batch) {
        var records = new ArrayList<LogRecord>();
        batch.records().forEach(records::add);
        return records;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
