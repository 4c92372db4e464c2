package org.isthmus.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.protocol.codec.RequestCodec;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the broker does with frames that no well-behaved client of today sends: it answers or hangs up, and goes on serving. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class ProtocolEdgeTest {
    private static final short FIRST_OWN_KEY = 1_000;
    private static final short PRODUCE = 0;

    EmbeddedBroker broker;
    Endpoint.Tcp address;

    @BeforeAll
    void start(@TempDir Path data) throws Exception {
        broker = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of()));
        address = broker.listeners().get(0);
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    @Test
    void everyClaimedVersionIsAnswered() throws Exception {
        try (var wire = new Wire(address)) {
            produce(wire, (short) 9, "swept", batch("first"));
            for (var api : apis(wire)) {
                if (api.apiKey() >= FIRST_OWN_KEY) {
                    continue; // one version, which the tests of our client speak
                }
                var type = ApiMessageType.fromApiKey(api.apiKey());
                var from = api.minVersion() > type.lowestSupportedVersion()
                        ? api.minVersion()
                        : type.lowestSupportedVersion();
                for (var version = from; version <= api.maxVersion(); version++) {
                    var request = example(type.newRequest(), version, topicId(wire));
                    assertThat(wire.ask(version, request))
                            .as("%s version %d", type, version)
                            .isNotNull();
                }
            }
        }
    }

    /** A request that is answered with something, where an empty one would be answered with nothing. */
    private static ApiMessage example(ApiMessage request, short version, Uuid topicId) {
        if (request instanceof ApiVersionsRequestData versions) {
            return version < 3
                    ? versions
                    : versions.setClientSoftwareName("wire").setClientSoftwareVersion("1");
        }
        if (request instanceof ListOffsetsRequestData offsets) {
            offsets.topics()
                    .add(new ListOffsetsRequestData.ListOffsetsTopic()
                            .setName("swept")
                            .setPartitions(
                                    List.of(new ListOffsetsRequestData.ListOffsetsPartition().setTimestamp(-1))));
        }
        if (request instanceof FetchRequestData fetch) {
            var topic = new FetchRequestData.FetchTopic()
                    .setPartitions(List.of(new FetchRequestData.FetchPartition().setPartitionMaxBytes(1 << 20)));
            fetch.setTopics(List.of(version < 13 ? topic.setTopic("swept") : topic.setTopicId(topicId)))
                    .setIsolationLevel((byte) (version % 2));
        }
        if (request instanceof OffsetForLeaderEpochRequestData epochs) {
            epochs.topics()
                    .add(new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic()
                            .setTopic("swept")
                            .setPartitions(List.of(new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition())));
        }
        if (request instanceof CreateTopicsRequestData create) {
            create.topics()
                    .add(new CreateTopicsRequestData.CreatableTopic()
                            .setName("made-by-" + version)
                            .setNumPartitions(1)
                            .setReplicationFactor((short) 1));
        }
        if (request instanceof DeleteTopicsRequestData delete) {
            if (version < 6) {
                delete.setTopicNames(List.of("missing"));
            } else {
                delete.setTopics(List.of(new DeleteTopicsRequestData.DeleteTopicState().setName("missing")));
            }
        }
        if (request instanceof ProduceRequestData produce) {
            return produceRequest(version, "swept", topicId, batch("again"));
        }
        return request;
    }

    @Test
    void tagsThatNobodyKnowsAreKeptAndDoNoHarm() throws Exception {
        try (var wire = new Wire(address)) {
            produce(wire, (short) 9, "swept", batch("first"));
            for (var api : apis(wire)) {
                if (api.apiKey() >= FIRST_OWN_KEY) {
                    continue;
                }
                var type = ApiMessageType.fromApiKey(api.apiKey());
                var version = api.maxVersion();
                if (type.requestHeaderVersion(version) < 2) {
                    continue; // not flexible, so it has no room for tags
                }
                var request = example(type.newRequest(), version, topicId(wire));
                request.unknownTaggedFields().add(new RawTaggedField(20_000, new byte[] {1, 2, 3}));
                var sent = Wire.bytes(RequestCodec.encode(version, 1, "wire", request));

                var body = RequestCodec.decode(ByteBuffer.wrap(sent)).body();

                assertThat(Wire.bytes(RequestCodec.encode(version, 1, "wire", body)))
                        .as("%s version %d", type, version)
                        .isEqualTo(sent);
                assertThat(wire.ask(version, request)).as("%s", type).isNotNull();
            }
        }
    }

    @Test
    void unknownVersionOfApiVersionsIsAnsweredInVersionZero() throws Exception {
        try (var wire = new Wire(address)) {
            wire.sendFrame(header(18, 99));

            var answer = (ApiVersionsResponseData) wire.receive((short) 18, (short) 0);

            assertThat(answer.errorCode()).isEqualTo(ErrorCode.UNSUPPORTED_VERSION.code());
            assertThat(answer.apiKeys().find(PRODUCE).minVersion()).isZero();
        }
        assertStillServes();
    }

    @Test
    void unknownApisAndVersionsEndTheConnection() throws Exception {
        assertHangsUp(header(999, 0));
        assertHangsUp(header(-1, 0));
        assertHangsUp(header(1, 99));
        assertHangsUp(header(3, -1));
        assertHangsUp(header(0, 2));
    }

    @Test
    void framesThatAreNoRequestsEndTheConnection() throws Exception {
        assertHangsUp(new byte[0]);
        assertHangsUp(new byte[] {0});
        assertHangsUp("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        // An array of two thousand million topics, of which there is none.
        assertHangsUp(ByteBuffer.allocate(14)
                .put(header(3, 1))
                .putInt(Integer.MAX_VALUE)
                .array());
    }

    @Test
    void hostileLengthEndsTheConnectionBeforeAnythingIsAllocated() throws Exception {
        for (var length : List.of(Integer.MAX_VALUE, -1, Integer.MIN_VALUE, 200 << 20)) {
            try (var wire = new Wire(address)) {
                wire.send(ByteBuffer.allocate(4).putInt(length).array());
                assertThatThrownBy(wire::receiveFrame).isInstanceOf(IOException.class);
            }
        }
        assertStillServes();
    }

    @Test
    void corruptBatchIsRefusedAndTheConnectionGoesOn() throws Exception {
        try (var wire = new Wire(address)) {
            var corrupt = batch("damaged");
            corrupt.put(corrupt.limit() - 1, (byte) (corrupt.get(corrupt.limit() - 1) ^ 1));
            assertThat(produce(wire, (short) 9, "damaged", corrupt)).isEqualTo(ErrorCode.CORRUPT_MESSAGE);

            var old = batch("of an older format");
            old.put(16, (byte) 1);
            assertThat(produce(wire, (short) 9, "damaged", old)).isEqualTo(ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT);

            var cut = batch("cut short");
            cut.limit(cut.limit() - 3);
            assertThat(produce(wire, (short) 9, "damaged", cut)).isNotEqualTo(ErrorCode.NONE);

            assertThat(produce(wire, (short) 9, "damaged", ByteBuffer.allocate(0)))
                    .isEqualTo(ErrorCode.INVALID_RECORD);
            assertThat(produce(wire, (short) 9, "damaged", batch("x".repeat(2 << 20))))
                    .isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
            assertThat(produce(wire, (short) 9, "damaged", batch("whole"))).isEqualTo(ErrorCode.NONE);

            assertThat(end(wire, "damaged")).isEqualTo(1);
        }
    }

    @Test
    void refusalSaysWhichRecordsOfTheBatchAreItsReason() throws Exception {
        var compact = new CreateTopicsRequestData.CreatableTopicConfigCollection();
        compact.add(new CreateTopicsRequestData.CreatableTopicConfig()
                .setName("cleanup.policy")
                .setValue("compact"));
        var creation = new CreateTopicsRequestData();
        creation.topics()
                .add(new CreateTopicsRequestData.CreatableTopic()
                        .setName("keyed")
                        .setNumPartitions(1)
                        .setReplicationFactor((short) 1)
                        .setConfigs(compact));
        var key = new byte[] {1};
        var batch = new RecordBatchBuilder(Compression.NONE)
                .append(1_000, key, key, List.of())
                .append(1_000, null, key, List.of())
                .append(1_000, key, key, List.of())
                .build();
        try (var wire = new Wire(address)) {
            wire.ask((short) 7, creation);

            var answer = (ProduceResponseData)
                    wire.ask((short) 9, produceRequest((short) 9, "keyed", Uuid.ZERO_UUID, batch));

            var refused =
                    answer.responses().iterator().next().partitionResponses().get(0);
            assertThat(refused.errorCode()).isEqualTo(ErrorCode.INVALID_RECORD.code());
            assertThat(refused.recordErrors())
                    .extracting(ProduceResponseData.BatchIndexAndErrorMessage::batchIndex)
                    .containsExactly(1);
        }
    }

    @Test
    void topicsOfTheCoordinatorsAreMadeAndWrittenByNobodyElse(@TempDir Path data) throws Exception {
        var topic = "__consumer_offsets";
        try (var fresh = EmbeddedBroker.acquire(
                        new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of()));
                var wire = new Wire(fresh.listeners().get(0))) {
            assertThat(metadata(wire, topic).errorCode()).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());

            wire.ask((short) 4, new FindCoordinatorRequestData().setCoordinatorKeys(List.of("group")));

            assertThat(metadata(wire, topic).partitions()).hasSizeGreaterThan(1);
            assertThat(metadata(wire, topic).isInternal()).isTrue();
            for (var version : List.of((short) 9, (short) 13)) {
                var request =
                        produceRequest(version, topic, metadata(wire, topic).topicId(), batch("garbage"));
                var answer = (ProduceResponseData) wire.ask(version, request);
                assertThat(answer.responses().iterator().next().partitionResponses())
                        .allSatisfy(partition ->
                                assertThat(partition.errorCode()).isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION.code()));
            }
            assertThat(metadata(wire, "__heartbeat").isInternal()).isFalse();
        }
    }

    private static MetadataResponseData.MetadataResponseTopic metadata(Wire wire, String topic) throws IOException {
        var request = new MetadataRequestData()
                .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName(topic)));
        return ((MetadataResponseData) wire.ask((short) 12, request)).topics().find(topic);
    }

    @Test
    void answersLeaveInTheOrderOfTheRequests() throws Exception {
        try (var wire = new Wire(address)) {
            produce(wire, (short) 9, "waited", batch("one"));
            var fetch = new FetchRequestData()
                    .setMaxWaitMs(30_000)
                    .setMinBytes(1)
                    .setTopics(List.of(new FetchRequestData.FetchTopic()
                            .setTopic("waited")
                            .setPartitions(List.of(new FetchRequestData.FetchPartition()
                                    .setFetchOffset(1)
                                    .setPartitionMaxBytes(1 << 20)))));
            wire.send((short) 12, 1, fetch);
            wire.send((short) 9, 2, produceRequest((short) 9, "waited", Uuid.ZERO_UUID, batch("two")));

            // The produce request ends the fetch's wait, so both are answered at once, and the fetch first.
            var first = (FetchResponseData) wire.receive((short) 1, (short) 12);
            var second = (ProduceResponseData) wire.receive(PRODUCE, (short) 9);

            assertThat(first.responses().get(0).partitions().get(0).records().sizeInBytes())
                    .isPositive();
            assertThat(second.responses()
                            .iterator()
                            .next()
                            .partitionResponses()
                            .get(0)
                            .baseOffset())
                    .isEqualTo(1);
        }
    }

    @Test
    void produceWithoutAcknowledgementIsNotAnswered() throws Exception {
        try (var wire = new Wire(address)) {
            produce(wire, (short) 9, "silent", batch("one"));
            wire.send(
                    (short) 9,
                    1,
                    produceRequest((short) 9, "silent", Uuid.ZERO_UUID, batch("two"))
                            .setAcks((short) 0));

            assertThat(end(wire, "silent")).isBetween(1L, 2L);
        }
    }

    private void assertHangsUp(byte[] frame) throws IOException {
        try (var wire = new Wire(address)) {
            wire.sendFrame(frame);
            assertThatThrownBy(wire::receiveFrame).isInstanceOf(IOException.class);
        }
        assertStillServes();
    }

    private void assertStillServes() throws IOException {
        try (var wire = new Wire(address)) {
            assertThat(apis(wire)).isNotEmpty();
        }
    }

    private static byte[] header(int apiKey, int version) {
        return ByteBuffer.allocate(10)
                .putShort((short) apiKey)
                .putShort((short) version)
                .putInt(1)
                .putShort((short) -1)
                .array();
    }

    private static List<ApiVersionsResponseData.ApiVersion> apis(Wire wire) throws IOException {
        var answer = (ApiVersionsResponseData) wire.ask((short) 0, new ApiVersionsRequestData());
        return new ArrayList<>(answer.apiKeys());
    }

    private static Uuid topicId(Wire wire) throws IOException {
        var request = new MetadataRequestData()
                .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName("swept")));
        return ((MetadataResponseData) wire.ask((short) 12, request))
                .topics()
                .find("swept")
                .topicId();
    }

    private static long end(Wire wire, String topic) throws IOException {
        var request = new ListOffsetsRequestData();
        request.topics()
                .add(new ListOffsetsRequestData.ListOffsetsTopic()
                        .setName(topic)
                        .setPartitions(List.of(new ListOffsetsRequestData.ListOffsetsPartition().setTimestamp(-1))));
        var answer = (ListOffsetsResponseData) wire.ask((short) 5, request);
        return answer.topics().get(0).partitions().get(0).offset();
    }

    /** Creates the topic if need be. */
    private static ErrorCode produce(Wire wire, short version, String topic, ByteBuffer batch) throws IOException {
        wire.ask(
                (short) 9,
                new MetadataRequestData()
                        .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName(topic))));
        var answer = (ProduceResponseData) wire.ask(version, produceRequest(version, topic, Uuid.ZERO_UUID, batch));
        return ErrorCode.of(
                answer.responses().iterator().next().partitionResponses().get(0).errorCode());
    }

    private static ProduceRequestData produceRequest(short version, String topic, Uuid id, ByteBuffer batch) {
        var data = new ProduceRequestData.TopicProduceData()
                .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                        .setRecords(MemoryRecords.readableRecords(batch.duplicate()))));
        var request = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(10_000);
        request.topicData().add(version < 13 ? data.setName(topic) : data.setTopicId(id));
        return request;
    }

    private static ByteBuffer batch(String value) {
        return new RecordBatchBuilder(Compression.NONE)
                .append(1000, null, value.getBytes(StandardCharsets.UTF_8), List.of())
                .build();
    }
}
