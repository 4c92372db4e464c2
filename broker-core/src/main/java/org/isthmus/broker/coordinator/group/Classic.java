package org.isthmus.broker.coordinator.group;

import java.util.List;

/**
 * What a member of a group of consumers said besides that speaks the classic protocol. The group needs it again if it goes back to that.
 *
 * @param sessionTimeoutMs how long it may be silent
 * @param protocols the assignment protocols that it knows, dearest first
 */
record Classic(int sessionTimeoutMs, List<Member.Protocol> protocols) {
    Classic {
        protocols = List.copyOf(protocols);
    }

    boolean knows(String protocol) {
        return protocols.stream().anyMatch(known -> known.name().equals(protocol));
    }

    /** The broker divides, so this only says how the assignment is written. */
    String protocol() {
        return protocols.get(0).name();
    }
}
