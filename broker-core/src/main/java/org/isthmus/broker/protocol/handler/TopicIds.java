package org.isthmus.broker.protocol.handler;

import java.util.UUID;
import org.apache.kafka.common.Uuid;

/** Topic ids, as the wire has them and as the broker has them. */
final class TopicIds {
    /** What the wire says where no id is meant. */
    static final UUID NONE = new UUID(0, 0);

    private TopicIds() {}

    static UUID of(Uuid id) {
        return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    static Uuid wire(UUID id) {
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }
}
