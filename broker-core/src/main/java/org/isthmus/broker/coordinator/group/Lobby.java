package org.isthmus.broker.coordinator.group;

import java.util.HashMap;
import java.util.Map;
import org.isthmus.broker.runtime.Cancellable;
import org.jspecify.annotations.Nullable;

/** Who waits in one group, and for how long they still may. Soft state, owned by the shard's loop. */
final class Lobby {
    /** For the next generation to begin. */
    final Waiting<JoinAnswer> joins = new Waiting<>(error -> JoinAnswer.refused(error, ""));

    /** For the leader to assign. */
    final Waiting<SyncAnswer> syncs = new Waiting<>(SyncAnswer::refused);

    /** Ids that were given to members which did not come back with them yet, and the end of each one's time. */
    final Map<String, Cancellable> named = new HashMap<>();

    /** Ends the gathering, or the wait for the members' questions and the leader's assignment. */
    private @Nullable Cancellable deadline;

    /** While it runs, a group that was empty waits for more members. */
    private @Nullable Cancellable delay;

    boolean isGathering() {
        return deadline != null;
    }

    boolean isDelayed() {
        return delay != null;
    }

    void startDeadline(Cancellable timer) {
        stopDeadline();
        deadline = timer;
    }

    void stopDeadline() {
        if (deadline != null) {
            deadline.cancel();
            deadline = null;
        }
    }

    void startDelay(Cancellable timer) {
        stopDelay();
        delay = timer;
    }

    void stopDelay() {
        if (delay != null) {
            delay.cancel();
            delay = null;
        }
    }

    void forget(String memberId) {
        var timer = named.remove(memberId);
        if (timer != null) {
            timer.cancel();
        }
    }

    boolean isIdle() {
        return joins.isEmpty() && syncs.isEmpty() && named.isEmpty() && deadline == null && delay == null;
    }
}
