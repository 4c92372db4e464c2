package org.isthmus.ra.inbound;

import jakarta.jms.JMSException;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import jakarta.resource.spi.work.Work;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.isthmus.jms.InHand;
import org.isthmus.jms.IsthmusConnectionFactory;
import org.jspecify.annotations.Nullable;

/**
 * One activated message-driven bean, from its activation to its deactivation, through every loss of the broker between.
 *
 * <pre>
 *   start → connecting ⇄ attached → closed
 *               └→ given up (setupAttempts used) → closed
 * </pre>
 *
 * <p>Connecting blocks, so it happens on threads of the server, one at a time; no thread is held while attached and idle. Fields are guarded
 * by the activation's own lock, because the server, the broker's client and the connecting thread come to it on their own.
 */
public final class Activation implements AutoCloseable {
    private static final System.Logger log = System.getLogger(Activation.class.getName());

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    private final Subscription subscription;
    private final IsthmusConnectionFactory connections;
    private final MessageEndpointFactory endpoints;
    private final ServerThreads threads;
    /** Beans may still be at work at what an attachment brought that is lost. */
    private final InHand inHand = new InHand();

    private final Crew crew = new Crew(this::callForBeans);

    private @Nullable Attachment attachment;
    private int failedAttempts;
    private boolean connecting;
    /** What was connected was lost before the attempt had ended. */
    private boolean lostMeanwhile;

    private boolean closed;

    public Activation(
            Subscription subscription,
            IsthmusConnectionFactory connections,
            MessageEndpointFactory endpoints,
            ServerThreads threads) {
        this.subscription = subscription;
        this.connections = connections;
        this.endpoints = endpoints;
        this.threads = threads;
    }

    /** Begins to connect; returns at once, because the server may hand out endpoints only after this. */
    public void start() {
        threads.soon(new Connect());
    }

    /**
     * Ends it; waits a bounded time for beans that are at work, so that what they have done gets acknowledged, and for an attempt to connect, which
     * would keep an embedded broker a little longer than its adapter.
     */
    @Override
    public void close() {
        Attachment ending;
        synchronized (this) {
            closed = true;
            awaitConnecting();
            ending = attachment;
            attachment = null;
        }
        var end = System.nanoTime() + LONGEST_WAIT.toNanos();
        if (ending != null) {
            ending.close();
        }
        awaitBeans(end);
    }

    /** Also those of attachments that were lost. */
    private void awaitBeans(long endNanos) {
        try {
            if (!crew.awaitNone(endNanos)) {
                log.log(Level.WARNING, "Deactivated {0} while beans of it are still at work", subscription);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void callForBeans() {
        Attachment current;
        synchronized (this) {
            current = attachment;
        }
        if (current != null) {
            current.callForBeans();
        }
    }

    private void awaitConnecting() {
        var end = System.nanoTime() + LONGEST_WAIT.toNanos();
        while (connecting) {
            var left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return;
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void connect() {
        if (!beginsToConnect()) {
            return;
        }
        Duration wait = null;
        boolean atOnce;
        try {
            wait = connectAgain();
        } finally {
            atOnce = hasConnected();
        }
        // Not while this attempt is under way: the next one would leave it at that, and nobody would try any more.
        if (atOnce) {
            threads.soon(new Connect());
        } else if (wait != null) {
            threads.later(wait, new Connect());
        }
    }

    private synchronized boolean beginsToConnect() {
        if (closed || connecting) {
            return false;
        }
        connecting = true;
        lostMeanwhile = false;
        return true;
    }

    /** Answers whether to connect again at once. */
    private synchronized boolean hasConnected() {
        connecting = false;
        notifyAll();
        return lostMeanwhile && !closed;
    }

    /** Answers how long to wait before the next attempt; null where none is due. */
    private @Nullable Duration connectAgain() {
        try {
            var lost = takeAttachment();
            if (lost != null) {
                lost.close();
            }
            var opened = Attachment.open(subscription, connections, endpoints, threads, inHand, crew, this::lost);
            if (attach(opened)) {
                opened.begin();
                log.log(Level.INFO, "Receiving from {0}", subscription);
            } else {
                opened.close();
            }
            return null;
        } catch (JMSException | RuntimeException | Error e) {
            return failed(e); // whatever it is: nobody else would try again, and beans would get nothing any more
        }
    }

    private synchronized @Nullable Attachment takeAttachment() {
        var taken = attachment;
        attachment = null;
        return taken;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** Whether nobody connects who would have to know of it. */
    private synchronized boolean mayConnectAtOnce() {
        lostMeanwhile = connecting;
        return !connecting;
    }

    private synchronized boolean attach(Attachment opened) {
        if (closed) {
            return false;
        }
        attachment = opened;
        failedAttempts = 0;
        return true;
    }

    /** Comes from a thread of the broker's client, which must not wait: closing and connecting is for a thread of the server. */
    private void lost(JMSException cause) {
        if (!isClosed()) {
            log.log(Level.WARNING, "Lost the broker of " + subscription + "; connecting again", cause);
            if (mayConnectAtOnce()) {
                threads.soon(new Connect());
            }
        }
    }

    private synchronized @Nullable Duration failed(Throwable cause) {
        failedAttempts++;
        lostMeanwhile = false;
        if (closed) {
            return null;
        }
        if (subscription.setupAttempts() >= 0 && failedAttempts >= subscription.setupAttempts()) {
            log.log(
                    Level.ERROR,
                    "Cannot receive from " + subscription + "; gave up after attempt " + failedAttempts
                            + " (setupAttempts). Deploy the application again to begin anew",
                    cause);
            return null;
        }
        log.log(
                Level.WARNING,
                "Cannot receive from " + subscription + " yet; trying again in "
                        + subscription.setupInterval().toMillis() + " ms",
                cause);
        return subscription.setupInterval();
    }

    private final class Connect implements Work {
        @Override
        public void run() {
            connect();
        }

        @Override
        public void release() {
            // Connecting is bounded by the client's own deadlines; closing the activation ends it.
        }
    }
}
