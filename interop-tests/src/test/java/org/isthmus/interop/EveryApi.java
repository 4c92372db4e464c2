package org.isthmus.interop;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Stock clients that between them use every API that they know, each at least once. */
final class EveryApi {
    private static final TopicPartition PARTITION = new TopicPartition("every", 0);

    private EveryApi() {}

    static void exercise(String address) throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", address))) {
            prepare(admin);
            produce(address);
            consume(address, "classic");
            consume(address, "consumer");
            share(address);
            administer(admin);
            abort(address, admin);
        }
    }

    private static void prepare(Admin admin) throws Exception {
        admin.createTopics(List.of(new NewTopic("every", 1, (short) 1))).all().get();
        admin.createPartitions(Map.of("every", NewPartitions.increaseTo(2)))
                .all()
                .get();
        var group = new ConfigResource(ConfigResource.Type.GROUP, "share");
        var earliest =
                new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Map.of(group, List.of(earliest))).all().get();
    }

    private static void produce(String address) throws Exception {
        var config = Map.<String, Object>of("bootstrap.servers", address, "transactional.id", "every");
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
                var consumer = consumer(address, "classic", "sent")) {
            producer.initTransactions();
            for (var round = 0; round < 4; round++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("every", 0, "key", "value " + round))
                        .get();
                producer.sendOffsetsToTransaction(
                        Map.of(PARTITION, new OffsetAndMetadata(round)), consumer.groupMetadata());
                if (round % 2 == 0) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
        }
    }

    private static KafkaConsumer<String, String> consumer(String address, String protocol, String group) {
        var config = new HashMap<String, Object>(Map.of(
                "bootstrap.servers", address,
                "group.id", group,
                "group.protocol", protocol,
                "auto.offset.reset", "earliest",
                "isolation.level", "read_committed"));
        if (protocol.equals("classic")) {
            // Otherwise it may be gone before the first.
            config.put("heartbeat.interval.ms", 100);
        }
        return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    }

    private static void consume(String address, String protocol) {
        try (var consumer = consumer(address, protocol, protocol)) {
            consumer.subscribe(List.of("every"));
            for (var read = 0; read < 2; ) {
                read += consumer.poll(Duration.ofSeconds(1)).count();
            }
            consumer.commitSync();
            consumer.committed(Set.of(PARTITION));
            consumer.offsetsForTimes(Map.of(PARTITION, 0L));
            // Whoever comes with an epoch asks first whether that reign's records are still there.
            consumer.seek(PARTITION, new OffsetAndMetadata(0, Optional.of(0), ""));
            consumer.poll(Duration.ofSeconds(1));
        }
    }

    private static void share(String address) {
        var config = Map.<String, Object>of("bootstrap.servers", address, "group.id", "share");
        try (var consumer = new KafkaShareConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("every"));
            for (var read = 0; read < 2; ) {
                read += consumer.poll(Duration.ofSeconds(1)).count();
            }
            consumer.commitSync();
        }
    }

    private static void administer(Admin admin) throws Exception {
        admin.describeTopics(List.of("every")).allTopicNames().get();
        admin.describeCluster().nodes().get();
        admin.describeFeatures().featureMetadata().get();
        admin.listGroups().all().get();
        admin.listConfigResources().all().get();
        admin.describeConfigs(List.of(new ConfigResource(ConfigResource.Type.TOPIC, "every")))
                .all()
                .get();
        admin.describeConsumerGroups(List.of("classic", "consumer")).all().get();
        admin.listConsumerGroupOffsets("classic").all().get();
        admin.describeShareGroups(List.of("share")).all().get();
        admin.listOffsets(Map.of(PARTITION, OffsetSpec.latest())).all().get();
        admin.deleteRecords(Map.of(PARTITION, RecordsToDelete.beforeOffset(1)))
                .all()
                .get();
        admin.describeLogDirs(List.of(1)).allDescriptions().get();
        admin.describeProducers(List.of(PARTITION)).all().get();
        admin.listTransactions().all().get();
        admin.describeTransactions(List.of("every")).all().get();
        admin.electLeaders(ElectionType.PREFERRED, Set.of(PARTITION))
                .partitions()
                .get();
        admin.listPartitionReassignments().reassignments().get();
        admin.alterPartitionReassignments(Map.of(PARTITION, Optional.of(new NewPartitionReassignment(List.of(1)))))
                .all()
                .get();
        admin.alterConsumerGroupOffsets("classic", Map.of(PARTITION, new OffsetAndMetadata(1)))
                .all()
                .get();
        admin.deleteConsumerGroupOffsets("classic", Set.of(PARTITION)).all().get();
        admin.deleteConsumerGroups(List.of("classic")).all().get();
        admin.listShareGroupOffsets(Map.of("share", new ListShareGroupOffsetsSpec()))
                .all()
                .get();
        admin.alterShareGroupOffsets("share", Map.of(PARTITION, 1L)).all().get();
        admin.deleteShareGroupOffsets("share", Set.of("every")).all().get();
        admin.fenceProducers(List.of("every")).all().get();
        admin.createTopics(List.of(new NewTopic("gone", 1, (short) 1))).all().get();
        admin.deleteTopics(List.of("gone")).all().get();
    }

    private static void abort(String address, Admin admin) throws Exception {
        var partition = new TopicPartition("undecided", 0);
        try (var open = OpenTransaction.begin(address)) {
            var producer = admin.describeProducers(List.of(partition))
                    .partitionResult(partition)
                    .get()
                    .activeProducers()
                    .get(0);
            admin.abortTransaction(new AbortTransactionSpec(
                            partition, producer.producerId(), (short) producer.producerEpoch(), 0))
                    .all()
                    .get();
        }
    }
}
