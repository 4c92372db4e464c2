package org.isthmus.broker.client;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.TopicPartition;

/** A client that can also be asked what only operators want to know. */
public interface OperatorClient extends BrokerClient {
    /** Brokers and topics, the internal ones too. */
    CompletionStage<ClusterView> cluster();

    /** The groups of all brokers. */
    CompletionStage<List<GroupView>> groups();

    /** What the consumers of a group have committed; empty for a group that there is not. */
    CompletionStage<Map<TopicPartition, Long>> committed(String group);

    /** Where a share group stands, in each partition that it has begun to consume; empty for a group that there is not. */
    CompletionStage<List<ShareStanding>> standing(String shareGroup);

    /**
     * Forgets a group with all that it has, and that it is a subscription. Fails with {@code NON_EMPTY_GROUP} while it has members, and with {@code
     * GROUP_ID_NOT_FOUND} where there is none.
     */
    CompletionStage<Void> deleteGroup(String group);

    /** The transactions of all brokers, those that have ended too until they are forgotten. */
    CompletionStage<List<TransactionView>> transactions();
}
