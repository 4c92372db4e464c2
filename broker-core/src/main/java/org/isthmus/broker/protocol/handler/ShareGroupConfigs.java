package org.isthmus.broker.protocol.handler;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.isthmus.broker.coordinator.share.Backoff;
import org.isthmus.broker.coordinator.share.Interest;
import org.isthmus.broker.coordinator.share.Opening;
import org.isthmus.broker.coordinator.share.ShareSettings;
import org.isthmus.broker.coordinator.share.StartAt;
import org.isthmus.broker.metadata.GroupSetting;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.runtime.Clock;

/** How stock consumers open a share group: as its configuration says. Safe for use by many threads. */
public record ShareGroupConfigs(MetadataStore metadata, Clock clock) {
    private static final String BY_DURATION = "by_duration:";

    Opening opening(String group) {
        var configs = metadata.image().groupConfigs().getOrDefault(group, Map.of());
        var settings = new ShareSettings(
                Interest.EVERYTHING,
                true,
                false,
                GroupSetting.SHARE_ISOLATION_LEVEL.in(configs).equals("read_committed"),
                number(GroupSetting.SHARE_DELIVERY_COUNT_LIMIT, configs),
                number(GroupSetting.SHARE_PARTITION_MAX_RECORD_LOCKS, configs),
                number(GroupSetting.SHARE_RECORD_LOCK_DURATION_MS, configs),
                Backoff.NONE,
                Optional.of(GroupSetting.SHARE_DEAD_LETTER_TOPIC.in(configs)).filter(topic -> !topic.isEmpty()));
        return Opening.stock(settings, start(GroupSetting.SHARE_AUTO_OFFSET_RESET.in(configs)));
    }

    private static int number(GroupSetting setting, Map<String, String> configs) {
        return Integer.parseInt(setting.in(configs));
    }

    private StartAt start(String reset) {
        if (reset.equals("earliest")) {
            return new StartAt.Earliest();
        }
        if (reset.startsWith(BY_DURATION)) {
            var back = Duration.parse(reset.substring(BY_DURATION.length()));
            return new StartAt.AtTime(clock.wallMs() - back.toMillis());
        }
        return new StartAt.Latest();
    }
}
