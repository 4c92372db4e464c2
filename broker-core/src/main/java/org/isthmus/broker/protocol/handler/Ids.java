package org.isthmus.broker.protocol.handler;

import java.util.UUID;
import org.apache.kafka.common.Uuid;

/** Identifiers as we write them and as the wire does. */
final class Ids {
    private Ids() {}

    static Uuid toWire(UUID id) {
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    static UUID fromWire(Uuid id) {
        return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }
}
