package org.isthmus.broker.protocol.handler;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.isthmus.broker.metadata.BrokerConfigs;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.TopicSetting;

/** A topic's settings as descriptions tell them: each with the value in force and where it comes from. */
final class TopicConfigs {
    private TopicConfigs() {}

    /** Where a value comes from, with Kafka's numbers. */
    enum Source {
        TOPIC(1),
        /** Set for this broker while it runs. */
        SET_BROKER(2),
        /** Set for all brokers while they run. */
        SET_ALL(3),
        BROKER(4),
        DEFAULT(5);

        private final byte id;

        Source(int id) {
            this.id = (byte) id;
        }

        byte id() {
            return id;
        }
    }

    record Described(TopicSetting setting, String value, Source source) {
        String name() {
            return setting.key();
        }
    }

    static List<Described> describe(Map<String, String> topic, BrokerConfigs broker, ClusterImage image) {
        var inForce = broker.in(image);
        return Arrays.stream(TopicSetting.values())
                .map(setting -> new Described(
                        setting,
                        setting.in(topic, inForce),
                        topic.containsKey(setting.key()) ? Source.TOPIC : source(setting.brokerKey(), broker, image)))
                .toList();
    }

    /** Where a broker's value comes from. */
    static Source source(String key, BrokerConfigs broker, ClusterImage image) {
        if (broker.own(image).containsKey(key)) {
            return Source.SET_BROKER;
        }
        if (BrokerConfigs.common(image).containsKey(key)) {
            return Source.SET_ALL;
        }
        return broker.given().containsKey(key) ? Source.BROKER : Source.DEFAULT;
    }
}
