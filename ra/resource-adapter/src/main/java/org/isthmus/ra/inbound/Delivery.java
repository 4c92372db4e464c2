package org.isthmus.ra.inbound;

import jakarta.jms.JMSException;
import jakarta.resource.spi.UnavailableException;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import jakarta.resource.spi.work.Work;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.isthmus.jms.Ahead;
import org.isthmus.jms.InHand;
import org.isthmus.jms.Intake;
import org.isthmus.jms.IsthmusManagedConnection;
import org.isthmus.jms.Loan;
import org.isthmus.jms.TransactedDelivery;
import org.isthmus.jms.TransactedDelivery.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Messages of a queue or a subscription on their way to beans, as many at once as {@code maxSession} whatever the number of partitions. Idle it holds no thread
 * and no bean: what arrives makes it ask the server for turns, and a turn ends after a bounded number of deliveries, so that beans share the
 * server's threads. What comes ahead is bounded, and no more is asked for while beans are slow.
 *
 * <p>A message is acknowledged after its bean has returned, or by the transaction that its container calls it in. Where the bean threw, or
 * its transaction rolled back, the message is delivered again after a delay: by the broker, to whoever is free, or, where its order is kept, by this delivery, before what follows it. After
 * {@code maxDeliveries} it is given up to the broker, which has the place for dead letters.
 *
 * <p>Invariant: while something in {@link Lanes} is ready and not every bean is at work, a turn is promised. Its monitor guards the lanes and
 * the counts, because the broker's client, the timer and the turns meet there; it is never held over a call to any of them.
 */
final class Delivery implements AutoCloseable, Intake.Receiver {
    private static final System.Logger log = System.getLogger(Delivery.class.getName());
    private static final int DELIVERIES_PER_TURN = 64;
    private static final Duration PATIENCE_WITH_BEANS = Duration.ofSeconds(10);
    private static final Duration ENDPOINT_NOT_READY = Duration.ofMillis(250);

    private final Subscription subscription;
    private final IsthmusManagedConnection connection;
    private final Intake intake;
    private final MessageEndpointFactory endpoints;
    private final ServerThreads threads;
    private final Consumer<JMSException> onFailure;
    private final Crew crew;
    private final Lanes lanes;
    private final Ahead ahead = new Ahead(System.nanoTime());
    private boolean asking;
    /** What was asked for may lie behind what the broker has taken back since. */
    private boolean isOvertaken;

    /** What the broker takes back, or may, nothing overtakes. */
    private final Overtaking overtaking = new Overtaking();

    /** Turns that are promised, under way, or waiting to go on. */
    private int turns;

    private int turnsUnderWay;
    /** When the batch that gathers goes to a bean even if it is not full; 0 while none gathers. */
    private long batchDueNanos;

    /** How often what lies behind goes back just now. */
    private int returning;

    private boolean stopped;

    Delivery(
            Subscription subscription,
            IsthmusManagedConnection connection,
            MessageEndpointFactory endpoints,
            ServerThreads threads,
            InHand inHand,
            Crew crew,
            Consumer<JMSException> onFailure)
            throws JMSException {
        this.subscription = subscription;
        this.connection = connection;
        this.endpoints = endpoints;
        this.threads = threads;
        this.onFailure = onFailure;
        this.crew = crew;
        lanes = new Lanes(subscription.ordering(), crew);
        intake = connection.openIntake(subscription.destination(), subscription.options(), inHand, this);
    }

    void begin() {
        askForMore();
    }

    // What arrives

    @Override
    public void arrived(List<Loan> loans) {
        boolean late;
        synchronized (this) {
            asking = false;
            late = stopped || returning > 0 || isOvertaken;
            isOvertaken = false;
            if (!late) {
                lanes.add(loans);
            }
        }
        if (late) {
            intake.releaseUnseen(loans);
        } else {
            callForBeans();
        }
        askForMore();
    }

    @Override
    public void left(Loan loan) {
        boolean late;
        synchronized (this) {
            late = stopped || returning > 0;
            if (!late) {
                lanes.insert(loan);
            }
        }
        if (late) {
            intake.releaseUnseen(List.of(loan));
        } else {
            callForBeans();
        }
    }

    @Override
    public void failed(JMSException cause) {
        onFailure.accept(cause);
    }

    private void askForMore() {
        int room;
        synchronized (this) {
            // Half of it at a time, lest every message cost a round trip.
            if (asking || stopped || returning > 0 || lanes.size() > ahead.size() / 2) {
                return;
            }
            room = ahead.next(subscription.leastAhead(), System.nanoTime()) - lanes.size();
            asking = room > 0;
        }
        if (room > 0) {
            intake.ask(room);
        }
    }

    /** For places and lanes that have become free, whoever had them. */
    void callForBeans() {
        int more;
        Gathered gathering = null;
        synchronized (this) {
            int others = crew.atWork() - turnsUnderWay;
            int free = stopped ? 0 : Math.max(0, subscription.maxSession() - turns - others);
            more = Math.min(free, ready(free));
            turns += more;
            if (free > 0 && more == 0) {
                gathering = beginToGather();
            }
        }
        for (int n = 0; n < more; n++) {
            threads.soon(new Turn());
        }
        if (gathering != null) {
            gathering.await();
        }
    }

