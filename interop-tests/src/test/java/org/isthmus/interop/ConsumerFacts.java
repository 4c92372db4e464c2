package org.isthmus.interop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** What a consumer sees that chooses its partitions itself. */
final class ConsumerFacts {
    private static final long TIME = 1_700_000_000_000L;
    private static final TopicPartition FULL = new TopicPartition("full", 0);
    private static final TopicPartition EMPTY = new TopicPartition("full", 1);
    private static final TopicPartition NOWHERE = new TopicPartition("full", 9);

    private ConsumerFacts() {}

    static void of(Facts facts) throws Exception {
        var clients = new StockClients(facts.address());
        clients.topic("full", 2, Map.of());
        clients.send("full", 10);
        for (var protocol : List.of("classic", "consumer")) {
            var settings = Map.<String, Object>of(
                    "group.protocol",
                    protocol,
                    "group.id",
                    "alone-" + protocol,
                    "auto.offset.reset",
                    "none",
                    "enable.auto.commit",
                    false,
                    "default.api.timeout.ms",
                    5_000);
            try (var consumer = clients.consumer(settings)) {
                found(facts, consumer);
                read(facts, consumer);
                committed(facts, consumer);
            }
        }
    }

    private static void found(Facts facts, KafkaConsumer<String, String> consumer) {
        facts.tell("beginnings", () -> consumer.beginningOffsets(List.of(FULL, EMPTY)));
        facts.tell("ends", () -> consumer.endOffsets(List.of(FULL, EMPTY)));
        facts.tell("end of no partition", () -> consumer.endOffsets(List.of(NOWHERE), Duration.ofSeconds(3)));
        facts.tell("by time", () -> consumer.offsetsForTimes(Map.of(FULL, TIME + 4)));
        facts.tell("by a time to come", () -> consumer.offsetsForTimes(Map.of(FULL, TIME * 2, EMPTY, TIME)));
        facts.tell("partitions", () -> consumer.partitionsFor("full"));
        facts.tell("topic", () -> consumer.listTopics().get("full"));
    }

    private static void read(Facts facts, KafkaConsumer<String, String> consumer) {
        consumer.assign(List.of(FULL));
        facts.tell("position without an offset", () -> consumer.position(FULL));
        facts.tell("poll without an offset", () -> consumer.poll(Duration.ofSeconds(5)));
        consumer.seek(FULL, 7);
        facts.tell("records", () -> {
            var read = new ArrayList<String>();
            StockClients.until(() -> {
                consumer.poll(Duration.ofSeconds(1)).forEach(record -> read.add(describe(record)));
                return read.size() >= 3;
            });
            return read;
        });
        facts.tell("position", () -> consumer.position(FULL));
        facts.tell("lag", () -> consumer.currentLag(FULL));
        consumer.seek(FULL, 1_000);
        facts.tell("behind the end", () -> consumer.poll(Duration.ofSeconds(5)).count());
        consumer.seek(FULL, new OffsetAndMetadata(3, Optional.of(0), ""));
        facts.tell("with an epoch", () -> {
            var first = new ArrayList<Long>();
            StockClients.until(() -> {
                consumer.poll(Duration.ofSeconds(1)).forEach(record -> first.add(record.offset()));
                return !first.isEmpty();
            });
            return first.get(0);
        });
    }

    private static String describe(ConsumerRecord<String, String> record) {
        return record.offset() + " " + record.timestampType() + " " + record.timestamp() + " " + record.key() + " "
                + record.value() + " " + record.serializedKeySize() + " "
                + record.leaderEpoch().isPresent() + " "
                + record.headers();
    }

    private static void committed(Facts facts, KafkaConsumer<String, String> consumer) {
        facts.tell("nothing committed", () -> consumer.committed(Set.of(FULL, EMPTY)));
        facts.tell("commit", () -> {
            consumer.commitSync(Map.of(FULL, new OffsetAndMetadata(5, Optional.of(0), "half")));
            return consumer.committed(Set.of(FULL, EMPTY));
        });
        facts.tell("commit for no partition", () -> {
            consumer.commitSync(Map.of(NOWHERE, new OffsetAndMetadata(5)), Duration.ofSeconds(3));
            return "done";
        });
        facts.tell("commit with much beside it", () -> {
            consumer.commitSync(Map.of(FULL, new OffsetAndMetadata(6, "x".repeat(5_000))));
            return "done";
        });
    }
}
