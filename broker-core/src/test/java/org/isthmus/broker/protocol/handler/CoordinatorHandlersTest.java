package org.isthmus.broker.protocol.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isthmus.broker.coordinator.InternalTopics.CONSUMER_OFFSETS;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.*;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.coordinator.MemoryShardLog;
import org.isthmus.broker.coordinator.group.GroupRig;
import org.isthmus.broker.coordinator.transaction.Arrival;
import org.isthmus.broker.coordinator.transaction.MarkerWriter;
import org.isthmus.broker.coordinator.transaction.Outcome;
import org.isthmus.broker.coordinator.transaction.ProducerIds;
import org.isthmus.broker.coordinator.transaction.TransactionConfig;
import org.isthmus.broker.coordinator.transaction.TransactionCoordinator;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.SessionState;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The coordinators' APIs as messages, in every version that is served; each answer must be one that its version can carry. */
class CoordinatorHandlersTest {
    private static final String GROUP = GroupRig.GROUP;

    private final GroupRig rig = new GroupRig();
    private final MemoryMetadata metadata = new MemoryMetadata();
    private final MemoryShardLog transactionLog = new MemoryShardLog();
    private final MarkerWriter markers = (partition, marker) -> Arrival.whenKept(
            partition.topic().equals(CONSUMER_OFFSETS)
                    ? rig.groups.endTransaction(
                            partition.partition(),
                            marker.producer().producerId(),
                            marker.producer().epoch(),
                            marker.raised(),
                            marker.outcome() == Outcome.COMMIT,
                            new CompletableFuture<>())
                    : CompletableFuture.completedStage(ErrorCode.NONE));
    private final ProducerIds producerIds = new ProducerIds(metadata);
    private final TransactionCoordinator transactions = new TransactionCoordinator(
            TransactionConfig.DEFAULT, metadata::image, markers, producerIds, rig.loop, () -> new UUID(3, 3));
    private final List<ApiHandler<?, ?>> handlers = CoordinatorHandlers.of(
            rig.groups,
            NoShareGroups.on(metadata),
            new NoOtherBrokers(),
            transactions,
            TransactionAdmission.of(transactions),
            markers,
            producerIds,
            name -> CompletableFuture.completedStage(rig.image().topics().get(name)),
            metadata,
            () -> new UUID(4, 4),
            (broker, listener) -> new Endpoint.Tcp("advertised", 9092));

    @BeforeEach
    void electTransactions() {
        rig.addTopic(InternalTopics.TRANSACTION_STATE, new UUID(6, 6), 1);
        transactions.shards().elected(0, transactionLog.lead(), rig.loop);
        rig.loop.settle();
    }

    @TestFactory
    List<DynamicTest> memberJoinsSyncsBeatsAndLeavesInEveryVersion() {
        return versions(0, 9, version -> {
            var joined = joinGroup(version);
            assertThat(joined.generationId()).isPositive();
            assertThat(joined.leader()).isEqualTo(joined.memberId());

            var synced = sync(Math.min(version, 5), joined);
            assertThat(new String(synced.assignment())).isEqualTo("mine");

            HeartbeatResponseData beat = call(
                    Math.min(version, 4),
                    new HeartbeatRequestData()
                            .setGroupId(GROUP)
                            .setMemberId(joined.memberId())
                            .setGenerationId(joined.generationId()));
            assertThat(beat.errorCode()).isZero();

            var leave = new LeaveGroupRequestData().setGroupId(GROUP);
            var leaveVersion = Math.min(version, 5);
            if (leaveVersion < 3) {
                leave.setMemberId(joined.memberId());
            } else {
                leave.setMembers(List.of(new LeaveGroupRequestData.MemberIdentity().setMemberId(joined.memberId())));
            }
            LeaveGroupResponseData left = call(leaveVersion, leave);
            assertThat(left.errorCode()).isZero();
            assertThat(left.members()).allMatch(member -> member.errorCode() == 0);
        });
    }

