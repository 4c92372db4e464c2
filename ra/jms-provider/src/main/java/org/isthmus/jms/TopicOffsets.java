package org.isthmus.jms;

import jakarta.jms.JMSException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.client.TopicInfo;
import org.isthmus.broker.common.TopicPartition;

/** The partitions of a topic, and where they begin or end. */
final class TopicOffsets {
    private TopicOffsets() {}

    static Set<TopicPartition> partitions(TopicInfo topic) {
        var partitions = new HashSet<TopicPartition>();
        for (int partition = 0; partition < topic.partitions(); partition++) {
            partitions.add(new TopicPartition(topic.name(), partition));
        }
        return partitions;
    }

    static Map<TopicPartition, Long> of(BrokerClient client, Set<TopicPartition> partitions, OffsetSpec place)
            throws JMSException {
        var wanted = new HashMap<TopicPartition, OffsetSpec>();
        partitions.forEach(partition -> wanted.put(partition, place));
        return JmsErrors.await(client.offsets(wanted), "looking up offsets");
    }
}
