package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupListing;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.ClassicGroupState;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an unmodified administrator's client sees of groups, and of where replicas lie. */
@Timeout(60)
class StockGroupAdminTest {
    private static final Map<String, String> CLASSIC = Map.of("group.protocol", "classic");
    private static final Map<String, String> MODERN = Map.of("group.protocol", "consumer");

    @TempDir
    Path data;

    EmbeddedBroker broker;
    String bootstrap;
    Admin admin;

    @BeforeEach
    void start() throws Exception {
        broker = EmbeddedBroker.acquire(new BrokerConfig(
                data,
                List.of(new Endpoint.Tcp("127.0.0.1", 0)),
                Map.of("group.initial.rebalance.delay.ms", "0", "num.partitions", "2")));
        bootstrap = broker.listeners().get(0).toString();
        admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
        admin.createTopics(List.of(new NewTopic("orders", 2, (short) 1))).all().get();
    }

    @AfterEach
    void stop() {
        admin.close();
        broker.close();
    }

    @Test
    @SuppressWarnings({"deprecation", "removal"})
    void consumerGroupsOfBothProtocolsAreListedWithTheirStates() throws Exception {
        try (var classic = consumer("old", CLASSIC);
                var modern = consumer("new", MODERN)) {
            assertThat(classic.assignment()).hasSize(2);
            assertThat(modern.assignment()).hasSize(2);

            Collection<ConsumerGroupListing> listed =
                    admin.listConsumerGroups().all().get();

            assertThat(listed)
                    .extracting(
                            ConsumerGroupListing::groupId,
                            group -> group.groupState().orElseThrow(),
                            group -> group.type().orElseThrow())
                    .containsExactlyInAnyOrder(
                            tuple("old", GroupState.STABLE, GroupType.CLASSIC),
                            tuple("new", GroupState.STABLE, GroupType.CONSUMER));
            assertThat(listed).noneMatch(ConsumerGroupListing::isSimpleConsumerGroup);
        }
    }

    @Test
    void classicGroupIsDescribedAndOneOfConsumersIsNone() throws Exception {
        try (var classic = consumer("old", CLASSIC);
                var modern = consumer("new", MODERN)) {
            var described = admin.describeClassicGroups(List.of("old"))
                    .describedGroups()
                    .get("old")
                    .get();

            assertThat(described.protocol()).isEqualTo("consumer");
            assertThat(described.protocolData()).isEqualTo("range");
            assertThat(described.state()).isEqualTo(ClassicGroupState.STABLE);
            assertThat(described.members()).singleElement().satisfies(member -> assertThat(
                            member.assignment().topicPartitions())
                    .isEqualTo(classic.assignment()));
            assertThat(modern.assignment()).hasSize(2);
            for (var group : List.of("new", "nobody")) {
                var none = admin.describeClassicGroups(List.of(group))
                        .describedGroups()
                        .get(group);
                assertThatThrownBy(none::get).hasCauseInstanceOf(GroupIdNotFoundException.class);
            }
        }
    }

    @Test
    void staticMemberThatIsGoneIsRemovedByItsName() throws Exception {
        var config = new HashMap<>(CLASSIC);
        config.put("group.instance.id", "one");
        consumer("old", config).close();
        assertThat(members("old")).isEqualTo(1);

        var removed = new RemoveMembersFromConsumerGroupOptions(Set.of(new MemberToRemove("one")));
        admin.removeMembersFromConsumerGroup("old", removed).all().get();

        assertThat(members("old")).isZero();
        var again = admin.removeMembersFromConsumerGroup("old", removed);
        assertThatThrownBy(() -> again.memberResult(new MemberToRemove("one")).get())
                .hasCauseInstanceOf(UnknownMemberIdException.class);
    }

