package org.isthmus.interop;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** What transactional producers are told, and what administrators see of transactions. */
final class TransactionFacts {
    private static final TopicPartition PARTITION = new TopicPartition("decided", 0);

    private final Facts facts;
    private final StockClients clients;

    private TransactionFacts(Facts facts) {
        this.facts = facts;
        this.clients = new StockClients(facts.address());
    }

    static void of(Facts facts) throws Exception {
        var transactions = new TransactionFacts(facts);
        transactions.clients.topic("decided", 1, Map.of());
        try (var admin = transactions.clients.admin()) {
            transactions.decided(admin);
            transactions.withOffsets(admin);
            transactions.fenced();
            transactions.ended(admin);
            transactions.refused(admin);
        }
    }

    private KafkaProducer<String, String> producer(String id) {
        return clients.producer(Map.of("transactional.id", id));
    }

    private static void send(KafkaProducer<String, String> producer, String value) throws Exception {
        producer.send(new ProducerRecord<>("decided", value)).get();
    }

    private void decided(Admin admin) throws Exception {
        try (var producer = producer("teller")) {
            producer.initTransactions();
            facts.tell("before the first", () -> described(admin, "teller"));
            producer.beginTransaction();
            send(producer, "undecided");
            facts.tell("open", () -> described(admin, "teller"));
            facts.tell("open, listed", () -> listed(admin, new ListTransactionsOptions()));
            facts.tell(
                    "listed by state",
                    () -> listed(
                            admin,
                            new ListTransactionsOptions().filterStates(Set.of(TransactionState.COMPLETE_COMMIT))));
            facts.tell(
                    "listed by pattern",
                    () -> listed(admin, new ListTransactionsOptions().filterOnTransactionalIdPattern("tel.*")));
            facts.tell(
                    "listed by a pattern that is none",
                    () -> listed(admin, new ListTransactionsOptions().filterOnTransactionalIdPattern("(a")));
            facts.tell(
                    "listed by time", () -> listed(admin, new ListTransactionsOptions().filterOnDuration(3_600_000)));
            facts.tell("producers", () -> producers(admin));
            facts.tell("ends", () -> ends());
            producer.commitTransaction();
            facts.tell("committed", () -> settled(admin, "teller"));
            producer.beginTransaction();
            send(producer, "aborted");
            producer.abortTransaction();
            facts.tell("aborted", () -> settled(admin, "teller"));
            facts.tell("producers at rest", () -> producers(admin));
            facts.tell("ends", () -> ends());
            facts.tell("abort of nothing", () -> {
                producer.beginTransaction();
                producer.abortTransaction();
                return settled(admin, "teller");
            });
        }
    }

    private List<Long> ends() {
        try (var plain = clients.consumer(Map.of());
                var careful = clients.consumer(Map.of("isolation.level", "read_committed"))) {
            return List.of(
                    plain.endOffsets(List.of(PARTITION)).get(PARTITION),
                    careful.endOffsets(List.of(PARTITION)).get(PARTITION));
        }
    }

    private void withOffsets(Admin admin) throws Exception {
        try (var producer = producer("processor")) {
            producer.initTransactions();
            for (var commits : List.of(true, false)) {
                producer.beginTransaction();
                var offset = new OffsetAndMetadata(commits ? 1 : 2, "in a transaction");
                producer.sendOffsetsToTransaction(Map.of(PARTITION, offset), new ConsumerGroupMetadata("processors"));
                if (commits) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
                settled(admin, "processor");
                facts.tell("offsets, committed " + commits, () -> admin.listConsumerGroupOffsets("processors")
                        .partitionsToOffsetAndMetadata()
                        .get());
            }
            facts.tell("offsets of a member that is none", () -> {
                producer.beginTransaction();
                try (var member = clients.consumer(Map.of("group.id", "processors"))) {
                    member.subscribe(List.of("decided"));
                    StockClients.until(() -> {
                        member.poll(Duration.ofMillis(200));
                        return !member.assignment().isEmpty();
                    });
                    producer.sendOffsetsToTransaction(
                            Map.of(PARTITION, new OffsetAndMetadata(3)),
                            new ConsumerGroupMetadata("processors", 1, "nobody", Optional.empty()));
                    producer.commitTransaction();
                    return "committed";
                }
            });
        }
    }

