package org.isthmus.broker.protocol.handler;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.client.ShareStanding;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * The other brokers of the cluster, for a broker that answers for all of it where each knows only of what it leads. They are asked for what they
 * lead, and no more. Stages fail with {@link org.isthmus.broker.common.BrokerException}: what the other broker says, or that it cannot be
 * reached. Safe for use by many threads.
 */
public interface OtherBrokers {
    Collection<Endpoint> all();

    /** Where another broker leads the partition; empty where this one does, or nobody. */
    Optional<Endpoint> leading(TopicPartition partition);

    /**
     * Where a share group stands.
     *
     * @param partitions of which it is to be told; null: of all that the group has used
     */
    CompletionStage<List<ShareStanding>> standing(
            Endpoint broker, String group, @Nullable Collection<TopicPartition> partitions);

    /** Lets a share group begin anew at this offset. */
    CompletionStage<Void> restart(Endpoint broker, String group, TopicPartition partition, long offset);

    /** Forgets what a share group has in a topic. */
    CompletionStage<Void> forget(Endpoint broker, String group, String topic);

    /** Forgets what a share group has anywhere. */
    CompletionStage<Void> forget(Endpoint broker, String group);
}