    @Test
    void allMembersAreRemovedFromGroupsOfEitherProtocol() throws Exception {
        for (var protocol : List.of(CLASSIC, MODERN)) {
            var group = "all-of-" + protocol.get("group.protocol");
            try (var one = consumer(group, protocol)) {
                assertThat(one.assignment()).isNotEmpty();
                assertThat(members(group)).isEqualTo(1);

                admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions())
                        .all()
                        .get();

                assertThat(members(group)).isZero();
            }
        }
    }

    @Test
    void nameBelongsToGroupsOfOneKindAtATime() throws Exception {
        try (var classic = consumer("old", CLASSIC);
                var modern = consumer("new", MODERN);
                var sharer = sharer("shared")) {
            assertThat(classic.assignment()).isNotEmpty();
            assertThat(modern.assignment()).isNotEmpty();
            until(() -> {
                sharer.poll(Duration.ofMillis(50));
                return isShared("shared");
            });

            for (var taken : List.of("old", "new")) {
                try (var newcomer = sharer(taken)) {
                    assertThatThrownBy(() -> until(
                                    () -> newcomer.poll(Duration.ofMillis(50)).count() > 0))
                            .isInstanceOf(GroupIdNotFoundException.class);
                }
            }
            assertThatThrownBy(() -> consumer("shared", CLASSIC))
                    .isInstanceOf(InconsistentGroupProtocolException.class);
            assertThatThrownBy(() -> consumer("shared", MODERN)).isInstanceOf(GroupIdNotFoundException.class);
        }
    }

    private KafkaShareConsumer<String, String> sharer(String group) {
        var consumer = new KafkaShareConsumer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrap, "group.id", group),
                new StringDeserializer(),
                new StringDeserializer());
        consumer.subscribe(List.of("orders"));
        return consumer;
    }

    private boolean isShared(String group) {
        return admin.describeShareGroups(List.of(group))
                .describedGroups()
                .get(group)
                .toCompletionStage()
                .handle((found, notYet) -> found != null && !found.members().isEmpty())
                .toCompletableFuture()
                .join();
    }

    private static void until(BooleanSupplier condition) {
        var deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time").isLessThan(deadline);
        }
    }

    @Test
    void membersAreDescribedAndEverythingIsAllowedToWhoeverAsks() throws Exception {
        try (var classic = consumer("old", CLASSIC);
                var modern = consumer("new", MODERN)) {
            assertThat(classic.assignment()).isNotEmpty();
            assertThat(modern.assignment()).isNotEmpty();
            var groups = admin.describeConsumerGroups(
                            List.of("old", "new"),
                            new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
                    .all()
                    .get();
            var topics = admin.describeTopics(
                            List.of("orders"), new DescribeTopicsOptions().includeAuthorizedOperations(true))
                    .allTopicNames()
                    .get();
            var cluster = admin.describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true));

            assertThat(groups.values()).allSatisfy(group -> assertThat(group.authorizedOperations())
                    .contains(AclOperation.READ, AclOperation.DELETE)
                    .doesNotContain(AclOperation.WRITE));
            assertThat(groups.values()).allSatisfy(group -> assertThat(group.members())
                    .allSatisfy(member -> assertThat(member.host()).isEqualTo("/127.0.0.1")));
            assertThat(topics.get("orders").authorizedOperations()).contains(AclOperation.READ, AclOperation.WRITE);
            assertThat(cluster.authorizedOperations().get()).contains(AclOperation.CREATE, AclOperation.ALTER);
            assertThat(admin.describeCluster().authorizedOperations().get()).isNull();
        }
    }

    @Test
    void replicasAreFoundInTheirDirectory() throws Exception {
        var here = new TopicPartitionReplica("orders", 1, 0);
        var nowhere = new TopicPartitionReplica("orders", 7, 0);

        var found = admin.describeReplicaLogDirs(List.of(here, nowhere)).all().get();

        assertThat(found.get(here).getCurrentReplicaLogDir()).isEqualTo(data.toString());
        assertThat(found.get(here).getFutureReplicaLogDir()).isNull();
        assertThat(found.get(nowhere).getCurrentReplicaLogDir()).isNull();
    }

    @Test
    @SuppressWarnings({"deprecation", "removal"})
    void noClientHasMetricsToSend() throws Exception {
        assertThat(admin.listClientMetricsResources().all().get()).isEmpty();
    }

    private int members(String group) throws Exception {
        return admin.describeConsumerGroups(List.of(group))
                .describedGroups()
                .get(group)
                .get()
                .members()
                .size();
    }

    /** One that has what it is to read. */
    private KafkaConsumer<String, String> consumer(String group, Map<String, String> extra) {
        var config = new HashMap<String, Object>(Map.of("bootstrap.servers", bootstrap, "group.id", group));
        config.putAll(extra);
        var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
        consumer.subscribe(List.of("orders"));
        var deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (consumer.assignment().isEmpty()) {
            assertThat(System.nanoTime()).as("time").isLessThan(deadline);
            consumer.poll(Duration.ofMillis(50));
        }
        return consumer;
    }
}