    private void fenced() throws Exception {
        try (var first = producer("twins");
                var second = producer("twins")) {
            first.initTransactions();
            first.beginTransaction();
            send(first, "of the first");
            second.initTransactions();
            facts.tell("send of the first", () -> {
                send(first, "too late");
                return "sent";
            });
            facts.tell("commit of the first", () -> {
                first.commitTransaction();
                return "committed";
            });
            facts.tell("commit of the second", () -> {
                second.beginTransaction();
                send(second, "of the second");
                second.commitTransaction();
                return "committed";
            });
        }
    }

    private void ended(Admin admin) throws Exception {
        try (var producer = producer("ended")) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, "undecided");
            facts.tell("fence", () -> {
                admin.fenceProducers(List.of("ended")).all().get();
                return settled(admin, "ended");
            });
            facts.tell("commit of who is fenced", () -> {
                producer.commitTransaction();
                return "committed";
            });
        }
        try (var producer = producer("hanging")) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, "undecided");
            var found =
                    admin
                            .describeProducers(List.of(PARTITION))
                            .partitionResult(PARTITION)
                            .get()
                            .activeProducers()
                            .stream()
                            .filter(state ->
                                    state.currentTransactionStartOffset().isPresent())
                            .findFirst()
                            .orElseThrow();
            facts.tell("abort", () -> {
                admin.abortTransaction(new AbortTransactionSpec(
                                PARTITION, found.producerId(), (short) found.producerEpoch(), 0))
                        .all()
                        .get();
                return producers(admin).stream().noneMatch(line -> line.endsWith("open"));
            });
        }
    }

    private void refused(Admin admin) {
        facts.tell("description of nobody", () -> described(admin, "nobody"));
        facts.tell(
                "end of nobody's",
                () -> admin.forceTerminateTransaction("nobody").result().get());
        facts.tell("producers of no partition", () -> admin.describeProducers(List.of(new TopicPartition("decided", 9)))
                .all()
                .get());
        facts.tell("abort where there is none", () -> admin.abortTransaction(
                        new AbortTransactionSpec(new TopicPartition("decided", 9), 1, (short) 0, 0))
                .all()
                .get());
        facts.tell("transaction of a day", () -> {
            try (var producer =
                    clients.producer(Map.of("transactional.id", "slow", "transaction.timeout.ms", 86_400_000))) {
                producer.initTransactions();
                return "let in";
            }
        });
        facts.tell("committed end", () -> admin.listOffsets(Map.of(PARTITION, OffsetSpec.latest()))
                .partitionResult(PARTITION)
                .get()
                .offset());
    }

    /** Once the decision has arrived everywhere. */
    private static String settled(Admin admin, String id) throws Exception {
        while (true) {
            var said = described(admin, id);
            if (!said.startsWith("Prepare")) {
                return said;
            }
        }
    }

    private static String described(Admin admin, String id) throws Exception {
        var found = admin.describeTransactions(List.of(id)).description(id).get();
        return found.state() + " coordinator=" + found.coordinatorId() + " epoch=" + found.producerEpoch() + " timeout="
                + found.transactionTimeoutMs() + " begun="
                + (found.state() == TransactionState.ONGOING
                        && found.transactionStartTimeMs().isPresent())
                + " "
                + found.topicPartitions();
    }

    private static List<String> listed(Admin admin, ListTransactionsOptions options) throws Exception {
        return admin.listTransactions(options).all().get().stream()
                .filter(found -> found.transactionalId().equals("teller"))
                .map(found -> found.transactionalId() + " " + found.state())
                .toList();
    }

    private static List<String> producers(Admin admin) throws Exception {
        return admin.describeProducers(List.of(PARTITION)).partitionResult(PARTITION).get().activeProducers().stream()
                .map(found -> found.producerEpoch() + " " + found.lastSequence() + " "
                        + (found.coordinatorEpoch().isPresent() ? "coordinated" : "") + " "
                        + (found.currentTransactionStartOffset().isPresent() ? "open" : "at rest"))
                .toList();
    }
}
