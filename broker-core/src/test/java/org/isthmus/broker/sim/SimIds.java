package org.isthmus.broker.sim;

import java.util.Random;
import java.util.UUID;
import org.isthmus.broker.runtime.IdSource;

/** Identifiers that the seed decides. */
public final class SimIds implements IdSource {
    private final Random random;

    public SimIds(Random random) {
        this.random = random;
    }

    @Override
    public UUID nextUuid() {
        return new UUID(random.nextLong(), random.nextLong());
    }
}
