package org.isthmus.broker.protocol.handler;

import java.util.Optional;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.share.Backoff;
import org.isthmus.broker.coordinator.share.DeadLetterTarget;
import org.isthmus.broker.coordinator.share.Interest;
import org.isthmus.broker.coordinator.share.Opening;
import org.isthmus.broker.coordinator.share.ShareSettings;
import org.isthmus.broker.coordinator.share.StartAt;
import org.isthmus.broker.protocol.codec.ShareOpening;
import org.isthmus.broker.selector.Selector;
import org.jspecify.annotations.Nullable;

/** Openings as they travelled, checked. */
final class ShareOpenings {
    private ShareOpenings() {}

    /** Fails with {@code INVALID_REQUEST} on what no group can have. */
    static Opening of(ShareOpening asked) {
        try {
            var settings = new ShareSettings(
                    new Interest(Optional.ofNullable(asked.selector()), Optional.ofNullable(asked.excludedClient())),
                    false,
                    asked.exclusive(),
                    true,
                    asked.maxDeliveries(),
                    asked.maxInFlight(),
                    ShareSettings.QUEUE.lockMs(),
                    new Backoff(asked.firstDelayMs(), asked.delayFactor(), asked.longestDelayMs()),
                    Optional.ofNullable(asked.deadLetterTopic()).map(DeadLetterTarget::own),
                    asked.ephemeral());
            check(asked.selector());
            check(asked.memberSelector());
            var interest = new Interest(Optional.ofNullable(asked.memberSelector()), Optional.empty());
            return new Opening(settings, interest, true, start(asked), asked.recreate(), asked.inOrder());
        } catch (IllegalArgumentException e) {
            throw new BrokerException(
                    ErrorCode.INVALID_REQUEST, "a share group cannot be opened like this: " + e.getMessage(), e);
        }
    }

    private static void check(@Nullable String selector) {
        if (selector != null) {
            Selector.parse(selector);
        }
    }

    private static StartAt start(ShareOpening asked) {
        return switch (asked.start()) {
            case ShareOpening.EARLIEST -> new StartAt.Earliest();
            case ShareOpening.LATEST -> new StartAt.Latest();
            case ShareOpening.AT_TIMESTAMP -> new StartAt.AtTime(asked.startTimestampMs());
            default -> throw new IllegalArgumentException("start " + asked.start());
        };
    }
}
