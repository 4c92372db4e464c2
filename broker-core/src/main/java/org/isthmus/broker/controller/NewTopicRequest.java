package org.isthmus.broker.controller;

import java.util.List;
import java.util.Map;
import org.isthmus.broker.common.BrokerId;

/**
 * A topic that somebody asks for.
 *
 * @param partitions how many, or −1 for the broker's default
 * @param replicationFactor how many replicas of each, or −1 for the broker's default
 * @param assignment the replicas of each partition by index where the asker chose them, else empty
 */
public record NewTopicRequest(
        String name,
        int partitions,
        int replicationFactor,
        List<List<BrokerId>> assignment,
        Map<String, String> configs) {
    public NewTopicRequest {
        assignment = List.copyOf(assignment);
        configs = Map.copyOf(configs);
    }
}
