package org.isthmus.jms;

import jakarta.jms.JMSException;
import java.time.Duration;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.ShareStream.Settlement;

/** The share groups that stand for queues, and how a consumer becomes a member. */
final class ShareGroups {
    private ShareGroups() {}

    /** The group that consumes a queue. */
    static String ofQueue(String name) {
        return "jms-queue/" + name;
    }

    static ShareStream queue(BrokerClient client, String name, ShareOptions options) throws JMSException {
        return joined(client.openShare(ofQueue(name), name, options), "consuming the queue " + name);
    }

    /** Refusals come now and not with the first message; who is refused anywhere is a member nowhere then. */
    static ShareStream joined(ShareStream stream, String what) throws JMSException {
        try {
            do {
                for (var early : JmsErrors.await(stream.poll(1, Duration.ZERO), what)) {
                    stream.settle(early, early.record().offset(), Settlement.RELEASE_UNSEEN);
                }
            } while (!stream.isJoined());
            return stream;
        } catch (JMSException e) {
            JmsErrors.await(stream.leave(), what);
            throw e;
        }
    }
}
