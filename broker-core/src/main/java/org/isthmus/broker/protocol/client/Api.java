package org.isthmus.broker.protocol.client;

import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.isthmus.broker.protocol.codec.ApiRange;
import org.isthmus.broker.protocol.codec.OwnApi;
import org.isthmus.broker.protocol.codec.OwnMessage;

/**
 * An API as this client speaks it: the versions whose fields it fills in and reads. The oldest ones are those that Apache Kafka 4 still has,
 * so there is one form of each request.
 *
 * @param <A> the answer
 */
record Api<A extends ApiMessage>(short key, ApiRange versions, Class<A> answer) {
    /** By topic ids, so that a topic that was deleted and created anew is never taken for the old one. */
    static final Api<ProduceResponseData> PRODUCE = api(ApiMessageType.PRODUCE, 13, 13, ProduceResponseData.class);

    static final Api<FetchResponseData> FETCH = api(ApiMessageType.FETCH, 13, 18, FetchResponseData.class);
    static final Api<ListOffsetsResponseData> LIST_OFFSETS =
            api(ApiMessageType.LIST_OFFSETS, 6, 10, ListOffsetsResponseData.class);
    static final Api<MetadataResponseData> METADATA = api(ApiMessageType.METADATA, 10, 13, MetadataResponseData.class);
    static final Api<FindCoordinatorResponseData> FIND_COORDINATOR =
            api(ApiMessageType.FIND_COORDINATOR, 4, 6, FindCoordinatorResponseData.class);
    static final Api<ApiVersionsResponseData> API_VERSIONS =
            api(ApiMessageType.API_VERSIONS, 3, 3, ApiVersionsResponseData.class);
    static final Api<SaslHandshakeResponseData> SASL_HANDSHAKE =
            api(ApiMessageType.SASL_HANDSHAKE, 1, 1, SaslHandshakeResponseData.class);
    static final Api<SaslAuthenticateResponseData> SASL_AUTHENTICATE =
            api(ApiMessageType.SASL_AUTHENTICATE, 0, 2, SaslAuthenticateResponseData.class);
    static final Api<CreateTopicsResponseData> CREATE_TOPICS =
            api(ApiMessageType.CREATE_TOPICS, 7, 7, CreateTopicsResponseData.class);
    static final Api<DeleteTopicsResponseData> DELETE_TOPICS =
            api(ApiMessageType.DELETE_TOPICS, 6, 6, DeleteTopicsResponseData.class);
    static final Api<InitProducerIdResponseData> INIT_PRODUCER_ID =
            api(ApiMessageType.INIT_PRODUCER_ID, 4, 5, InitProducerIdResponseData.class);

    static final Api<ShareFetchResponseData> SHARE_FETCH =
            api(ApiMessageType.SHARE_FETCH, 1, 2, ShareFetchResponseData.class);
    static final Api<ShareAcknowledgeResponseData> SHARE_ACKNOWLEDGE =
            api(ApiMessageType.SHARE_ACKNOWLEDGE, 1, 2, ShareAcknowledgeResponseData.class);
    static final Api<AlterShareGroupOffsetsResponseData> ALTER_SHARE_GROUP_OFFSETS =
            api(ApiMessageType.ALTER_SHARE_GROUP_OFFSETS, 0, 0, AlterShareGroupOffsetsResponseData.class);
    static final Api<DeleteGroupsResponseData> DELETE_GROUPS =
            api(ApiMessageType.DELETE_GROUPS, 3, 3, DeleteGroupsResponseData.class);
    static final Api<DeleteShareGroupOffsetsResponseData> DELETE_SHARE_GROUP_OFFSETS =
            api(ApiMessageType.DELETE_SHARE_GROUP_OFFSETS, 0, 0, DeleteShareGroupOffsetsResponseData.class);

    static final Api<OwnMessage> BROWSE = own(OwnApi.BROWSE);
    static final Api<OwnMessage> TAIL = own(OwnApi.TAIL);

