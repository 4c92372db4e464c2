package org.isthmus.broker.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The format is Kafka's: what one side writes the other reads, in every codec. */
class KafkaFormatTest {
    @ParameterizedTest
    @EnumSource(Compression.class)
    void kafkaReadsWhatWeWrite(Compression compression) {
        var builder = new RecordBatchBuilder(compression).producer(11, (short) 2, 5);
        for (var i = 0; i < 500; i++) {
            builder.append(
                    1_000 + i,
                    ("k" + i).getBytes(UTF_8),
                    ("v" + i).getBytes(UTF_8),
                    List.of(new Header("h", new byte[] {1})));
        }
        var batches = MemoryRecords.readableRecords(builder.build()).batches().iterator();

        var batch = batches.next();

        batch.ensureValid();
        assertThat(batch.producerId()).isEqualTo(11);
        assertThat(batch.baseSequence()).isEqualTo(5);
        assertThat(batch.maxTimestamp()).isEqualTo(1_499);
        var values = new ArrayList<String>();
        batch.forEach(record -> {
            values.add(UTF_8.decode(record.value()).toString());
            assertThat(record.headers()).hasSize(1);
        });
        assertThat(values).hasSize(500).startsWith("v0").endsWith("v499");
        assertThat(batches.hasNext()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void weReadWhatKafkaWrites(Compression compression) {
        var records = new SimpleRecord[500];
        for (var i = 0; i < records.length; i++) {
            records[i] = new SimpleRecord(
                    2_000 + i, ("k" + i).getBytes(UTF_8), ("v" + i).getBytes(UTF_8), new RecordHeader[] {
                        new RecordHeader("h", null)
                    });
        }
        var written = MemoryRecords.withIdempotentRecords(
                org.apache.kafka.common.compress.Compression.of(CompressionType.forId(compression.id()))
                        .build(),
                11,
                (short) 2,
                5,
                records);

        var batch = RecordBatch.first(written.buffer());

        batch.check();
        assertThat(batch.lastSequence()).isEqualTo(504);
        assertThat(batch.records())
                .hasSize(500)
                .allSatisfy(record -> assertThat(record.headers()).hasSize(1))
                .extracting(record -> new String(record.value(), UTF_8))
                .startsWith("v0")
                .endsWith("v499");
    }
}
