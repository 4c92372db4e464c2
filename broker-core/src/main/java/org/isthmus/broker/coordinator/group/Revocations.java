package org.isthmus.broker.coordinator.group;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.function.BiConsumer;
import org.isthmus.broker.runtime.Cancellable;

/**
 * For how long members may still hold what they were asked to give up. Soft state, owned by the shard's loop: after a load every member gets
 * its whole time again.
 */
final class Revocations {
    private final Sessions.Timers timers;
    private final BiConsumer<String, String> onExpired;
    private final Map<Key, Running> running = new HashMap<>();

    /** @param onExpired told of a member (group, id) that did not give up in time */
    Revocations(Sessions.Timers timers, BiConsumer<String, String> onExpired) {
        this.timers = timers;
        this.onExpired = onExpired;
    }

    /** The member is so now. */
    void follow(String groupId, Consumer member) {
        var key = new Key(groupId, member.id());
        var revoking = member.holding().revoking();
        var before = running.get(key);
        if (before != null && before.revoking.equals(revoking)) {
            return;
        }
        end(groupId, member.id());
        if (!revoking.isEmpty()) {
            arm(key, revoking, Duration.ofMillis(member.profile().rebalanceTimeoutMs()));
        }
    }

    void end(String groupId, String memberId) {
        var before = running.remove(new Key(groupId, memberId));
        if (before != null) {
            before.timer.cancel();
        }
    }

    private void arm(Key key, SortedSet<PartitionId> revoking, Duration timeout) {
        var timer = timers.schedule(timeout, () -> {
            // Removing the member ends this; where that fails, it is tried again after another timeout.
            arm(key, revoking, timeout);
            onExpired.accept(key.groupId(), key.memberId());
        });
        running.put(key, new Running(revoking, timer));
    }

    private record Key(String groupId, String memberId) {}

    private record Running(SortedSet<PartitionId> revoking, Cancellable timer) {}
}
