package org.isthmus.interop;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;

/** What administrators see of topics, their records and settings, and of the cluster. */
final class AdminFacts {
    private static final String TOPIC = "managed";
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final TopicPartition NOWHERE = new TopicPartition(TOPIC, 9);
    private static final ConfigResource SETTINGS = new ConfigResource(ConfigResource.Type.TOPIC, TOPIC);
    private static final ConfigResource BROKERS = new ConfigResource(ConfigResource.Type.BROKER, "");

    private final Facts facts;
    private final Admin admin;

    private AdminFacts(Facts facts, Admin admin) {
        this.facts = facts;
        this.admin = admin;
    }

    static void of(Facts facts) throws Exception {
        var clients = new StockClients(facts.address());
        try (var admin = clients.admin()) {
            var managed = new AdminFacts(facts, admin);
            managed.created();
            managed.described();
            managed.partitions();
            clients.send(TOPIC, 10);
            managed.offsets();
            managed.settings();
            managed.placed();
            managed.deleted();
        }
    }

    private void created() {
        create("made", new NewTopic(TOPIC, 2, (short) 1).configs(Map.of("retention.ms", "-1")));
        create("made again", new NewTopic(TOPIC, 2, (short) 1));
        create("by defaults", new NewTopic("by-defaults", Optional.empty(), Optional.empty()));
        create("badly named", new NewTopic("bad name", 1, (short) 1));
        create("named with too many letters", new NewTopic("x".repeat(250), 1, (short) 1));
        create("without a name", new NewTopic("", 1, (short) 1));
        create("named .", new NewTopic(".", 1, (short) 1));
        create("without partitions", new NewTopic("none", 0, (short) 1));
        create("with replicas that are not there", new NewTopic("many", 1, (short) 2));
        create("without replicas", new NewTopic("none", 1, (short) 0));
        create("with a setting that is none", new NewTopic("odd", 1, (short) 1).configs(Map.of("no.such", "1")));
        create("with a value that is none", new NewTopic("odd", 1, (short) 1).configs(Map.of("retention.ms", "x")));
        create("placed", new NewTopic("placed", Map.of(0, List.of(1), 1, List.of(1))));
        create("placed on nobody", new NewTopic("lost", Map.of(0, List.of(7))));
        create("placed twice", new NewTopic("twice", Map.of(0, List.of(1, 1))));
        create("placed with a gap", new NewTopic("gap", Map.of(0, List.of(1), 2, List.of(1))));
        facts.tell("only tried", () -> admin.createTopics(
                        List.of(new NewTopic("tried", 3, (short) 1)), new CreateTopicsOptions().validateOnly(true))
                .all()
                .get());
        facts.tell("topics", () -> admin.listTopics().names().get().stream()
                .filter(Set.of(TOPIC, "by-defaults", "placed", "tried", "odd", "none")::contains)
                .toList());
    }

    private void create(String what, NewTopic topic) {
        facts.tell(what, () -> {
            var result = admin.createTopics(List.of(topic));
            return result.numPartitions(topic.name()).get() + " "
                    + result.replicationFactor(topic.name()).get() + " "
                    + result.config(topic.name()).get().get("cleanup.policy").value();
        });
    }

