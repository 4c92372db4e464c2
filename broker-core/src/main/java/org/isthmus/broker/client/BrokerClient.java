package org.isthmus.broker.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.Xid;

/**
 * A connection to a cluster. Every call but {@link #send} returns at once; its stage completes on a thread of the client, so what follows must not block.
 * A call that fails does so with {@link org.isthmus.broker.common.BrokerException}, whose code tells why; what may be tried again was
 * tried again until the client's request timeout. Safe for use by many threads.
 */
public interface BrokerClient extends AutoCloseable {
    /**
     * Connects, and has a broker say whether this client may come in. Completes with whether it asked who comes; fails with {@code
     * SASL_AUTHENTICATION_FAILED}, as any other call would, where it lets somebody else in only.
     */
    CompletionStage<Boolean> login();

    /** What tells this cluster from others, by whichever of its addresses it is reached. */
    CompletionStage<String> clusterId();

    /** Fails with {@code UNKNOWN_TOPIC_OR_PARTITION} where there is none; never creates one. */
    CompletionStage<TopicInfo> topic(String name);

    /** Fails with {@code TOPIC_ALREADY_EXISTS} where there is one. */
    CompletionStage<TopicInfo> createTopic(NewTopic topic);

    CompletionStage<Void> deleteTopic(String name);

    /**
     * Appends one record and answers its offset. Records sent to one partition are written in the order of the calls, each once, also
     * where a lost connection makes the client send again. Sends that come while an earlier one is under way share a batch.
     */
    CompletionStage<Long> send(TopicPartition partition, NewRecord record, Acks acks);

    /**
     * Appends one record at a later time; until then nobody sees it, and then those that are due go in the order of their times. Completes once
     * the broker keeps it. Not repeated where the connection is lost between the sending and the answer: then it fails, and the record may be
     * kept all the same.
     *
     * @param atMs milliseconds since 1970
     */
    CompletionStage<Void> sendLater(TopicPartition partition, NewRecord record, Acks acks, long atMs);

    /** The offset that each specification means now. */
    CompletionStage<Map<TopicPartition, Long>> offsets(Map<TopicPartition, OffsetSpec> wanted);

    /** What each partition has that was sent before now. Fails with {@code UNSUPPORTED_VERSION} where the brokers are not ours. */
    CompletionStage<Map<TopicPartition, PartitionTail>> tails(Set<TopicPartition> partitions);

    /** Starts to read at the given offsets. */
    RecordStream read(Map<TopicPartition, Long> positions);

    /**
     * Joins a share group on a topic, which comes into being with its first member. Refusals come with the first poll. Partitions that the topic gets
     * later are read too, from their first record on; the member looks for them every ten seconds while it is polled.
     */
    ShareStream openShare(String group, String topic, ShareOptions options);

    /**
     * Forgets a share group on these partitions, with what it has done. Fails with {@code NON_EMPTY_GROUP} while it has members or a
     * transaction has records of it, and with {@code GROUP_ID_NOT_FOUND} where none of the partitions knows it.
     */
    CompletionStage<Void> deleteShareGroup(String group, Set<TopicPartition> partitions);

    /**
     * Looks at what a share group has left of the records from one offset to before another, without taking it from anybody; the group need
     * not exist. Call again at {@code next} for what follows.
     */
    CompletionStage<Browsed> browse(
            String group, TopicPartition partition, long from, long to, Optional<String> selector);

    /**
     * Makes a destination of one partition that lives as long as this client's connection to the broker, or until it is deleted. It is kept
     * in memory as long as it is small, and nothing of it survives the broker.
     *
     * @param queue whether it keeps every record until a share group has consumed it, however many there are
     */
    CompletionStage<TopicInfo> createTemporary(boolean queue);

    /** Deletes a temporary destination. Fails with {@code UNKNOWN_TOPIC_OR_PARTITION} where there is none. */
    CompletionStage<Void> deleteTemporary(String name);

    /**
     * Begins a transaction; nothing goes to a broker before something is done in it.
     *
     * @param timeout after which brokers roll it back where it was neither ended nor prepared
     */
    Transaction begin(Duration timeout);

    /** All branches of the cluster that wait for their managers, prepared by whomever. */
    CompletionStage<List<PreparedBranch>> preparedBranches();

    /**
     * Commits a prepared branch or rolls it back, whoever prepared it. Doing it again in the same way does no harm. Fails with {@code
     * TRANSACTIONAL_ID_NOT_FOUND} where there is no such branch, or none any more, and with {@code INVALID_TXN_STATE} where it has ended in the
     * other way.
     *
     * @param heuristic whether an administrator decides in place of the transaction manager, who is told when it asks
     */
    CompletionStage<BranchEnd> endBranch(Xid xid, boolean commit, boolean heuristic);

    /** Drops what is remembered of a branch that an administrator ended. */
    CompletionStage<Void> forgetBranch(Xid xid);

    /** The settings that the group has been given itself. */
    CompletionStage<Map<String, String>> groupSettings(String group);

    /** Changes settings of a group, and leaves those that are not named; an empty value takes one away. */
    CompletionStage<Void> changeGroupSettings(String group, Map<String, Optional<String>> changes);

    /**
     * Takes a name that one client may hold at a time, or several who share it under equal terms. Waits a few seconds for a holder whose connection
     * was lost, who may come back. Fails with {@code GROUP_MAX_SIZE_REACHED} where others hold it, with {@code UNSUPPORTED_VERSION} where the
     * brokers do not know of such names.
     *
     * @param onLost told, by a thread of the client, where the name went to somebody else while the broker was out of reach
     */
    CompletionStage<NameLease> lease(String name, String terms, boolean shared, Consumer<BrokerException> onLost);

    /** Fails what is under way and closes every connection. */
    @Override
    void close();
}
