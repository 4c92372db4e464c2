package org.isthmus.broker.protocol.handler;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.isthmus.broker.metadata.TopicSetting;

/** A topic's settings as descriptions tell them: each with the value in force and where it comes from. */
final class TopicConfigs {
    private TopicConfigs() {}

    /** Where a value comes from, with Kafka's numbers. */
    enum Source {
        TOPIC(1),
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

    static List<Described> describe(Map<String, String> topic, Map<String, String> broker) {
        return Arrays.stream(TopicSetting.values())
                .map(setting -> new Described(setting, setting.in(topic, broker), source(setting, topic, broker)))
                .toList();
    }

    private static Source source(TopicSetting setting, Map<String, String> topic, Map<String, String> broker) {
        if (topic.containsKey(setting.key())) {
            return Source.TOPIC;
        }
        return broker.containsKey(setting.brokerKey()) ? Source.BROKER : Source.DEFAULT;
    }
}
