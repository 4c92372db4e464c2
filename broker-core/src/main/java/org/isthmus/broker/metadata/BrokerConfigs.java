package org.isthmus.broker.metadata;

import java.util.HashMap;
import java.util.Map;
import org.isthmus.broker.common.BrokerId;

/**
 * A broker's settings that can change while it runs: what was set for it goes before what was set for all brokers, and that before what it was
 * started with.
 *
 * @param given what it was started with, by Kafka's broker names
 */
public record BrokerConfigs(BrokerId self, Map<String, String> given) {
    /** What a setting for all brokers is kept under. */
    public static final String ALL = "";

    public BrokerConfigs {
        given = Map.copyOf(given);
    }

    /** What was set for this broker alone. */
    public Map<String, String> own(ClusterImage image) {
        return image.brokerConfigs().getOrDefault(self.toString(), Map.of());
    }

    /** What was set for all brokers. */
    public static Map<String, String> common(ClusterImage image) {
        return image.brokerConfigs().getOrDefault(ALL, Map.of());
    }

    /** The values in force; what has none here has its default. */
    public Map<String, String> in(ClusterImage image) {
        if (image.brokerConfigs().isEmpty()) {
            return given;
        }
        var inForce = new HashMap<>(given);
        inForce.putAll(common(image));
        inForce.putAll(own(image));
        return Map.copyOf(inForce);
    }
}