    @TestFactory
    List<DynamicTest> consumerJoinsIsDescribedAndLeavesInEveryVersion() {
        return versions(0, 1, version -> {
            var group = "consumers-" + version;
            ConsumerGroupHeartbeatResponseData joined = call(version, consumerJoins(group, version == 0 ? "" : "me"));
            assertThat(joined.errorCode()).isZero();
            assertThat(joined.memberId()).isNotEmpty();
            assertThat(joined.memberEpoch()).isEqualTo(1);
            assertThat(joined.heartbeatIntervalMs()).isEqualTo(5000);
            assertThat(joined.assignment().topicPartitions().get(0).partitions())
                    .containsExactly(0, 1, 2, 3);

            ConsumerGroupDescribeResponseData described =
                    call(version, new ConsumerGroupDescribeRequestData().setGroupIds(List.of(group, "nobody")));
            var found = described.groups().get(0);
            assertThat(found.groupState()).isEqualTo("Stable");
            assertThat(found.members()
                            .get(0)
                            .assignment()
                            .topicPartitions()
                            .get(0)
                            .topicName())
                    .isEqualTo("views");
            assertThat(described.groups().get(1).errorCode()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND.code());
            DescribeGroupsResponseData classic = call(6, new DescribeGroupsRequestData().setGroups(List.of(group)));
            assertThat(classic.groups().get(0).errorCode()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND.code());

            ConsumerGroupHeartbeatResponseData left = call(
                    version,
                    new ConsumerGroupHeartbeatRequestData()
                            .setGroupId(group)
                            .setMemberId(joined.memberId())
                            .setMemberEpoch(-1));
            assertThat(left.memberEpoch()).isEqualTo(-1);
        });
    }

