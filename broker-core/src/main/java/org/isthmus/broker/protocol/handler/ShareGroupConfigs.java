package org.isthmus.broker.protocol.handler;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.isthmus.broker.coordinator.share.Backoff;
import org.isthmus.broker.coordinator.share.DeadLetterTarget;
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
                backoff(configs, Backoff.NONE),
                deadLetterTarget(
                        configs, GroupSetting.DEAD_LETTER_COPY.in(configs).equals("true")));
        return Opening.stock(settings, start(GroupSetting.SHARE_AUTO_OFFSET_RESET.in(configs)));
    }

    boolean mayRenew(String group) {
        var configs = metadata.image().groupConfigs().getOrDefault(group, Map.of());
        return GroupSetting.SHARE_RENEW_ACKNOWLEDGE_ENABLE.in(configs).equals("true");
    }

    /** The group's own settings go before what a member asks for. */
    Opening overriding(String group, Opening asked) {
        var configs = metadata.image().groupConfigs().getOrDefault(group, Map.of());
        if (configs.isEmpty()) {
            return asked;
        }
        var settings = asked.settings();
        return new Opening(
                new ShareSettings(
                        settings.interest(),
                        settings.stock(),
                        settings.exclusive(),
                        settings.committedOnly(),
                        own(GroupSetting.SHARE_DELIVERY_COUNT_LIMIT, configs, settings.maxDeliveries()),
                        own(GroupSetting.SHARE_PARTITION_MAX_RECORD_LOCKS, configs, settings.maxInFlight()),
                        settings.lockMs(),
                        backoff(configs, settings.backoff()),
                        // Who sets it to nothing wants none; a message is always copied as a whole.
                        GroupSetting.DEAD_LETTER_TOPIC.ownIn(configs).isPresent()
                                ? deadLetterTarget(configs, true)
                                : settings.deadLetterTarget()),
                asked.interest(),
                asked.sessionLock(),
                asked.start(),
                asked.recreate(),
                asked.inOrder());
    }

    private static Optional<DeadLetterTarget> deadLetterTarget(Map<String, String> configs, boolean whole) {
        return Optional.of(GroupSetting.DEAD_LETTER_TOPIC.in(configs))
                .filter(topic -> !topic.isEmpty())
                .map(topic -> DeadLetterTarget.configured(topic, whole));
    }

    private static int own(GroupSetting setting, Map<String, String> configs, int otherwise) {
        return setting.ownIn(configs).map(Integer::parseInt).orElse(otherwise);
    }

    private static Backoff backoff(Map<String, String> configs, Backoff otherwise) {
        var delay = GroupSetting.SHARE_REDELIVERY_DELAY_MS.ownIn(configs);
        if (delay.isEmpty()) {
            return otherwise;
        }
        var first = Long.parseLong(delay.get());
        var factor = Double.parseDouble(GroupSetting.SHARE_REDELIVERY_MULTIPLIER.in(configs));
        var longest = Long.parseLong(GroupSetting.SHARE_REDELIVERY_MAX_DELAY_MS.in(configs));
        return new Backoff(first, factor, Math.max(first, longest));
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
