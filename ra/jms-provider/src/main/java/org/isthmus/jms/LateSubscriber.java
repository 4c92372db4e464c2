package org.isthmus.jms;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.isthmus.broker.client.FetchedRecord;
import org.isthmus.broker.client.PartitionTail;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.WaitMark;

/**
 * What a consumer of a topic has come too late for, though it lies behind its beginning: messages with a delay that were sent before (§7.9), and what
 * others sent while a transaction was open that had begun to send.
 *
 * @param tails of each partition what it had when the consumer began; none where that wants whatever is there
 */
record LateSubscriber(UUID topic, Map<TopicPartition, PartitionTail> tails) {
    Map<TopicPartition, Long> positions() {
        var positions = new HashMap<TopicPartition, Long>();
        tails.forEach((partition, tail) -> positions.put(partition, tail.begin()));
        return positions;
    }

    boolean hasMissed(FetchedRecord fetched) {
        var tail = tails.get(fetched.partition());
        return tail != null && (tail.had(fetched.record().offset()) || place(fetched) < tail.waited());
    }

    private long place(FetchedRecord fetched) {
        for (var header : fetched.record().headers()) {
            var value = header.value();
            if (value != null && header.key().equals(WaitMark.HEADER)) {
                return new WaitMark(topic, fetched.partition().partition())
                        .place(new String(value, StandardCharsets.US_ASCII));
            }
        }
        return WaitMark.NO_PLACE;
    }
}
