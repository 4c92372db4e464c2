package org.isthmus.broker.runtime;

import java.util.UUID;

/** Where identifiers that nobody may guess or repeat come from. */
public interface IdSource {
    UUID nextUuid();

    /** The machine's own source of random identifiers. */
    static IdSource random() {
        return UUID::randomUUID;
    }
}
