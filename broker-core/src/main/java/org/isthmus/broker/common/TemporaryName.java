package org.isthmus.broker.common;

import java.util.Optional;
import java.util.UUID;

/**
 * The name of a temporary destination. It says which broker has it and what its topic id is, so that every broker knows without being told;
 * no other topic may have such a name.
 */
public record TemporaryName(BrokerId broker, UUID id) {
    private static final String PREFIX = "isthmus-temporary-";

    /** Whether a topic of this name is, or was, a temporary destination. */
    public static boolean isOne(String name) {
        return name.startsWith(PREFIX);
    }

    public static Optional<TemporaryName> parse(String name) {
        var dash = name.indexOf('-', PREFIX.length());
        if (!isOne(name) || dash < 0) {
            return Optional.empty();
        }
        try {
            var broker = Integer.parseInt(name.substring(PREFIX.length(), dash));
            return Optional.of(new TemporaryName(new BrokerId(broker), UUID.fromString(name.substring(dash + 1))));
        } catch (IllegalArgumentException notWrittenHere) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return PREFIX + broker + "-" + id;
    }
}