    static final Api<OwnMessage> CREATE_TEMPORARY = own(OwnApi.CREATE_TEMPORARY);
    static final Api<OwnMessage> DELETE_TEMPORARY = own(OwnApi.DELETE_TEMPORARY);

    static final Api<EndTxnResponseData> END_TRANSACTION = api(ApiMessageType.END_TXN, 5, 5, EndTxnResponseData.class);
    static final Api<AddPartitionsToTxnResponseData> ADD_PARTITIONS_TO_TXN =
            api(ApiMessageType.ADD_PARTITIONS_TO_TXN, 4, 5, AddPartitionsToTxnResponseData.class);
    static final Api<WriteTxnMarkersResponseData> WRITE_TXN_MARKERS =
            api(ApiMessageType.WRITE_TXN_MARKERS, 1, 2, WriteTxnMarkersResponseData.class);
    static final Api<ListGroupsResponseData> LIST_GROUPS =
            api(ApiMessageType.LIST_GROUPS, 5, 5, ListGroupsResponseData.class);
    /** By name: from version 10 on there are topic ids only. */
    static final Api<OffsetFetchResponseData> OFFSET_FETCH =
            api(ApiMessageType.OFFSET_FETCH, 8, 9, OffsetFetchResponseData.class);

    static final Api<ListTransactionsResponseData> LIST_TRANSACTIONS =
            api(ApiMessageType.LIST_TRANSACTIONS, 0, 2, ListTransactionsResponseData.class);
    static final Api<OwnMessage> ACKNOWLEDGE_IN_TRANSACTION = own(OwnApi.ACKNOWLEDGE_IN_TRANSACTION);
    static final Api<OwnMessage> PREPARE_TRANSACTION = own(OwnApi.PREPARE_TRANSACTION);
    static final Api<OwnMessage> COMMIT_BEHIND = own(OwnApi.COMMIT_BEHIND);
    static final Api<OwnMessage> KEEP_TRANSACTION = own(OwnApi.KEEP_TRANSACTION);
    static final Api<DescribeShareGroupOffsetsResponseData> DESCRIBE_SHARE_GROUP_OFFSETS =
            api(ApiMessageType.DESCRIBE_SHARE_GROUP_OFFSETS, 1, 1, DescribeShareGroupOffsetsResponseData.class);
    static final Api<OwnMessage> DESCRIBE_BRANCHES = own(OwnApi.DESCRIBE_BRANCHES);
    static final Api<OwnMessage> END_BRANCH = own(OwnApi.END_BRANCH);
    static final Api<OwnMessage> FORGET_BRANCH = own(OwnApi.FORGET_BRANCH);
    static final Api<DescribeConfigsResponseData> DESCRIBE_CONFIGS =
            api(ApiMessageType.DESCRIBE_CONFIGS, 4, 4, DescribeConfigsResponseData.class);
    static final Api<IncrementalAlterConfigsResponseData> INCREMENTAL_ALTER_CONFIGS =
            api(ApiMessageType.INCREMENTAL_ALTER_CONFIGS, 1, 1, IncrementalAlterConfigsResponseData.class);
    static final Api<OwnMessage> LEASE = own(OwnApi.LEASE);
    static final Api<OwnMessage> DELAY = own(OwnApi.DELAY);
    static final Api<OwnMessage> DELAY_IN_TRANSACTION = own(OwnApi.DELAY_IN_TRANSACTION);

    private static Api<OwnMessage> own(OwnApi<?, ?> api) {
        return new Api<>(api.key(), new ApiRange((short) 0, (short) 0), OwnMessage.class);
    }

    private static <A extends ApiMessage> Api<A> api(ApiMessageType type, int min, int max, Class<A> answer) {
        return new Api<>(type.apiKey(), new ApiRange((short) min, (short) max), answer);
    }
}
