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
    // A record that comes back often is not given up, for want of a place where it would be found.
    static final int NEVER = Short.MAX_VALUE;

    private ShareGroups() {}

    static ShareStream queue(
            BrokerClient client, String name, Set<TopicPartition> partitions, @Nullable String selector)
            throws JMSException {
        var options = new ShareOptions(
                Optional.empty(),
                Optional.empty(),
                Optional.ofNullable(selector),
                false,
                NEVER,
                ShareOptions.Redelivery.AT_ONCE,
                Optional.empty(),
                new OffsetSpec.Earliest(),
                false);
        return queue(client, name, partitions, options);
    }

    /** For who has a say in how the queue delivers again what comes back. */
    static ShareStream queue(BrokerClient client, String name, Set<TopicPartition> partitions, IntakeOptions wanted)
            throws JMSException {
        var options = new ShareOptions(
                Optional.empty(),
                Optional.empty(),
                Optional.ofNullable(wanted.selector()),
                false,
                wanted.maxDeliveries() < 0 ? NEVER : Math.min(wanted.maxDeliveries(), NEVER),
                wanted.redelivery(),
                Optional.ofNullable(wanted.deadLetterTopic()),
                wanted.start(),
                false);
        return queue(client, name, partitions, options);
    }

    private static ShareStream queue(
            BrokerClient client, String name, Set<TopicPartition> partitions, ShareOptions options)
            throws JMSException {
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
