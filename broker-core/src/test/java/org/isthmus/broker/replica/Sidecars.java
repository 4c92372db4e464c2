package org.isthmus.broker.replica;

import java.util.Optional;

/** Looks at what lies beside a partition's log without making it. */
public final class Sidecars {
    private Sidecars() {}

    /** The log of its share groups, where they use it here. */
    public static Optional<Partition> of(Partition partition) {
        return Optional.ofNullable(partition.present(LogKind.SHARE));
    }

    /** The log of its delayed records, where some have waited here. */
    public static Optional<Partition> ofDelays(Partition partition) {
        return Optional.ofNullable(partition.present(LogKind.DELAY));
    }
}
