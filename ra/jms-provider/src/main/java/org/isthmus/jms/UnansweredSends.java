package org.isthmus.jms;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;

/** The non-persistent messages of one session on their way to the broker, for which nobody waits but who closes the session. */
final class UnansweredSends {
    private static final System.Logger LOG = System.getLogger(UnansweredSends.class.getName());

    private final ReentrantLock lock;
    private final Condition changed;
    private int count; // guarded by the lock

    UnansweredSends(Surroundings surroundings) {
        lock = surroundings.newLock();
        changed = lock.newCondition();
    }

    void add(IsthmusDestination to, CompletionStage<?> answer) {
        count(1);
        answer.whenComplete((sent, failure) -> {
            if (failure != null) {
                lost(to, failure);
            }
            count(-1);
        });
    }

    private void count(int more) {
        lock.lock();
        try {
            count += more;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Who asked by a temporary destination may be gone; whatever else happens is worth a word. */
    private static void lost(IsthmusDestination to, Throwable failure) {
        var isGone = JmsErrors.unwrapped(failure) instanceof BrokerException refused
                && refused.code() == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        LOG.log(
                isGone ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
                "A non-persistent message to " + to + " was lost",
                failure);
    }

    /** Returns when every one is answered, which is at the latest when the client gives it up. */
    void awaitNone() {
        lock.lock();
        try {
            while (count > 0) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }
}
