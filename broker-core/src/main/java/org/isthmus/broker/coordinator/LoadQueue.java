package org.isthmus.broker.coordinator;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.EventLoop;

/**
 * Questions that came while a shard replays its log, in their order. A new shard has nothing to replay, so who asks first gets an answer and not an error that
 * some clients pass on to their users. Bounded in number and time: at either bound the asker is told to come again. Owned by the shard's loop.
 */
final class LoadQueue {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MOST = 1000;

    private final String shard;
    private final EventLoop loop;
    private final Deque<Arrival> arrivals = new ArrayDeque<>();

    LoadQueue(String shard, EventLoop loop) {
        this.shard = shard;
        this.loop = loop;
    }

    /** Runs the question once the shard serves, or tells why it does not. */
    void hold(Runnable question, Consumer<BrokerException> refuse) {
        if (arrivals.size() == MOST) {
            refuse.accept(Shard.loading(shard));
            return;
        }
        var arrival = new Arrival(question, refuse);
        arrival.patience = loop.schedule(PATIENCE, () -> {
            if (arrivals.remove(arrival)) {
                refuse.accept(Shard.loading(shard));
            }
        });
        arrivals.add(arrival);
    }

    void admitAll() {
        for (var next = arrivals.poll(); next != null; next = arrivals.poll()) {
            next.patience.cancel();
            next.question.run();
        }
    }

    void refuseAll(BrokerException reason) {
        for (var next = arrivals.poll(); next != null; next = arrivals.poll()) {
            next.patience.cancel();
            next.refuse.accept(reason);
        }
    }

    private static final class Arrival {
        private final Runnable question;
        private final Consumer<BrokerException> refuse;
        private Cancellable patience = () -> {};

        Arrival(Runnable question, Consumer<BrokerException> refuse) {
            this.question = question;
            this.refuse = refuse;
        }
    }
}
