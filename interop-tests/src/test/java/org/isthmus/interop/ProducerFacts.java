package org.isthmus.interop;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.header.internals.RecordHeader;

/** What a producer is told: where its records went, and why some did not go. */
final class ProducerFacts {
    private static final long TIME = 1_700_000_000_000L;

    private ProducerFacts() {}

    static void of(Facts facts) throws Exception {
        var clients = new StockClients(facts.address());
        clients.topic("sent", 2, Map.of());
        for (var acks : List.of("0", "1", "all")) {
            try (var producer = clients.producer(Map.of("acks", acks, "enable.idempotence", false))) {
                facts.tell("acks " + acks, () -> producer.send(new ProducerRecord<>("sent", 0, TIME, "k", "v"))
                        .get());
            }
        }
        for (var compression : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            try (var producer = clients.producer(Map.of("compression.type", compression))) {
                facts.tell("compressed by " + compression, () -> producer.send(new ProducerRecord<>(
                                "sent", 1, TIME, "k", "v".repeat(1000), List.of(new RecordHeader("h", new byte[3]))))
                        .get());
            }
        }
        try (var producer = clients.producer(Map.of())) {
            facts.tell("partitions", () -> producer.partitionsFor("sent").stream()
                    .map(PartitionInfo::toString)
                    .toList());
            facts.tell("no topic by that name", () -> producer.send(new ProducerRecord<>("bad name", "v"))
                    .get());
            facts.tell("topic that is made for it", () -> producer.send(new ProducerRecord<>("made", 0, TIME, "k", "v"))
                    .get());
        }
        refused(facts, clients);
    }

    private static void refused(Facts facts, StockClients clients) throws Exception {
        clients.topic("stamped", 1, Map.of("message.timestamp.type", "LogAppendTime"));
        clients.topic("timely", 1, Map.of("message.timestamp.before.max.ms", "1000"));
        clients.topic("keyed", 1, Map.of("cleanup.policy", "compact"));
        clients.topic("safe", 1, Map.of("min.insync.replicas", "2"));
        clients.topic("small", 1, Map.of("max.message.bytes", "200"));
        try (var producer = clients.producer(Map.of("retries", 0, "enable.idempotence", false, "linger.ms", 0))) {
            facts.tell(
                    "time of the append",
                    () -> producer.send(new ProducerRecord<>("stamped", 0, TIME, "k", "v"))
                                    .get()
                                    .timestamp()
                            > TIME);
            facts.tell("too old", () -> producer.send(new ProducerRecord<>("timely", 0, TIME, "k", "v"))
                    .get());
            facts.tell("without a key", () -> producer.send(new ProducerRecord<>("keyed", "v"))
                    .get());
            together(facts, clients);
            facts.tell("too few in sync", () -> producer.send(new ProducerRecord<>("safe", "v"))
                    .get());
            facts.tell("too large for the topic", () -> producer.send(new ProducerRecord<>("small", "v".repeat(300)))
                    .get());
        }
    }

    /** Three records in one batch, the second of which has no key. */
    private static void together(Facts facts, StockClients clients) {
        try (var producer = clients.producer(Map.of("linger.ms", 5_000))) {
            var sends = Stream.of("a", null, "c")
                    .map(key -> producer.send(new ProducerRecord<>("keyed", 0, TIME, key, "v")))
                    .toList();
            producer.flush();
            for (var send : sends) {
                facts.tell("beside one without a key", send::get);
            }
        }
    }
}
