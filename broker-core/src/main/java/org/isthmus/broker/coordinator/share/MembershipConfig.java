package org.isthmus.broker.coordinator.share;

import java.time.Duration;
import java.util.Map;
import org.isthmus.broker.metadata.GroupSetting;

/**
 * How members of share groups are kept.
 *
 * @param maxSize most members of one group
 */
public record MembershipConfig(int maxSize) {
    public static final MembershipConfig DEFAULT = new MembershipConfig(200);

    /** After so long without a heartbeat a member is gone, in a group with these settings of its own. */
    Duration sessionTimeout(Map<String, String> own) {
        return millis(GroupSetting.SHARE_SESSION_TIMEOUT_MS, own);
    }

    /** How often members of such a group are to send one. */
    Duration heartbeatInterval(Map<String, String> own) {
        return millis(GroupSetting.SHARE_HEARTBEAT_INTERVAL_MS, own);
    }

    private static Duration millis(GroupSetting setting, Map<String, String> own) {
        return Duration.ofMillis(Long.parseLong(setting.in(own)));
    }
}
