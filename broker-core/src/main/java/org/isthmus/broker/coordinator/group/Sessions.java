package org.isthmus.broker.coordinator.group;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.Clock;

/**
 * How long each member may still be silent. A sign of life only moves a deadline; the one timer of a member looks at it when it goes off.
 * Soft state, owned by the shard's loop: after a load every member gets its whole time again.
 */
final class Sessions {
    /** Starts a timer. */
    interface Timers {
        Cancellable schedule(Duration delay, Runnable task);
    }

    private final Clock clock;
    private final Timers timers;
    private final BiPredicate<String, String> isExcused;
    private final BiConsumer<String, String> onExpired;
    private final Map<Key, Session> sessions = new HashMap<>();

    /**
     * @param isExcused whether a member (group, id) cannot be expected to speak, because it waits for an answer
     * @param onExpired told of a member (group, id) that was silent for too long
     */
    Sessions(Clock clock, Timers timers, BiPredicate<String, String> isExcused, BiConsumer<String, String> onExpired) {
        this.clock = clock;
        this.timers = timers;
        this.isExcused = isExcused;
        this.onExpired = onExpired;
    }

    void start(String groupId, Member member) {
        start(groupId, member.id(), Duration.ofMillis(member.sessionTimeoutMs()));
    }

    void start(String groupId, String memberId, Duration timeout) {
        end(groupId, memberId);
        var session = new Session(new Key(groupId, memberId), timeout);
        sessions.put(session.key, session);
        session.prolong();
        session.arm();
    }

    boolean runs(String groupId, String memberId) {
        return sessions.containsKey(new Key(groupId, memberId));
    }

    /** A sign of life. */
    void touch(String groupId, String memberId) {
        var session = sessions.get(new Key(groupId, memberId));
        if (session != null) {
            session.prolong();
        }
    }

    /** A sign of life, and how long the member may be silent from now on. */
    void touch(String groupId, String memberId, Duration timeout) {
        var session = sessions.get(new Key(groupId, memberId));
        if (session != null && session.timeout.equals(timeout)) {
            session.prolong();
        } else if (session != null) {
            start(groupId, memberId, timeout);
        }
    }

    void end(String groupId, String memberId) {
        var session = sessions.remove(new Key(groupId, memberId));
        if (session != null) {
            session.timer.cancel();
        }
    }

    private record Key(String groupId, String memberId) {}

    private final class Session {
        private final Key key;
        private final Duration timeout;
        private Deadline deadline = new Deadline(0);
        private Cancellable timer = () -> {};

        Session(Key key, Duration timeout) {
            this.key = key;
            this.timeout = timeout;
        }

        void prolong() {
            deadline = Deadline.after(clock.nanos(), timeout);
        }

        void arm() {
            timer = timers.schedule(deadline.remaining(clock.nanos()), this::goOff);
        }

        private void goOff() {
            if (isExcused.test(key.groupId(), key.memberId())) {
                prolong();
            }
            if (deadline.hasPassed(clock.nanos())) {
                onExpired.accept(key.groupId(), key.memberId());
                // Removing the member ends the session; where that fails, the member is tried again after another
                // timeout.
                prolong();
            }
            if (sessions.get(key) == this) {
                arm();
            }
        }
    }
}