    private void described() {
        facts.tell("description", () -> {
            var options = new DescribeTopicsOptions().includeAuthorizedOperations(true);
            var found = admin.describeTopics(List.of(TOPIC), options)
                    .allTopicNames()
                    .get()
                    .get(TOPIC);
            return found.name() + " " + found.isInternal() + " "
                    + found.partitions().stream()
                            .map(partition -> partition.partition() + " "
                                    + partition.leader().id() + " " + partition.replicas() + " " + partition.isr())
                            .toList()
                    + " " + found.authorizedOperations().stream().sorted().toList();
        });
        facts.tell("description by an id that is none", () -> admin.describeTopics(
                        TopicCollection.ofTopicIds(List.of(Uuid.randomUuid())))
                .allTopicIds()
                .get());
        facts.tell(
                "description of nothing",
                () -> admin.describeTopics(List.of("nowhere")).allTopicNames().get());
        facts.tell("cluster", () -> {
            var found = admin.describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true));
            return found.nodes().get() + " " + found.controller().get() + " "
                    + found.authorizedOperations().get().stream().sorted().toList();
        });
        facts.tell("features", () -> {
            var levels = new TreeMap<String, Object>();
            admin.describeFeatures()
                    .featureMetadata()
                    .get()
                    .finalizedFeatures()
                    .forEach((name, range) -> levels.put(name, range.maxVersionLevel()));
            levels.keySet().retainAll(Set.of("transaction.version", "group.version", "share.version"));
            return levels;
        });
    }

    private void partitions() {
        addPartitions("only tried", TOPIC, NewPartitions.increaseTo(5), true);
        addPartitions("more partitions", TOPIC, NewPartitions.increaseTo(3), false);
        addPartitions("fewer partitions", TOPIC, NewPartitions.increaseTo(2), false);
        addPartitions("as many partitions", TOPIC, NewPartitions.increaseTo(3), false);
        addPartitions("partitions of nothing", "nowhere", NewPartitions.increaseTo(2), false);
        addPartitions("placed wrongly", TOPIC, NewPartitions.increaseTo(5, List.of(List.of(1))), false);
        addPartitions("placed on nobody", TOPIC, NewPartitions.increaseTo(4, List.of(List.of(7))), false);
        facts.tell("partitions", () -> admin.describeTopics(List.of(TOPIC))
                .allTopicNames()
                .get()
                .get(TOPIC)
                .partitions()
                .size());
    }

    private void addPartitions(String what, String topic, NewPartitions to, boolean onlyTried) {
        facts.tell(what, () -> admin.createPartitions(
                        Map.of(topic, to), new CreatePartitionsOptions().validateOnly(onlyTried))
                .all()
                .get());
    }

    private void offsets() {
        var specs = new TreeMap<String, OffsetSpec>(Map.of(
                "earliest", OffsetSpec.earliest(),
                "earliest local", OffsetSpec.earliestLocal(),
                "earliest to be moved", OffsetSpec.earliestPendingUpload(),
                "latest", OffsetSpec.latest(),
                "latest moved", OffsetSpec.latestTiered(),
                "highest time", OffsetSpec.maxTimestamp(),
                "by time", OffsetSpec.forTimestamp(1_700_000_000_003L),
                "by a time to come", OffsetSpec.forTimestamp(1_800_000_000_000L)));
        specs.forEach((what, spec) -> facts.tell(what, () -> {
            var found = admin.listOffsets(Map.of(PARTITION, spec))
                    .partitionResult(PARTITION)
                    .get();
            return found.offset() + " " + found.timestamp()
                    + (what.equals("latest") ? "" : " " + found.leaderEpoch().isPresent());
        }));
        facts.tell("latest of no partition", () -> admin.listOffsets(Map.of(NOWHERE, OffsetSpec.latest()))
                .all()
                .get());
        deleteRecords("up to an offset", PARTITION, 3);
        deleteRecords("up to one that was deleted", PARTITION, 1);
        deleteRecords("up to one beyond", PARTITION, 99);
        // While there are records: what a log without any takes is each broker's own affair.
        facts.tell(
                "directories", () -> admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1).values().stream()
                        .map(directory -> {
                            var replica = directory.replicaInfos().get(PARTITION);
                            return directory.error() + " " + (replica.size() > 0) + " " + replica.offsetLag() + " "
                                    + replica.isFuture() + " "
                                    + directory.totalBytes().isPresent() + " "
                                    + directory.usableBytes().isPresent();
                        })
                        .toList());
        deleteRecords("up to the end", PARTITION, -1);
        deleteRecords("of no partition", NOWHERE, 1);
        deleteRecords("of none of one's business", new TopicPartition("__consumer_offsets", 0), 1);
    }

    private void deleteRecords(String what, TopicPartition partition, long offset) {
        facts.tell(what, () -> admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset)))
                .lowWatermarks()
                .get(partition)
                .get()
                .lowWatermark());
    }

    private void settings() {
        alter("append", SETTINGS, "cleanup.policy", "compact", AlterConfigOp.OpType.APPEND);
        value("appended", "cleanup.policy", "delete,compact");
        alter("append what is there", SETTINGS, "cleanup.policy", "compact", AlterConfigOp.OpType.APPEND);
        alter("subtract", SETTINGS, "cleanup.policy", "delete", AlterConfigOp.OpType.SUBTRACT);
        value("subtracted", "cleanup.policy", "compact");
        alter("append to what is no list", SETTINGS, "retention.ms", "1", AlterConfigOp.OpType.APPEND);
        alter("set", SETTINGS, "retention.ms", "1234", AlterConfigOp.OpType.SET);
        value("changed", "retention.ms", "1234");
        alter("delete", SETTINGS, "retention.ms", "", AlterConfigOp.OpType.DELETE);
        value("deleted", "retention.ms", "604800000");
        alter("delete what is not there", SETTINGS, "retention.ms", "", AlterConfigOp.OpType.DELETE);
        alter("delete what is none", SETTINGS, "no.such", "", AlterConfigOp.OpType.DELETE);
        alter("delete what no broker has", BROKERS, "no.such", "", AlterConfigOp.OpType.DELETE);
        alter(
                "append to nothing",
                SETTINGS,
                "leader.replication.throttled.replicas",
                "0:1",
                AlterConfigOp.OpType.APPEND);
        value("appended to nothing", "leader.replication.throttled.replicas", "0:1");
        alter("set what is none", SETTINGS, "no.such", "1", AlterConfigOp.OpType.SET);
        alter("set to what is none", SETTINGS, "retention.ms", "soon", AlterConfigOp.OpType.SET);
        alter("set out of range", SETTINGS, "min.insync.replicas", "0", AlterConfigOp.OpType.SET);
        for (var other : List.of(
                new ConfigResource(ConfigResource.Type.TOPIC, "nowhere"),
                new ConfigResource(ConfigResource.Type.TOPIC, ""),
                new ConfigResource(ConfigResource.Type.GROUP, ""),
                new ConfigResource(ConfigResource.Type.BROKER, "one"),
                new ConfigResource(ConfigResource.Type.BROKER, "7"))) {
            alter("set for " + other, other, "retention.ms", "1", AlterConfigOp.OpType.SET);
            facts.tell(
                    "settings of " + other,
                    () -> admin.describeConfigs(List.of(other)).all().get().size());
        }
        facts.tell("two ways at once", () -> {
            var ops = List.of(
                    new AlterConfigOp(new ConfigEntry("retention.ms", "1"), AlterConfigOp.OpType.SET),
                    new AlterConfigOp(new ConfigEntry("retention.ms", ""), AlterConfigOp.OpType.DELETE));
            return admin.incrementalAlterConfigs(Map.of(SETTINGS, ops)).all().get();
        });
        facts.tell("only tried", () -> {
            var op = new AlterConfigOp(new ConfigEntry("retention.ms", "77"), AlterConfigOp.OpType.SET);
            return admin.incrementalAlterConfigs(
                            Map.of(SETTINGS, List.of(op)), new AlterConfigsOptions().validateOnly(true))
                    .all()
                    .get();
        });
        value("as before", "retention.ms", "604800000");
        facts.tell("things with settings", () -> admin.listConfigResources(
                        Set.of(ConfigResource.Type.TOPIC), new ListConfigResourcesOptions())
                .all()
                .get()
                .contains(SETTINGS));
    }

    private void alter(String what, ConfigResource resource, String name, String value, AlterConfigOp.OpType how) {
        facts.tell(what, () -> admin.incrementalAlterConfigs(
                        Map.of(resource, List.of(new AlterConfigOp(new ConfigEntry(name, value), how))))
                .all()
                .get());
    }

    /** A broker of Apache Kafka hears of a change a moment after that was answered. */
    private void value(String what, String name, String expected) {
        facts.tell(what, () -> {
            var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            ConfigEntry entry;
            do {
                entry = admin.describeConfigs(List.of(SETTINGS))
                        .all()
                        .get()
                        .get(SETTINGS)
                        .get(name);
            } while (!entry.value().equals(expected) && System.nanoTime() < deadline);
            return entry.value() + " " + entry.source() + " " + entry.type() + " " + entry.isReadOnly() + " "
                    + entry.isSensitive();
        });
    }

    private void placed() {
        for (var partition : List.of(PARTITION, NOWHERE)) {
            for (var how : ElectionType.values()) {
                facts.tell(how + " leader of " + partition, () -> {
                    var outcomes = new HashMap<TopicPartition, Object>();
                    admin.electLeaders(how, Set.of(partition))
                            .partitions()
                            .get()
                            .forEach((elected, failure) -> outcomes.put(elected, failure.map(error -> error.getClass()
                                    .getSimpleName())));
                    return outcomes;
                });
            }
            facts.tell("give up moving " + partition, () -> admin.alterPartitionReassignments(
                            Map.of(partition, Optional.empty()))
                    .all()
                    .get());
            for (var broker : List.of(1, 7)) {
                facts.tell("move " + partition + " to " + broker, () -> admin.alterPartitionReassignments(
                                Map.of(partition, Optional.of(new NewPartitionReassignment(List.of(broker)))))
                        .all()
                        .get());
            }
        }
        facts.tell(
                "moves",
                () -> admin.listPartitionReassignments().reassignments().get());
    }

    private void deleted() {
        facts.tell("deleted", () -> admin.deleteTopics(List.of(TOPIC)).all().get());
        facts.tell(
                "deleted again", () -> admin.deleteTopics(List.of(TOPIC)).all().get());
        facts.tell("deleted by an id that is none", () -> admin.deleteTopics(
                        TopicCollection.ofTopicIds(List.of(Uuid.randomUuid())))
                .all()
                .get());
    }
}