    /** Turns that would find something to do. */
    private int ready(int limit) {
        var batch = subscription.batch();
        if (batch == null) {
            return lanes.ready(limit);
        }
        int full = lanes.size() / batch.maxSize();
        return Math.min(lanes.ready(limit), full > 0 || !isBatchDue() ? full : 1);
    }

    private boolean isBatchDue() {
        var batch = subscription.batch();
        return batch != null
                && lanes.size() > 0
                && (batch.timeout().isZero()
                        || lanes.beginsWithRepeated()
                        || (batchDueNanos != 0 && System.nanoTime() - batchDueNanos >= 0));
    }

    /** What is to wait for the batch to get full, where nothing waits for that yet. */
    private @Nullable Gathered beginToGather() {
        var batch = subscription.batch();
        if (batch == null || batchDueNanos != 0 || lanes.ready(1) == 0) {
            return null;
        }
        batchDueNanos = System.nanoTime() + batch.timeout().toNanos();
        return new Gathered(batchDueNanos);
    }

    // Turns

    private final class Gathered implements Work {
        private final long dueNanos;

        private Gathered(long dueNanos) {
            this.dueNanos = dueNanos;
        }

        private void await() {
            threads.later(
                    Duration.ofNanos(Math.max(0, dueNanos - System.nanoTime())).plusMillis(1), this);
        }

        @Override
        public void run() {
            // A timer counts milliseconds of a clock that may be set: where it is early, nobody would look again.
            if (dueNanos - System.nanoTime() > 0) {
                await();
            } else {
                callForBeans();
            }
        }

        @Override
        public void release() {
            stop();
        }
    }

    private final class Turn implements Work {
        @Override
        public void run() {
            if (!begins()) {
                return;
            }
            var wait = Duration.ZERO;
            try {
                wait = take();
            } catch (RuntimeException | Error e) {
                // Out of the container's own calls around the bean. The promise must not be lost with this turn.
                log.log(Level.WARNING, "A turn of " + subscription + " failed; another follows", e);
                wait = subscription.setupInterval();
            } finally {
                ended(wait.isZero());
            }
            if (isStopped()) {
                crew.passOn();
            } else if (wait.isZero()) {
                callForBeans();
            } else {
                threads.later(wait, this);
            }
        }

        @Override
        public void release() {
            stop();
        }
    }

    private synchronized boolean begins() {
        if (stopped) {
            turns--;
            return false;
        }
        turnsUnderWay++;
        crew.begins();
        return true;
    }

