package org.isthmus.ra.inbound;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.UnavailableException;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import jakarta.resource.spi.work.Work;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.isthmus.jms.IsthmusConsumer;
import org.isthmus.jms.IsthmusSession;

/**
 * Some partitions of a topic on their way to a bean, at most one message at a time. Idle it holds no thread and no bean: a signal of the
 * consumer makes it ask the server for a turn, and a turn ends after a bounded number of messages, so that beans share the server's threads.
 *
 * <p>Invariant: while messages wait and it is not stopped, a turn is promised. The session belongs to whoever holds {@code turn}.
 *
 * <p>A message is acknowledged after its bean has returned. Where the bean threw, or its transaction rolled back, the message is delivered
 * again, until {@code maxDeliveries}; then it is passed over with an error in the server's log. It stays in the topic, where it can be read.
 */
final class TailDelivery implements Work, Delivery {
    private static final System.Logger log = System.getLogger(TailDelivery.class.getName());
    private static final int MESSAGES_PER_TURN = 64;
    private static final Duration PATIENCE_WITH_BEANS = Duration.ofSeconds(10);
    private static final Duration ENDPOINT_NOT_READY = Duration.ofMillis(250);

    private final Subscription subscription;
    private final IsthmusSession session;
    private final IsthmusConsumer consumer;
    private final MessageEndpointFactory endpoints;
    private final ServerThreads threads;
    private final AtomicBoolean promised = new AtomicBoolean();
    private final ReentrantLock turn = new ReentrantLock();
    private volatile boolean stopped;

    TailDelivery(
            Subscription subscription,
            IsthmusSession session,
            IsthmusConsumer consumer,
            MessageEndpointFactory endpoints,
            ServerThreads threads) {
        this.subscription = subscription;
        this.session = session;
        this.consumer = consumer;
        this.endpoints = endpoints;
        this.threads = threads;
    }

    @Override
    public void begin() throws JMSException {
        consumer.onAvailable(this::askForTurn);
    }

    private void askForTurn() {
        if (!stopped && promised.compareAndSet(false, true)) {
            threads.soon(this);
        }
    }

    @Override
    public void run() {
        var wait = Duration.ZERO;
        turn.lock();
        try {
            if (!stopped) {
                wait = takeTurn();
            }
        } catch (RuntimeException | Error e) {
            // Out of the container's own calls around the bean. The promise must not be lost with this turn.
            log.log(Level.WARNING, "A turn of " + subscription + " failed; another follows", e);
            wait = subscription.setupInterval();
        } finally {
            turn.unlock();
        }
        if (!wait.isZero()) {
            // Still promised: signals until then must not cut the wait short.
            threads.later(wait, this);
            return;
        }
        promised.set(false);
        // A signal between the last look and the line above found a promise that was about to end.
        if (consumer.hasAvailable()) {
            askForTurn();
        }
    }

    /** Answers how long to wait before the next turn; zero where the next signal decides. */
    private Duration takeTurn() {
        try (var bean = Recipient.open(endpoints, threads.transactions(), false)) {
            return deliverSome(bean);
        } catch (UnavailableException e) {
            log.log(Level.DEBUG, "No bean is ready for {0}", subscription);
            return ENDPOINT_NOT_READY;
        } catch (JMSException | RuntimeException e) {
            return afterTrouble(e);
        }
    }

    private Duration deliverSome(Recipient recipient) throws JMSException {
        Message unacknowledged = null;
        for (int n = 0; n < MESSAGES_PER_TURN && !stopped; n++) {
            var message = consumer.receiveNoWait();
            if (message == null) {
                break;
            }
            try {
                recipient.receive(List.of(message));
            } catch (ResourceException | RuntimeException | Error e) {
                // recover() takes back what this turn left unacknowledged too; only BATCH leaves any, and it allows
                // duplicates.
                if (isDeliveredAgain(message, e)) {
                    session.recover();
                    return subscription.options().delayAfter(message.getIntProperty("JMSXDeliveryCount"));
                }
            }
            unacknowledged = message;
            // What was delivered before is not risked again with a batch.
            if (subscription.acknowledgement() == Subscription.Acknowledgement.EACH || message.getJMSRedelivered()) {
                message.acknowledge();
                unacknowledged = null;
            }
        }
        if (unacknowledged != null) {
            unacknowledged.acknowledge();
        }
        return Duration.ZERO;
    }

    private boolean isDeliveredAgain(Message message, Throwable failure) throws JMSException {
        int deliveries = message.getIntProperty("JMSXDeliveryCount");
        int most = subscription.options().maxDeliveries();
        boolean again = most < 0 || deliveries < most;
        var what = "The bean failed with the message at partition " + message.getObjectProperty("JMS_Isthmus_Partition")
                + " offset " + message.getObjectProperty("JMS_Isthmus_Offset") + " of " + subscription + ", delivery "
                + deliveries;
        if (again) {
            log.log(Level.WARNING, what + "; it is delivered again", failure);
        } else {
            log.log(Level.ERROR, what + "; it was the last (maxDeliveries) and is passed over", failure);
        }
        return again;
    }

    /** The session could not receive, acknowledge or recover. A lost connection is reported by the connection itself, which ends this. */
    private Duration afterTrouble(Exception trouble) {
        if (stopped) {
            return Duration.ZERO;
        }
        log.log(Level.WARNING, "Delivering from " + subscription + " was interrupted", trouble);
        try {
            session.recover();
        } catch (JMSException e) {
            log.log(Level.DEBUG, "The session cannot recover", e);
        }
        return subscription.setupInterval();
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public void close() {
        stop();
        boolean idle = false;
        try {
            idle = turn.tryLock(PATIENCE_WITH_BEANS.toMillis(), TimeUnit.MILLISECONDS);
            if (!idle) {
                log.log(
                        Level.WARNING,
                        "A bean of {0} is still at work; its message will be delivered again",
                        subscription);
            }
            session.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (JMSException e) {
            log.log(Level.DEBUG, "Closing a session failed", e);
        } finally {
            if (idle) {
                turn.unlock();
            }
        }
    }

    @Override
    public void release() {
        stop();
    }
}
