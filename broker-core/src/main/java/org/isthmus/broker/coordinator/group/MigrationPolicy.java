package org.isthmus.broker.coordinator.group;

import java.util.Arrays;
import java.util.Optional;

/** Whether groups with members go over from one protocol to the other, by the names of {@code group.consumer.migration.policy} (KIP-848). */
public enum MigrationPolicy {
    BIDIRECTIONAL(true, true),
    UPGRADE(true, false),
    DOWNGRADE(false, true),
    DISABLED(false, false);

    private final boolean upgrades;
    private final boolean downgrades;

    MigrationPolicy(boolean upgrades, boolean downgrades) {
        this.upgrades = upgrades;
        this.downgrades = downgrades;
    }

    /** Whether the first consumer takes a classic group with it. */
    boolean upgrades() {
        return upgrades;
    }

    /** Whether a group goes back whose last consumer left it to classic members. */
    boolean downgrades() {
        return downgrades;
    }

    /** Whether classic members may join a group of consumers. */
    boolean admits() {
        return upgrades || downgrades;
    }

    public static Optional<MigrationPolicy> named(String name) {
        return Arrays.stream(values())
                .filter(policy -> policy.name().equalsIgnoreCase(name))
                .findFirst();
    }
}
