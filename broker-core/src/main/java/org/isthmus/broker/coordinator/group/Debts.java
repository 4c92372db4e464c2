package org.isthmus.broker.coordinator.group;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.isthmus.broker.runtime.Cancellable;

/**
 * For how long classic members of groups of consumers may owe their next step: to join again once they were told so, to ask for what they are
 * to read once they joined. Others wait for what they hold. Soft state, owned by the shard's loop.
 */
final class Debts {
    enum Step {
        JOIN,
        SYNC
    }

    private final Sessions.Timers timers;
    private final BiConsumer<String, String> onExpired;
    private final Map<Key, Running> running = new HashMap<>();

    /** @param onExpired told of a member (group, id) that did not do it in time */
    Debts(Sessions.Timers timers, BiConsumer<String, String> onExpired) {
        this.timers = timers;
        this.onExpired = onExpired;
    }

    /** The member is to do this next. Its time runs from when it was first told. */
    void owe(String groupId, Consumer member, Step step) {
        var key = new Key(groupId, member.id());
        var before = running.get(key);
        if (before == null || before.step != step) {
            settle(groupId, member.id());
            arm(key, step, Duration.ofMillis(member.profile().rebalanceTimeoutMs()));
        }
    }

    void settle(String groupId, String memberId) {
        var before = running.remove(new Key(groupId, memberId));
        if (before != null) {
            before.timer.cancel();
        }
    }

    private void arm(Key key, Step step, Duration timeout) {
        var timer = timers.schedule(timeout, () -> {
            // Removing the member ends this; where that fails, it is tried again after another timeout.
            arm(key, step, timeout);
            onExpired.accept(key.groupId(), key.memberId());
        });
        running.put(key, new Running(step, timer));
    }

    private record Key(String groupId, String memberId) {}

    private record Running(Step step, Cancellable timer) {}
}
