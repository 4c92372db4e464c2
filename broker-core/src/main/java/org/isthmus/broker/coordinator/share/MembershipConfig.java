package org.isthmus.broker.coordinator.share;

import java.time.Duration;

/**
 * How members of share groups are kept.
 *
 * @param sessionTimeout after so long without a heartbeat a member is gone
 * @param heartbeatInterval how often members are to send one
 * @param maxSize most members of one group
 */
public record MembershipConfig(Duration sessionTimeout, Duration heartbeatInterval, int maxSize) {
    public static final MembershipConfig DEFAULT =
            new MembershipConfig(Duration.ofSeconds(45), Duration.ofSeconds(5), 200);
}
