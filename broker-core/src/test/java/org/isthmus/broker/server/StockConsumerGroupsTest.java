package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What unmodified consumers see that speak the consumer protocol (KIP-848), alone and together. */
@Timeout(60)
class StockConsumerGroupsTest {
    private static final int PARTITIONS = 6;

    @TempDir
    Path data;

    EmbeddedBroker broker;
    String bootstrap;
    int produced;

    /** Every record that a member was given, by the value that makes it unique. */
    final List<String> read = new ArrayList<>();

    final List<Member> members = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        startOn(0);
    }

    private void startOn(int port) throws Exception {
        var settings = Map.of(
                "num.partitions", Integer.toString(PARTITIONS),
                "group.consumer.min.heartbeat.interval.ms", "50",
                "group.consumer.heartbeat.interval.ms", "100");
        broker = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", port)), settings));
        bootstrap = broker.listeners().get(0).toString();
    }

    @AfterEach
    void stop() {
        members.forEach(member -> member.consumer.close());
        broker.close();
    }

    @Test
    void membersThatJoinAndLeaveReadEveryRecordOnce() {
        produce("orders", 60);
        var first = join("readers", "orders");
        poll(() -> read.size() == 60);
        var second = join("readers", "orders");
        var third = join("readers", "orders");
        poll(() -> sizes().equals(List.of(2, 2, 2)));
        produce("orders", 60);
        poll(() -> read.size() == 120);

        leave(second);
        poll(() -> sizes().equals(List.of(3, 3)));
        produce("orders", 60);
        poll(() -> read.size() == 180);
        leave(first);
        poll(() -> third.consumer.assignment().size() == PARTITIONS);
        produce("orders", 60);
        poll(() -> read.size() == 240);

        assertThat(new HashSet<>(read)).hasSize(240);
    }

    @Test
    void membersGoOnWithTheirEpochsOnceTheBrokerIsBack() throws Exception {
        var first = join("readers", "orders");
        var second = join("readers", "orders");
        poll(() -> sizes().equals(List.of(3, 3)));
        produce("orders", 30);
        poll(() -> read.size() == 30);
        var port = broker.listeners().get(0).port();
        var revokedBefore = first.revoked + second.revoked;

        broker.close();
        startOn(port);
        produce("orders", 30);
        poll(() -> read.size() == 60);

        assertThat(new HashSet<>(read)).hasSize(60);
        assertThat(first.revoked + second.revoked).as("nobody lost a partition").isEqualTo(revokedBefore);
        assertThat(first.lost + second.lost).isZero();
    }

    @Test
    void patternFollowsTopicsThatComeAndGo() throws Exception {
        produce("sales-north", 10);
        produce("other", 10);
        // Who commits by itself would try for long to commit for the topic that goes.
        var member = join("watchers", Map.of("enable.auto.commit", "false"));
        member.consumer.subscribe(new SubscriptionPattern("sales-.*"), member);
        poll(() -> read.size() == 10);

        produce("sales-south", 10);
        poll(() -> read.size() == 20);
        try (var admin = admin()) {
            admin.deleteTopics(List.of("sales-north")).all().get();
        }
        poll(() -> topics(member).equals(Set.of("sales-south")));

        assertThat(read).allMatch(value -> value.startsWith("sales-"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sales-[", "((a{1000}){1000}){1000}"})
    void patternThatIsNoneOrWouldTakeAllMemoryIsRefused(String pattern) {
        var member = join("watchers");
        member.consumer.subscribe(new SubscriptionPattern(pattern), member);

        assertThatThrownBy(() -> poll(() -> false)).isInstanceOf(InvalidRegularExpression.class);
    }

    @Test
    void newPartitionsAreReadToo() throws Exception {
        produce("orders", 6);
        join("readers", "orders");
        poll(() -> read.size() == 6);
        try (var admin = admin()) {
            admin.createPartitions(Map.of("orders", NewPartitions.increaseTo(9)))
                    .all()
                    .get();
        }

        poll(() -> sizes().equals(List.of(9)));
    }

    @Test
    void staticMemberFindsItsPartitionsWhenItComesBack() {
        produce("orders", 6);
        var first = join("readers", Map.of("group.instance.id", "one"), "orders");
        var second = join("readers", Map.of("group.instance.id", "two"), "orders");
        poll(() -> sizes().equals(List.of(3, 3)));
        var owned = Set.copyOf(first.consumer.assignment());
        var kept = Set.copyOf(second.consumer.assignment());

        leave(first);
        var again = join("readers", Map.of("group.instance.id", "one"), "orders");
        poll(() -> again.consumer.assignment().size() == 3);

        assertThat(again.consumer.assignment()).isEqualTo(owned);
        assertThat(second.consumer.assignment()).isEqualTo(kept);
        assertThat(second.revoked).as("the other kept what it had").isLessThanOrEqualTo(3);
    }

    @Test
    void rangeGivesEquallyPartitionedTopicsToTheSameMembers() {
        produce("left", 6);
        produce("right", 6);
        join("joiners", Map.of("group.remote.assignor", "range"), "left", "right");
        join("joiners", Map.of("group.remote.assignor", "range"), "left", "right");
        poll(() -> sizes().equals(List.of(6, 6)));

        for (var member : members) {
            assertThat(partitions(member, "left"))
                    .isEqualTo(partitions(member, "right"))
                    .hasSize(3);
        }
    }

    @Test
    void administratorSeesTheGroupAndCannotDeleteWhatIsInUse() throws Exception {
        produce("orders", 6);
        var member = join("readers", "orders");
        poll(() -> read.size() == 6);
        member.consumer.commitSync();
        try (var admin = admin()) {
            var group = admin.describeConsumerGroups(List.of("readers"))
                    .describedGroups()
                    .get("readers")
                    .get();
            assertThat(group.type()).isEqualTo(GroupType.CONSUMER);
            assertThat(group.groupState()).isEqualTo(GroupState.STABLE);
            assertThat(group.partitionAssignor()).isEqualTo("uniform");
            assertThat(group.members()).hasSize(1).allSatisfy(one -> {
                assertThat(one.assignment().topicPartitions()).hasSize(PARTITIONS);
                assertThat(one.targetAssignment().orElseThrow().topicPartitions())
                        .hasSize(PARTITIONS);
                assertThat(one.memberEpoch()).hasValue(group.groupEpoch().orElseThrow());
            });
            assertThat(listed(admin, ListGroupsOptions.forConsumerGroups())).containsExactly("readers");
            assertThat(listed(admin, new ListGroupsOptions().withTypes(Set.of(GroupType.CLASSIC))))
                    .isEmpty();
            assertThat(listed(admin, new ListGroupsOptions().inGroupStates(Set.of(GroupState.EMPTY))))
                    .isEmpty();
            assertThatThrownBy(() ->
                            admin.deleteConsumerGroups(List.of("readers")).all().get())
                    .hasCauseInstanceOf(GroupNotEmptyException.class);
            assertThatThrownBy(
                            () -> admin.deleteConsumerGroupOffsets("readers", Set.of(new TopicPartition("orders", 0)))
                                    .all()
                                    .get())
                    .isInstanceOf(ExecutionException.class);
            leave(member);

            admin.deleteConsumerGroups(List.of("readers")).all().get();

            assertThat(listed(admin, new ListGroupsOptions())).isEmpty();
        }
    }

    @Test
    void groupOfOneProtocolBecomesOneOfTheOtherOnceNobodyBelongsToIt() {
        produce("orders", 30);
        var classic = join("readers", Map.of("group.protocol", "classic"), "orders");
        poll(() -> read.size() == 30);
        leave(classic);
        produce("orders", 30);
        var modern = join("readers", "orders");
        poll(() -> read.size() == 60);
        leave(modern);
        produce("orders", 30);

        join("readers", Map.of("group.protocol", "classic"), "orders");
        poll(() -> read.size() == 90);

        assertThat(new HashSet<>(read)).hasSize(90);
    }

    @Test
    void groupHasSettingsOfItsOwnWithinTheBrokersBounds() throws Exception {
        var group = new ConfigResource(ConfigResource.Type.GROUP, "readers");
        try (var admin = admin()) {
            set(admin, group, "consumer.heartbeat.interval.ms", "70");
            assertThatThrownBy(() -> set(admin, group, "consumer.heartbeat.interval.ms", "49"))
                    .hasCauseInstanceOf(InvalidConfigurationException.class);
            assertThatThrownBy(() -> set(admin, group, "consumer.session.timeout.ms", "60001"))
                    .hasCauseInstanceOf(InvalidConfigurationException.class);

            var config = admin.describeConfigs(List.of(group)).all().get().get(group);

            assertThat(config.get("consumer.heartbeat.interval.ms").value()).isEqualTo("70");
            assertThat(config.get("consumer.session.timeout.ms").value()).isEqualTo("45000");
        }
    }

    @Test
    void offsetsOfAMemberArePartOfAProducersTransaction() {
        produce("orders", 6);
        var member = join("copiers", Map.of("isolation.level", "read_committed"), "orders");
        poll(() -> read.size() == 6);
        Map<String, Object> config =
                new HashMap<>(Map.of("bootstrap.servers", bootstrap, "transactional.id", "copier"));
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(
                    Map.of(new TopicPartition("orders", 0), new OffsetAndMetadata(1)), member.consumer.groupMetadata());
            producer.commitTransaction();
        }

        var committed = member.consumer.committed(Set.of(new TopicPartition("orders", 0)));

        assertThat(committed.get(new TopicPartition("orders", 0)).offset()).isEqualTo(1);
    }

    // Members, all polled by the test's own thread

    private Member join(String group, String... topics) {
        return join(group, Map.of(), topics);
    }

    private Member join(String group, Map<String, String> extra, String... topics) {
        var member = new Member(group, extra);
        members.add(member);
        if (topics.length > 0) {
            member.consumer.subscribe(List.of(topics), member);
        }
        return member;
    }

    private void leave(Member member) {
        members.remove(member);
        member.consumer.close();
    }

    private void poll(BooleanSupplier until) {
        var deadline = System.nanoTime() + Duration.ofSeconds(40).toNanos();
        while (!until.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as("read " + read.size() + " assigned " + sizes())
                    .isLessThan(deadline);
            for (var member : members) {
                member.consumer.poll(Duration.ofMillis(20)).forEach(record -> read.add(record.value()));
            }
        }
    }

    private List<Integer> sizes() {
        return members.stream()
                .map(member -> member.consumer.assignment().size())
                .toList();
    }

    private static Set<String> topics(Member member) {
        var topics = new HashSet<String>();
        member.consumer.assignment().forEach(partition -> topics.add(partition.topic()));
        return topics;
    }

    private static Set<Integer> partitions(Member member, String topic) {
        var partitions = new TreeSet<Integer>();
        member.consumer.assignment().stream()
                .filter(partition -> partition.topic().equals(topic))
                .forEach(partition -> partitions.add(partition.partition()));
        return partitions;
    }

    private final class Member implements ConsumerRebalanceListener {
        final KafkaConsumer<String, String> consumer;
        int revoked;
        int lost;

        Member(String group, Map<String, String> extra) {
            Map<String, Object> config = new HashMap<>(Map.of(
                    "bootstrap.servers", bootstrap,
                    "group.id", group,
                    "group.protocol", "consumer",
                    "auto.offset.reset", "earliest",
                    "metadata.max.age.ms", "300",
                    "reconnect.backoff.max.ms", "100",
                    "retry.backoff.max.ms", "100"));
            config.putAll(extra);
            consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            revoked += partitions.size();
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            lost += partitions.size();
        }
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrap));
    }

    private static List<String> listed(Admin admin, ListGroupsOptions options) throws Exception {
        return admin.listGroups(options).all().get().stream()
                .map(group -> group.groupId())
                .toList();
    }

    private static void set(Admin admin, ConfigResource resource, String name, String value) throws Exception {
        admin.incrementalAlterConfigs(Map.of(
                        resource, List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    private void produce(String topic, int count) {
        Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", bootstrap, "linger.ms", "0"));
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            Stream.generate(() -> topic + "-" + produced++)
                    .limit(count)
                    .forEach(value -> producer.send(new ProducerRecord<>(topic, produced % PARTITIONS, null, value)));
        }
    }
}