    private synchronized void ended(boolean forGood) {
        turnsUnderWay--;
        crew.ended();
        if (forGood) {
            turns--;
        }
        notifyAll();
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    /** Answers how long to wait before this turn goes on; zero where it has ended. */
    private Duration take() {
        try (var bean = Recipient.open(endpoints, this::transaction, subscription.batch() != null)) {
            for (int n = 0; n < DELIVERIES_PER_TURN; n++) {
                var loans = next();
                // Also where there are none: what waited may have gone with its connection, and nobody else would ask.
                askForMore();
                if (loans.isEmpty() || !deliver(loans, bean)) {
                    break;
                }
            }
            return Duration.ZERO;
        } catch (UnavailableException e) {
            log.log(Level.DEBUG, "No bean is ready for {0}", subscription);
            return ENDPOINT_NOT_READY;
        }
    }

    private synchronized List<Loan> next() {
        var batch = subscription.batch();
        if (stopped || (batch != null && lanes.size() < batch.maxSize() && !isBatchDue())) {
            return List.of();
        }
        var taken = lanes.take(subscription.messagesAtOnce(), intake::holds);
        ahead.took(taken.size());
        batchDueNanos = 0;
        return taken;
    }

    /** Answers whether the bean may have more: not where its transaction is still to end, which would be taken for the end of the next. */
    private boolean deliver(List<Loan> loans, Recipient bean) {
        if (!intake.seen(loans)) {
            done(loans);
            return true;
        }
        boolean settled = true;
        try {
            var received = bean.receive(loans);
            settled = switch (received.outcome()) {
                case OUTSIDE -> received.failure() == null ? accepted(loans) : refused(loans, received.failure());
                case COMMITTED -> true;
                case ROLLED_BACK -> refused(loans, received.failure());
                case WITH_BROKER -> {
                    log.log(
                            Level.WARNING,
                            "The transaction of a bean of " + subscription
                                    + " was rolled back; what it had received comes again: " + loans,
                            received.failure());
                    yield true;
                }
                case IN_DOUBT -> {
                    log.log(
                            Level.WARNING,
                            "The transaction of a bean of " + subscription
                                    + " was not committed; what it had received comes"
                                    + " again, unless its manager commits it after all: " + loans,
                            received.failure());
                    standBack(loans);
                    yield true;
                }
            };
            return received.outcome() != Outcome.WITH_BROKER && received.outcome() != Outcome.IN_DOUBT;
        } finally {
            intake.left(loans);
            if (settled) {
                done(loans);
            }
        }
    }

    private boolean accepted(List<Loan> loans) {
        try {
            intake.acknowledge(loans);
        } catch (JMSException e) {
            log.log(Level.WARNING, "What a bean received of " + subscription + " may be delivered again: " + loans, e);
        }
        return true;
    }

    private TransactedDelivery transaction() {
        return connection.transacted(intake, overtaking);
    }

    private void standBack(List<Loan> inDoubt) {
        try {
            overtaking.giveBack(inDoubt);
        } catch (JMSException e) {
            log.log(
                    Level.WARNING,
                    "What follows in " + subscription + " may come before what is in doubt: " + inDoubt,
                    e);
        } finally {
            overtaking.goOn();
        }
    }

    /**
     * What the broker takes back comes again before what is behind it, so where an order is kept that must not be here meanwhile. The broker, which alone knows
     * how every transaction ends, hands out what is behind when it is time.
     */
    private final class Overtaking implements TransactedDelivery.Followers {
        @Override
        public void giveBack(List<Loan> acknowledged) throws JMSException {
            List<Loan> unseen;
            List<Loan> behind;
            synchronized (Delivery.this) {
                if (subscription.ordering() == Subscription.Ordering.NONE) {
                    return;
                }
                returning++;
                isOvertaken |= asking;
                unseen = lanes.takeUnseen();
                behind = lanes.takeBehind(acknowledged);
            }
            intake.returnUnseen(unseen);
            tellUnlessLost(behind, intake::release);
        }

        @Override
        public void goOn() {
            if (subscription.ordering() == Subscription.Ordering.NONE) {
                return;
            }
            intake.awaitUndecided();
            synchronized (Delivery.this) {
                returning--;
            }
            askForMore();
        }
    }

    private synchronized void done(List<Loan> loans) {
        lanes.done(loans);
    }

    /** The bean did not accept them: whether that is settled with the broker. */
    private boolean refused(List<Loan> loans, @Nullable Throwable failure) {
        int most = subscription.options().maxDeliveries();
        var given = loans.stream()
                .filter(loan -> most >= 0 && loan.deliveryCount() >= most)
                .toList();
        var again = loans.stream().filter(loan -> !given.contains(loan)).toList();
        if (!given.isEmpty()) {
            log.log(Level.ERROR, "A bean of " + subscription + " failed; it was the last delivery: " + given, failure);
        }
        if (!again.isEmpty()) {
            log.log(Level.WARNING, "A bean of " + subscription + " failed; to be delivered again: " + again, failure);
        }
        var wait = again.isEmpty()
                ? Duration.ZERO
                : subscription.options().delayAfter(again.get(0).deliveryCount());
        boolean here = again.stream().anyMatch(lanes::keepsOrder);
        tellUnlessLost(given, intake::reject);
        tellUnlessLost(here ? List.of() : again, intake::release);
        if (here) {
            // Those without a key are among them only where they shared a batch with others.
            threads.later(
                    wait, new Again(loans, again.stream().map(intake::again).toList()));
        }
        return !here;
    }

    private interface Telling {
        void of(List<Loan> loans) throws JMSException;
    }

    private void tellUnlessLost(List<Loan> loans, Telling telling) {
        try {
            telling.of(loans);
        } catch (JMSException e) {
            log.log(
                    Level.DEBUG,
                    "The broker has taken back already, or is told again, what a bean of " + subscription + " refused",
                    e);
        }
    }

    /** The lanes of {@code loans} are free again, and begin with these. */
    private final class Again implements Work {
        private final List<Loan> loans;
        private final List<Loan> again;

        private Again(List<Loan> loans, List<Loan> again) {
            this.loans = loans;
            this.again = again;
        }

        @Override
        public void run() {
            synchronized (Delivery.this) {
                lanes.done(loans);
                if (!stopped) {
                    lanes.again(again);
                }
            }
            if (isStopped()) {
                crew.passOn();
            } else {
                callForBeans();
            }
        }

        @Override
        public void release() {
            stop();
        }
    }

    // The end

    /** No message is begun after this. */
    void stop() {
        List<Loan> unseen;
        synchronized (this) {
            stopped = true;
            unseen = lanes.takeUnseen();
        }
        intake.releaseUnseen(unseen);
    }

    /** Stops, and waits a bounded time for the beans at work, so that what they have done gets acknowledged. */
    @Override
    public void close() {
        stop();
        try {
            if (!awaitTurns()) {
                log.log(
                        Level.WARNING,
                        "Beans of {0} are still at work; their messages will be delivered again",
                        subscription);
            }
            intake.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (JMSException e) {
            log.log(Level.DEBUG, "Leaving " + subscription + " failed", e);
        }
    }

    private synchronized boolean awaitTurns() throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_WITH_BEANS.toNanos();
        while (turnsUnderWay > 0) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }
}
