package org.isthmus.jms;

import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;

/** The non-persistent messages of one session on their way to the broker, for which nobody waits but who closes the session. */
final class UnansweredSends {
    private static final System.Logger LOG = System.getLogger(UnansweredSends.class.getName());

    private int count; // guarded by this

    void add(IsthmusDestination to, CompletionStage<?> answer) {
        synchronized (this) {
            count++;
        }
        answer.whenComplete((sent, failure) -> {
            if (failure != null) {
                lost(to, failure);
            }
            synchronized (this) {
                count--;
                notifyAll();
            }
        });
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
    synchronized void awaitNone() {
        boolean interrupted = false;
        while (count > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
