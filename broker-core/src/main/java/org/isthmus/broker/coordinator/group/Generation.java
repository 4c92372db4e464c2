package org.isthmus.broker.coordinator.group;

import org.jspecify.annotations.Nullable;

/**
 * How far a group has come: each completed rebalance begins a generation, and what members of an earlier one say is recognised by its
 * number.
 *
 * @param protocolType what the members are, such as {@code consumer} or {@code connect}; empty for a group that only keeps offsets
 * @param protocol the assignment protocol that all members agreed on; null in a group without members
 * @param leader the member that assigns; null in a group without members
 * @param rebalancing whether the members are being gathered for the next generation
 * @param sinceMs when this became so, in milliseconds since 1970
 */
record Generation(
        int number,
        String protocolType,
        @Nullable String protocol,
        @Nullable String leader,
        boolean rebalancing,
        long sinceMs) {
    /** That of a group nobody joined yet. */
    static final Generation NONE = new Generation(0, "", null, null, false, 0);

    Generation gathering(String protocolType, long nowMs) {
        return new Generation(number, protocolType, protocol, leader, true, nowMs);
    }

    Generation next(String protocol, String leader, long nowMs) {
        return new Generation(number + 1, protocolType, protocol, leader, false, nowMs);
    }

    Generation emptied(long nowMs) {
        return new Generation(number + 1, protocolType, null, null, false, nowMs);
    }

    Generation ledBy(String leader) {
        return new Generation(number, protocolType, protocol, leader, rebalancing, sinceMs);
    }
}
