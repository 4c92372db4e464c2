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

    /** @param inherited where the value comes from, or would come from if the topic said nothing, and that value */
    record Described(TopicSetting setting, String value, Source source, Source inherited, String inheritedValue) {
        String name() {
            return setting.key();
        }
    }

    static List<Described> describe(Map<String, String> topic, Map<String, String> broker) {
        return Arrays.stream(TopicSetting.values())
                .map(setting -> describe(setting, topic, broker))
                .toList();
    }

    private static Described describe(TopicSetting setting, Map<String, String> topic, Map<String, String> broker) {
        var inherited = broker.containsKey(setting.brokerKey()) ? Source.BROKER : Source.DEFAULT;
        var source = topic.containsKey(setting.key()) ? Source.TOPIC : inherited;
        return new Described(setting, setting.in(topic, broker), source, inherited, setting.in(Map.of(), broker));
    }
}
