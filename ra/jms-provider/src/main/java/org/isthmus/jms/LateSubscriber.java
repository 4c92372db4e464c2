package org.isthmus.jms;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.FetchedRecord;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.client.TopicInfo;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.WaitMark;

/**
 * What a consumer of a topic has come too late for, though it is in the log behind the consumer's beginning: messages with a delay that were sent
 * before (§7.9).
 *
 * @param waited of each partition the place behind all that waited there when the consumer began; none where it came for whatever is there
 */
record LateSubscriber(UUID topic, Map<TopicPartition, Long> waited) {
    /** As of now. */
    static CompletionStage<LateSubscriber> ask(
            BrokerClient client, TopicInfo topic, Set<TopicPartition> partitions, OffsetSpec start) {
        return start instanceof OffsetSpec.Latest
                ? TopicOffsets.ask(client, partitions, new OffsetSpec.Waited())
                        .thenApply(waited -> new LateSubscriber(topic.id(), waited))
                : CompletableFuture.completedStage(new LateSubscriber(topic.id(), Map.of()));
    }

    boolean hasMissed(FetchedRecord fetched) {
        var end = waited.getOrDefault(fetched.partition(), 0L);
        if (end == 0) {
            return false;
        }
        var mark = new WaitMark(topic, fetched.partition().partition());
        for (var header : fetched.record().headers()) {
            var value = header.value();
            if (value != null && header.key().equals(WaitMark.HEADER)) {
                return mark.place(new String(value, StandardCharsets.US_ASCII)) < end;
            }
        }
        return false;
    }
}