    @Test
    void heartbeatsThatMakeNoSenseAreRefused() {
        assertThat(beat(consumerJoins("", "me"))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(beat(consumerJoins("g", ""))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(beat(consumerJoins("g", "me").setInstanceId(" "))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(beat(consumerJoins("g", "me").setMemberEpoch(-3))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(beat(consumerJoins("g", "me").setMemberEpoch(-2))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(beat(consumerJoins("g", "me").setRebalanceTimeoutMs(-1))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(beat(consumerJoins("g", "me").setTopicPartitions(null))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(beat(consumerJoins("g", "me").setSubscribedTopicNames(null))).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(beat(consumerJoins("g", "me").setServerAssignor("best"))).isEqualTo(ErrorCode.UNSUPPORTED_ASSIGNOR);
        assertThat(beat(consumerJoins("g", "me").setSubscribedTopicRegex("(")))
                .isEqualTo(ErrorCode.INVALID_REGULAR_EXPRESSION);
        assertThat(beat(consumerJoins("g", "me").setSubscribedTopicRegex("a{1000}b{1000}")))
                .isEqualTo(ErrorCode.INVALID_REGULAR_EXPRESSION);
        assertThat(beat(consumerJoins("g", "me").setMemberEpoch(4))).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
    }

    @TestFactory
    List<DynamicTest> versionThatKnowsNoMemberEpochsHearsWhatItKnows() {
        return versions(2, 10, version -> {
            var stranger = (version < 9 ? ErrorCode.ILLEGAL_GENERATION : ErrorCode.GROUP_ID_NOT_FOUND).code();
            assertThat(errors(commitAs("lost", 7, version))).containsOnly(stranger);
            call(1, consumerJoins(GROUP, "me"));
            var stale = (version < 9 ? ErrorCode.UNSUPPORTED_VERSION : ErrorCode.STALE_MEMBER_EPOCH).code();
            assertThat(errors(commitAs(GROUP, 7, version))).containsOnly(stale);
        });
    }

    private ErrorCode beat(ConsumerGroupHeartbeatRequestData request) {
        ConsumerGroupHeartbeatResponseData answer = call(1, request);
        return ErrorCode.of(answer.errorCode());
    }

    private static ConsumerGroupHeartbeatRequestData consumerJoins(String group, String memberId) {
        return new ConsumerGroupHeartbeatRequestData()
                .setGroupId(group)
                .setMemberId(memberId)
                .setRebalanceTimeoutMs(1000)
                .setSubscribedTopicNames(List.of("views"))
                .setTopicPartitions(List.of());
    }

    @TestFactory
    List<DynamicTest> unknownMemberIsRefusedInEveryVersion() {
        return versions(0, 9, version -> {
            JoinGroupResponseData answer = call(version, joinRequest("invented"));
            assertThat(answer.errorCode()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID.code());
            var stranger = new JoinGroupResponseData().setMemberId("invented").setGenerationId(1);
            assertThat(sync(Math.min(version, 5), stranger).errorCode()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID.code());
        });
    }

    @TestFactory
    List<DynamicTest> lostShardIsToldInEveryVersion() {
        return versions(0, 10, version -> {
            rig.crash();
            JoinGroupResponseData joined = call(Math.min(version, 9), joinRequest(""));
            assertThat(joined.errorCode()).isEqualTo(ErrorCode.NOT_COORDINATOR.code());
            if (version >= 2) {
                assertThat(errors(commit(version, 1))).containsOnly(ErrorCode.NOT_COORDINATOR.code());
            }
            if (version >= 8) {
                assertThat(fetch(version).groups().get(0).errorCode()).isEqualTo(ErrorCode.NOT_COORDINATOR.code());
            } else if (version >= 1) {
                fetch(version);
            }
            rig.elect();
        });
    }

    @TestFactory
    List<DynamicTest> offsetIsCommittedAndFetchedInEveryVersion() {
        return versions(2, 10, version -> {
            assertThat(errors(commit(version, 100 + version))).containsOnly((short) 0);
            assertThat(fetched(version)).containsExactly(100L + version, -1L);
            assertThat(fetched(1)).containsExactly(100L + version, -1L);
        });
    }

    @TestFactory
    List<DynamicTest> allOffsetsOfAGroupAreFetchedInEveryVersionThatCanAskForThem() {
        return versions(2, 10, version -> {
            commit(10, 7);
            var request = new OffsetFetchRequestData();
            if (version < 8) {
                request.setGroupId(GROUP).setTopics(null);
            } else {
                request.setGroups(List.of(new OffsetFetchRequestData.OffsetFetchRequestGroup()
                        .setGroupId(GROUP)
                        .setTopics(null)));
            }
            OffsetFetchResponseData answer = call(version, request);
            var partitions = version < 8
                    ? answer.topics().get(0).partitions().size()
                    : answer.groups().get(0).topics().get(0).partitions().size();
            assertThat(partitions).isEqualTo(1);
        });
    }

    @Test
    void offsetsOfTopicsThatDoNotExistAreRefusedByNameAndById() {
        rig.topics.remove("views");
        assertThat(errors(commit(9, 1))).containsOnly(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(errors(commit(10, 1))).containsOnly(ErrorCode.UNKNOWN_TOPIC_ID.code());
    }

    @Test
    void topicCreatedAnewUnderTheSameNameBeginsWithoutOffsets() {
        commit(9, 5);
        rig.addTopic("views", new UUID(8, 8), 4);
        assertThat(fetched(9)).containsExactly(-1L, -1L);
    }

    @TestFactory
    List<DynamicTest> coordinatorIsFoundInEveryVersion() {
        return versions(0, 6, version -> {
            var request = new FindCoordinatorRequestData();
            if (version < 4) {
                request.setKey(GROUP);
            } else {
                request.setCoordinatorKeys(List.of(GROUP, "other"));
            }
            FindCoordinatorResponseData answer = call(version, request);
            var found = version < 4
                    ? List.of(answer.host() + ":" + answer.port())
                    : answer.coordinators().stream()
                            .map(coordinator -> coordinator.host() + ":" + coordinator.port())
                            .toList();
            assertThat(found).containsOnly("advertised:9092");
        });
    }

    @Test
    void groupsAreDescribedListedAndDeletedInEveryVersion() {
        var joined = joinGroup(9);
        sync(5, joined);
        for (var version = 0; version <= 6; version++) {
            DescribeGroupsResponseData answer =
                    call(version, new DescribeGroupsRequestData().setGroups(List.of(GROUP, "nobody")));
            var group = answer.groups().get(0);
            assertThat(group.groupState()).isEqualTo("Stable");
            assertThat(new String(group.members().get(0).memberAssignment())).isEqualTo("mine");
            var missing = answer.groups().get(1);
            assertThat(missing.groupState()).isEqualTo("Dead");
            assertThat(missing.errorCode()).isEqualTo(version < 6 ? 0 : ErrorCode.GROUP_ID_NOT_FOUND.code());
        }
        for (var version = 0; version <= 5; version++) {
            ListGroupsResponseData answer = call(version, new ListGroupsRequestData());
            assertThat(answer.groups())
                    .extracting(ListGroupsResponseData.ListedGroup::groupId)
                    .containsExactly(GROUP);
        }
        ListGroupsResponseData none = call(5, new ListGroupsRequestData().setTypesFilter(List.of("share")));
        assertThat(none.groups()).isEmpty();
        for (var version = 0; version <= 3; version++) {
            DeleteGroupsResponseData answer =
                    call(version, new DeleteGroupsRequestData().setGroupsNames(List.of(GROUP, "nobody")));
            assertThat(answer.results().find(GROUP).errorCode()).isEqualTo(ErrorCode.NON_EMPTY_GROUP.code());
            assertThat(answer.results().find("nobody").errorCode()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND.code());
        }
    }

    @Test
    void offsetsAreDeleted() {
        commit(9, 5);
        var topics = new OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection();
        topics.add(new OffsetDeleteRequestData.OffsetDeleteRequestTopic()
                .setName("views")
                .setPartitions(
                        List.of(new OffsetDeleteRequestData.OffsetDeleteRequestPartition().setPartitionIndex(0))));
        OffsetDeleteResponseData answer =
                call(0, new OffsetDeleteRequestData().setGroupId(GROUP).setTopics(topics));
        assertThat(answer.errorCode()).isZero();
        assertThat(fetched(9)).containsExactly(-1L, -1L);
    }

    @TestFactory
    List<DynamicTest> producerIdsAreGivenOutOnceInEveryVersion() {
        return versions(0, 5, version -> {
            InitProducerIdResponseData first = call(version, new InitProducerIdRequestData().setTransactionalId(null));
            InitProducerIdResponseData second = call(version, new InitProducerIdRequestData().setTransactionalId(null));
            assertThat(second.producerId()).isNotEqualTo(first.producerId());
            assertThat(second.producerEpoch()).isZero();
        });
    }

    @TestFactory
    List<DynamicTest> transactionOfAnOlderProducerTakesInPartitionsAndOffsetsInEveryVersion() {
        return versions(0, 4, version -> {
            var producer = initTransactional(version);
            AddPartitionsToTxnResponseData added = call(Math.min(version, 3), addPartitions(producer, "views"));
            assertThat(partitionErrors(added)).containsOnly((short) 0);
            AddPartitionsToTxnResponseData refused =
                    call(Math.min(version, 3), addPartitions(producer, "views", "missing"));
            assertThat(partitionErrors(refused))
                    .containsExactlyInAnyOrder(
                            ErrorCode.OPERATION_NOT_ATTEMPTED.code(), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());

            assertThat(stageOffset(version, producer, 30 + version)).containsOnly(refusedWhileNotAdded(version));
            AddOffsetsToTxnResponseData offsets = call(
                    version,
                    new AddOffsetsToTxnRequestData()
                            .setTransactionalId("tx")
                            .setProducerId(producer.producerId())
                            .setProducerEpoch(producer.producerEpoch())
                            .setGroupId(GROUP));
            assertThat(offsets.errorCode()).isZero();
            assertThat(stageOffset(version, producer, 30 + version)).containsOnly((short) 0);

            assertThat(endTransaction(version, producer).errorCode()).isZero();
            assertThat(fetched(9)).containsExactly(30L + version, -1L);
        });
    }

    @TestFactory
    List<DynamicTest> transactionOfANewerProducerTakesInOffsetsByWritingThem() {
        return versions(5, 6, version -> {
            var producer = initTransactional(5);
            assertThat(stageOffset(version, producer, 50 + version)).containsOnly((short) 0);
            var ended = endTransaction(5, producer);
            assertThat(ended.errorCode()).isZero();
            assertThat(ended.producerId()).isEqualTo(producer.producerId());
            assertThat(ended.producerEpoch()).isEqualTo((short) (producer.producerEpoch() + 1));
            assertThat(fetched(9)).containsExactly(50L + version, -1L);
        });
    }

    @Test
    void offsetsOfAnOpenTransactionMakeWhoeverWantsStableOnesWait() {
        var producer = initTransactional(5);
        stageOffset(6, producer, 50);
        var request = new OffsetFetchRequestData()
                .setRequireStable(true)
                .setGroups(List.of(new OffsetFetchRequestData.OffsetFetchRequestGroup()
                        .setGroupId(GROUP)
                        .setTopics(List.of(new OffsetFetchRequestData.OffsetFetchRequestTopics()
                                .setName("views")
                                .setPartitionIndexes(List.of(0))))));
        OffsetFetchResponseData answer = call(9, request);
        assertThat(answer.groups().get(0).topics().get(0).partitions().get(0).errorCode())
                .isEqualTo(ErrorCode.UNSTABLE_OFFSET_COMMIT.code());
    }

    @Test
    void transactionsAreListedAndDescribed() {
        var producer = initTransactional(5);
        call(3, addPartitions(producer, "views"));
        for (var version = 0; version <= 1; version++) {
            ListTransactionsResponseData listed =
                    call(version, new ListTransactionsRequestData().setStateFilters(List.of("Ongoing", "Odd")));
            assertThat(listed.unknownStateFilters()).containsExactly("Odd");
            assertThat(listed.transactionStates())
                    .extracting(ListTransactionsResponseData.TransactionState::transactionalId)
                    .containsExactly("tx");
        }
        DescribeTransactionsResponseData described =
                call(0, new DescribeTransactionsRequestData().setTransactionalIds(List.of("tx", "none")));
        var found = described.transactionStates().get(0);
        assertThat(found.transactionState()).isEqualTo("Ongoing");
        assertThat(found.topics().find("views").partitions()).containsExactly(0);
        assertThat(described.transactionStates().get(1).errorCode())
                .isEqualTo(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND.code());
    }

    @Test
    void administratorEndsAHangingTransaction() {
        for (var version = 1; version <= 2; version++) {
            WriteTxnMarkersResponseData answer = call(
                    version,
                    new WriteTxnMarkersRequestData()
                            .setMarkers(List.of(new WriteTxnMarkersRequestData.WritableTxnMarker()
                                    .setProducerId(5)
                                    .setProducerEpoch((short) 1)
                                    .setTopics(List.of(new WriteTxnMarkersRequestData.WritableTxnMarkerTopic()
                                            .setName("views")
                                            .setPartitionIndexes(List.of(0)))))));
            assertThat(answer.markers()
                            .get(0)
                            .topics()
                            .get(0)
                            .partitions()
                            .get(0)
                            .errorCode())
                    .isZero();
        }
    }

    private InitProducerIdResponseData initTransactional(int version) {
        InitProducerIdResponseData answer = call(
                version,
                new InitProducerIdRequestData().setTransactionalId("tx").setTransactionTimeoutMs(60_000));
        assertThat(answer.errorCode()).isZero();
        return answer;
    }

    private static AddPartitionsToTxnRequestData addPartitions(InitProducerIdResponseData producer, String... topics) {
        var wanted = new AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection();
        for (var topic : topics) {
            wanted.add(new AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic()
                    .setName(topic)
                    .setPartitions(List.of(0)));
        }
        return new AddPartitionsToTxnRequestData()
                .setV3AndBelowTransactionalId("tx")
                .setV3AndBelowProducerId(producer.producerId())
                .setV3AndBelowProducerEpoch(producer.producerEpoch())
                .setV3AndBelowTopics(wanted);
    }

    private static List<Short> partitionErrors(AddPartitionsToTxnResponseData answer) {
        return answer.resultsByTopicV3AndBelow().stream()
                .flatMap(topic -> topic.resultsByPartition().stream())
                .map(AddPartitionsToTxnResponseData.AddPartitionsToTxnPartitionResult::partitionErrorCode)
                .toList();
    }

    private static short refusedWhileNotAdded(int version) {
        return (version < 4 ? ErrorCode.INVALID_TXN_STATE : ErrorCode.TRANSACTION_ABORTABLE).code();
    }

    private List<Short> stageOffset(int version, InitProducerIdResponseData producer, long offset) {
        TxnOffsetCommitResponseData answer = call(
                version,
                new TxnOffsetCommitRequestData()
                        .setTransactionalId("tx")
                        .setGroupId(GROUP)
                        .setProducerId(producer.producerId())
                        .setProducerEpoch(producer.producerEpoch())
                        .setTopics(List.of(new TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic()
                                .setName("views")
                                .setTopicId(TopicIds.wire(GroupRig.VIEWS_ID))
                                .setPartitions(List.of(new TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition()
                                        .setPartitionIndex(0)
                                        .setCommittedOffset(offset))))));
        return answer.topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .map(TxnOffsetCommitResponseData.TxnOffsetCommitResponsePartition::errorCode)
                .toList();
    }

    private EndTxnResponseData endTransaction(int version, InitProducerIdResponseData producer) {
        return call(
                version,
                new EndTxnRequestData()
                        .setTransactionalId("tx")
                        .setProducerId(producer.producerId())
                        .setProducerEpoch(producer.producerEpoch())
                        .setCommitted(true));
    }

    private JoinGroupResponseData joinGroup(int version) {
        JoinGroupResponseData answer = call(version, joinRequest(""));
        return answer.errorCode() == ErrorCode.MEMBER_ID_REQUIRED.code()
                ? call(version, joinRequest(answer.memberId()))
                : answer;
    }

    private static JoinGroupRequestData joinRequest(String memberId) {
        var protocols = new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
        protocols.add(new JoinGroupRequestData.JoinGroupRequestProtocol()
                .setName("range")
                .setMetadata("topics".getBytes()));
        return new JoinGroupRequestData()
                .setGroupId(GROUP)
                .setMemberId(memberId)
                .setProtocolType("consumer")
                .setSessionTimeoutMs(10_000)
                .setRebalanceTimeoutMs(30_000)
                .setProtocols(protocols);
    }

    private SyncGroupResponseData sync(int version, JoinGroupResponseData joined) {
        var request = new SyncGroupRequestData()
                .setGroupId(GROUP)
                .setMemberId(joined.memberId())
                .setGenerationId(joined.generationId())
                .setAssignments(List.of(new SyncGroupRequestData.SyncGroupRequestAssignment()
                        .setMemberId(joined.memberId())
                        .setAssignment("mine".getBytes())));
        return version < 5
                ? call(version, request)
                : call(version, request.setProtocolType("consumer").setProtocolName("range"));
    }

    private OffsetCommitResponseData commit(int version, long offset) {
        return call(version, committing(offset).setGroupId(GROUP).setGenerationIdOrMemberEpoch(-1));
    }

    private OffsetCommitResponseData commitAs(String group, int epoch, int version) {
        return call(version, committing(1).setGroupId(group).setMemberId("me").setGenerationIdOrMemberEpoch(epoch));
    }

    private static OffsetCommitRequestData committing(long offset) {
        return new OffsetCommitRequestData()
                .setTopics(List.of(new OffsetCommitRequestData.OffsetCommitRequestTopic()
                        .setName("views")
                        .setTopicId(TopicIds.wire(GroupRig.VIEWS_ID))
                        .setPartitions(List.of(new OffsetCommitRequestData.OffsetCommitRequestPartition()
                                .setPartitionIndex(0)
                                .setCommittedOffset(offset)
                                .setCommittedMetadata(null)))));
    }

    private static List<Short> errors(OffsetCommitResponseData answer) {
        return answer.topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .map(OffsetCommitResponseData.OffsetCommitResponsePartition::errorCode)
                .toList();
    }

    private OffsetFetchResponseData fetch(int version) {
        var request = new OffsetFetchRequestData();
        if (version < 8) {
            request.setGroupId(GROUP)
                    .setTopics(List.of(new OffsetFetchRequestData.OffsetFetchRequestTopic()
                            .setName("views")
                            .setPartitionIndexes(List.of(0, 1))));
        } else {
            request.setGroups(List.of(new OffsetFetchRequestData.OffsetFetchRequestGroup()
                    .setGroupId(GROUP)
                    .setTopics(List.of(new OffsetFetchRequestData.OffsetFetchRequestTopics()
                            .setName("views")
                            .setTopicId(TopicIds.wire(GroupRig.VIEWS_ID))
                            .setPartitionIndexes(List.of(0, 1))))));
        }
        return call(version, request);
    }

    private List<Long> fetched(int version) {
        var answer = fetch(version);
        return version < 8
                ? answer.topics().get(0).partitions().stream()
                        .map(OffsetFetchResponseData.OffsetFetchResponsePartition::committedOffset)
                        .toList()
                : answer.groups().get(0).topics().get(0).partitions().stream()
                        .map(OffsetFetchResponseData.OffsetFetchResponsePartitions::committedOffset)
                        .toList();
    }

    /** Sends the request as its version can carry it, and answers what arrives of the answer in that version. */
    @SuppressWarnings("unchecked")
    private <Q extends ApiMessage, A extends ApiMessage> A call(int version, Q request) {
        var handler = (ApiHandler<Q, A>) handlers.stream()
                .filter(candidate -> candidate.apiKey() == request.apiKey())
                .findFirst()
                .orElseThrow();
        assertThat((short) version).isBetween(handler.minVersion(), handler.maxVersion());
        var context = new RequestContext((short) version, "client", "/127.0.0.1", new Endpoint.InVm("test"));
        var answer =
                rig.settled(handler.handle(context, carried(request, version))).join();
        return carried(answer, version);
    }

    @SuppressWarnings("unchecked")
    private static <M extends ApiMessage> M carried(M message, int version) {
        var bytes = MessageUtil.toByteBufferAccessor(message, (short) version);
        try {
            var copy = (M) message.getClass().getDeclaredConstructor().newInstance();
            copy.read(bytes, (short) version);
            return copy;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static List<DynamicTest> versions(int min, int max, IntConsumer test) {
        return IntStream.rangeClosed(min, max)
                .mapToObj(version -> DynamicTest.dynamicTest("v" + version, () -> test.accept(version)))
                .toList();
    }

    private final class MemoryMetadata implements MetadataStore {
        private long nextProducerId;

        @Override
        public ClusterImage image() {
            var image = rig.image();
            var broker = new BrokerImage(new BrokerId(0), "host", 9092);
            return new ClusterImage(
                    image.version(),
                    image.clusterId(),
                    image.controller(),
                    Map.of(broker.id(), broker),
                    image.topics(),
                    image.topicNames(),
                    nextProducerId);
        }

        @Override
        public CompletionStage<ClusterImage> change(Function<ClusterImage, List<ClusterDelta>> decide) {
            for (var delta : decide.apply(image())) {
                nextProducerId = ((ClusterDelta.ProducerIdsTaken) delta).nextProducerId();
            }
            return CompletableFuture.completedStage(image());
        }

        @Override
        public SessionState session() {
            return SessionState.HELD;
        }

        @Override
        public void followSession(Consumer<SessionState> listener) {
            listener.accept(SessionState.HELD);
        }

        @Override
        public void follow(Consumer<ClusterImage> listener) {
            listener.accept(image());
        }

        @Override
        public void close() {}
    }
}
