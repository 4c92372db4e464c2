package org.isthmus.interop;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.StateRestoreListener;

/**
 * An application of Kafka Streams that counts words exactly once. It keeps the counts in a store with a changelog, repartitions by word, and
 * writes down every step of a count, so that a record that was counted twice or not at all shows.
 */
final class WordCount implements AutoCloseable {
    private final KafkaStreams streams;
    private final AtomicLong restored = new AtomicLong();

    private WordCount(KafkaStreams streams) {
        this.streams = streams;
    }

    /** Counts the words of topic {@code lines} into topic {@code counts}. */
    static WordCount start(String address, Path state) {
        var text = Serdes.String();
        var builder = new StreamsBuilder();
        builder.stream("lines", Consumed.with(text, text))
                .flatMapValues(line -> List.of(line.split(" ")))
                .groupBy((key, word) -> word, Grouped.with("words", text, text))
                .count(Materialized.as("counted"))
                .toStream()
                .to("counts", Produced.with(text, Serdes.Long()));
        var settings = new Properties();
        settings.putAll(Map.of(
                "application.id",
                "word-count",
                "bootstrap.servers",
                address,
                "state.dir",
                state.toString(),
                "processing.guarantee",
                "exactly_once_v2",
                "num.stream.threads",
                2,
                "commit.interval.ms",
                100,
                "statestore.cache.max.bytes",
                0,
                "repartition.purge.interval.ms",
                100,
                StreamsConfig.consumerPrefix("auto.offset.reset"),
                "earliest"));
        var count = new WordCount(new KafkaStreams(builder.build(), settings));
        count.streams.setGlobalStateRestoreListener(count.new Restoration());
        count.streams.start();
        return count;
    }

    /** How many records of changelogs have gone back into stores. */
    long restored() {
        return restored.get();
    }

    boolean isRunning() {
        return streams.state().isRunningOrRebalancing();
    }

    /** Leaves its group, so that the next one does not wait for its session to end. */
    @Override
    public void close() {
        streams.close(CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
                .withTimeout(Duration.ofSeconds(30)));
    }

    private final class Restoration implements StateRestoreListener {
        @Override
        public void onRestoreStart(TopicPartition partition, String store, long start, long end) {
            // Only what came is counted.
        }

        @Override
        public void onBatchRestored(TopicPartition partition, String store, long end, long records) {
            // Only what came is counted.
        }

        @Override
        public void onRestoreEnd(TopicPartition partition, String store, long total) {
            restored.addAndGet(total);
        }
    }
}
