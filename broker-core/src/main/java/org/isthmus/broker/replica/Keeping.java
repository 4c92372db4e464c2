package org.isthmus.broker.replica;

import java.util.Map;
import org.isthmus.broker.metadata.TopicSetting;

/** For whom and for how long a topic keeps its records. */
public enum Keeping {
    /** As long as its own settings say, consumed or not: whoever gave it some has decided that. */
    AS_TOLD,
    /**
     * As long as the broker's settings say, and for as long as a queue or a subscription of Jakarta Messaging is not done with them: nobody
     * decided that those lose anything.
     */
    UNTIL_RECEIVED,
    /** Until every share group is done with them, and no longer. */
    UNTIL_CONSUMED;

    static Keeping of(Map<String, String> topic, Map<String, String> broker) {
        if (Boolean.parseBoolean(TopicSetting.QUEUE.in(topic, broker))) {
            return UNTIL_CONSUMED;
        }
        var isTold = topic.containsKey(TopicSetting.RETENTION_MS.key())
                || topic.containsKey(TopicSetting.RETENTION_BYTES.key());
        return isTold ? AS_TOLD : UNTIL_RECEIVED;
    }
}
