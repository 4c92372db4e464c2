package org.isthmus.jms;

import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.ShareStream.Settlement;
import org.isthmus.broker.common.TopicPartition;

/** The share groups that stand for queues, and how a consumer becomes a member. */
final class ShareGroups {
    private ShareGroups() {}

    /** The group that consumes a queue. */
    static String ofQueue(String name) {
        return "jms-queue/" + name;
    }

    /** For who has a say in how the queue delivers again what comes back. */
    static ShareStream queue(BrokerClient client, String name, Set<TopicPartition> partitions, IntakeOptions wanted)
            throws JMSException {
        int never = RedeliveryPolicy.NEVER;
        var options = new ShareOptions(
                Optional.empty(),
                Optional.empty(),
                Optional.ofNullable(wanted.selector()),
                false,
                wanted.maxDeliveries() < 0 ? never : Math.min(wanted.maxDeliveries(), never),
                wanted.redelivery(),
                Optional.ofNullable(wanted.deadLetterTopic()),
                wanted.start(),
                false);
        return queue(client, name, partitions, options);
    }

    static ShareStream queue(BrokerClient client, String name, Set<TopicPartition> partitions, ShareOptions options)
            throws JMSException {
        return joined(client.openShare(ofQueue(name), partitions, options), "consuming the queue " + name);
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
