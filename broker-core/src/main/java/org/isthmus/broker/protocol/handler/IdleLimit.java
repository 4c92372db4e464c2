package org.isthmus.broker.protocol.handler;

import java.time.Duration;
import org.isthmus.broker.common.Deadline;
import org.isthmus.broker.network.Connection;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;

/**
 * Closes a connection on which nothing came or went for so long. One that has a request under way is not idle, however long that takes.
 *
 * @param timers where the time is kept; what it leads to happens on the connection's thread
 */
public record IdleLimit(Duration limit, EventLoop timers, Clock clock) {
    Watch watch(Connection connection, Lifetime lifetime) {
        var watch = new Watch(connection);
        watch.prolong();
        watch.arm();
        lifetime.onEnd(watch, () -> connection.perform(watch::end));
        return watch;
    }

    /** Owned by the connection's thread. */
    final class Watch {
        private final Connection connection;
        private int underWay;
        private Deadline deadline = new Deadline(0);
        private Cancellable timer = () -> {};
        private boolean ended;

        private Watch(Connection connection) {
            this.connection = connection;
        }

        void begun() {
            underWay++;
            prolong();
        }

        void answered() {
            underWay--;
            prolong();
        }

        private void prolong() {
            deadline = Deadline.after(clock.nanos(), limit);
        }

        private void arm() {
            timer = timers.schedule(deadline.remaining(clock.nanos()), () -> connection.perform(this::goOff));
        }

        private void goOff() {
            if (ended) {
                return;
            }
            if (underWay > 0) {
                prolong();
            }
            if (deadline.hasPassed(clock.nanos())) {
                connection.close();
            } else {
                arm();
            }
        }

        private void end() {
            ended = true;
            timer.cancel();
        }
    }
}
