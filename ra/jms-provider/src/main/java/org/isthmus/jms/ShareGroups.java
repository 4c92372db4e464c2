package org.isthmus.jms;

import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.ShareStream.Settlement;
import org.isthmus.broker.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The share groups that stand for queues, and how a consumer becomes a member. */
final class ShareGroups {
    private ShareGroups() {}

    static ShareStream queue(
            BrokerClient client,
            String name,
            Set<TopicPartition> partitions,
            @Nullable String selector,
            OffsetSpec start,
            RedeliveryPolicy policy)
            throws JMSException {
        var options = new ShareOptions(
                Optional.empty(),
                Optional.empty(),
                Optional.ofNullable(selector),
                false,
                policy.maxDeliveries(),
                policy.delays(),
                policy.deadLetterTopic(),
                start,
                false);
        return joined(client.openShare("jms-queue/" + name, partitions, options), "consuming the queue " + name);
    }

    /** Refusals come now and not with the first message. */
    static ShareStream joined(ShareStream stream, String what) throws JMSException {
        try {
            do {
                for (var early : JmsErrors.await(stream.poll(1, Duration.ZERO), what)) {
                    stream.settle(early, early.record().offset(), Settlement.RELEASE_UNSEEN);
                }
            } while (!stream.isJoined());
            return stream;
        } catch (JMSException e) {
            stream.close();
            throw e;
        }
    }
}
