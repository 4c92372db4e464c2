package org.isthmus.broker.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.IntegerDeserializer;

/** A topic of a cluster under faults, as its operator sees it. Brokers that do not answer are not waited for as long as a client would. */
final class ReplicatedTopic implements AutoCloseable {
    private final String bootstrap;
    private final String name;
    private final Admin admin;

    private ReplicatedTopic(String bootstrap, String name) {
        this.bootstrap = bootstrap;
        this.name = name;
        this.admin = Admin.create(Map.of("bootstrap.servers", bootstrap, "request.timeout.ms", 2000));
    }

    /** With all of its replicas in sync. */
    static ReplicatedTopic create(String bootstrap, String name, int partitions, int replicas, int minInSync)
            throws Exception {
        return create(bootstrap, new NewTopic(name, partitions, (short) replicas), minInSync);
    }

    /** Of one partition, on these brokers, of which the first leads. */
    static ReplicatedTopic create(String bootstrap, String name, List<Integer> brokers, int minInSync)
            throws Exception {
        return create(bootstrap, new NewTopic(name, Map.of(0, brokers)), minInSync);
    }

    private static ReplicatedTopic create(String bootstrap, NewTopic wanted, int minInSync) throws Exception {
        var topic = new ReplicatedTopic(bootstrap, wanted.name());
        wanted.configs(Map.of("min.insync.replicas", Integer.toString(minInSync)));
        make(bootstrap, wanted);
        topic.awaitAllInSync();
        return topic;
    }

    /** By a client that waits for its answer: one that asks once more is told that the topic is there. */
    static void make(String bootstrap, NewTopic wanted) throws ExecutionException, InterruptedException {
        try (var patient = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            patient.createTopics(List.of(wanted)).all().get();
        }
    }

    String name() {
        return name;
    }

    Admin admin() {
        return admin;
    }

    /** −1 where there is none. */
    int leader(int partition) throws Exception {
        var leader = describe().get(partition).leader();
        return leader == null ? -1 : leader.id();
    }

    /** Those that are neither gone nor behind. */
    List<Integer> inSync(int partition) throws Exception {
        return describe().get(partition).isr().stream().map(Node::id).toList();
    }

    /** Asks as Kafka's tools do, by a client of its own each time: one that goes on with a broker that is cut off hears nothing new. */
    int awaitOtherLeader(int partition, int before) throws Exception {
        while (true) {
            try (var asking = new ReplicatedTopic(bootstrap, name)) {
                var now = asking.leader(partition);
                if (now >= 0 && now != before) {
                    return now;
                }
            }
        }
    }

    void awaitAllInSync() throws Exception {
        while (!areAllInSync(describe())) {
            Thread.onSpinWait();
        }
    }

    /** For one that stood still while another became leader: it wakes up with what it knew before, and tells that until it hears. */
    void awaitAllInSyncUnderOther(int partition, int before) throws Exception {
        while (true) {
            var told = describe();
            if (areAllInSync(told) && told.get(partition).leader().id() != before) {
                return;
            }
            Thread.onSpinWait();
        }
    }

    static boolean areAllInSync(List<TopicPartitionInfo> partitions) {
        return partitions.stream()
                .allMatch(partition -> partition.leader() != null
                        && partition.isr().size() == partition.replicas().size());
    }

    /** As each broker that is asked hears by itself. */
    void awaitInSync(int partition, List<Integer> brokers) throws Exception {
        while (!inSync(partition).equals(brokers)) {
            Thread.onSpinWait();
        }
    }

    void awaitOutOfSync(int partition, int broker) throws Exception {
        while (inSync(partition).contains(broker)) {
            Thread.onSpinWait();
        }
    }

    private List<TopicPartitionInfo> describe() throws Exception {
        while (true) {
            try {
                return admin.describeTopics(List.of(name))
                        .allTopicNames()
                        .get()
                        .get(name)
                        .partitions();
            } catch (ExecutionException e) {
                // A broker that is being killed or does not answer, or has not heard of the topic; another one will.
                Thread.onSpinWait();
            }
        }
    }

    /** All that can be read, in order. */
    List<Integer> readAll(int index) {
        var config = new HashMap<String, Object>(Map.of(
                "bootstrap.servers", bootstrap, "auto.offset.reset", "earliest", "isolation.level", "read_committed"));
        var found = new ArrayList<Integer>();
        try (var consumer = new KafkaConsumer<>(config, new IntegerDeserializer(), new IntegerDeserializer())) {
            var partition = new TopicPartition(name, index);
            consumer.assign(List.of(partition));
            var end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> found.add(record.value()));
            }
        }
        return found;
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }
}
