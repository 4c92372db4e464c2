package org.isthmus.jms;

import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.isthmus.broker.client.NameLease;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.ShareStream.Settlement;
import org.isthmus.broker.client.ShareStream.ShareDelivery;
import org.isthmus.broker.client.Transaction;
import org.isthmus.broker.common.BrokerException;
import org.jspecify.annotations.Nullable;

/**
 * A member of a share group that serves many workers at once, for application servers: each message is on {@link Loan} to it, and is settled by
 * itself and in any order. It takes only as many as it is asked for. Safe for use by many threads.
 */
public final class Intake implements AutoCloseable {
    private static final Duration LONGEST_POLL = Duration.ofSeconds(10);

    private final ShareStream stream;
    private final @Nullable NameLease lease;
    private final IsthmusDestination from;
    private final ReceivedForm form;
    private final Receiver receiver;
    private final AcknowledgementsUnderWay acknowledgements;
    private final InHand inHand;
    private volatile boolean closed;

    /** Told on a thread of the broker's client, so it must not wait. */
    public interface Receiver {
        /** What came of {@link #ask}, in the order of each partition; nothing where its time is up. */
        void arrived(List<Loan> loans);

        /** It came at some time, when a worker still had it of an earlier intake, who has left it now unsettled. */
        void left(Loan loan);

        /** Nothing comes any more. */
        void failed(JMSException cause);
    }

    Intake(Subscriptions.Part part, IsthmusDestination from, ReceivedForm form, InHand inHand, Receiver receiver) {
        stream = part.stream();
        lease = part.lease();
        this.from = from;
        this.form = form;
        this.inHand = inHand;
        this.receiver = receiver;
        acknowledgements = new AcknowledgementsUnderWay(stream);
    }

    /** Has at most so many messages come; not to be asked again before that is answered. Returns at once. */
    public void ask(int most) {
        if (!closed) {
            stream.poll(most, LONGEST_POLL).whenComplete(this::polled);
        }
    }

    private void polled(@Nullable List<ShareDelivery> deliveries, @Nullable Throwable refused) {
        if (closed) {
            if (deliveries != null) {
                say(Settlement.RELEASE_UNSEEN, deliveries);
            }
        } else if (deliveries == null) {
            receiver.failed(JmsErrors.failed(
                    "receiving from " + from, refused == null ? new IllegalStateException() : refused));
        } else {
            receiver.arrived(stillWanted(deliveries));
        }
    }

    /** Without what has expired, what was done with before a connection was lost, and what a worker has in hand since then. */
    private List<Loan> stillWanted(List<ShareDelivery> deliveries) {
        var nowMs = System.currentTimeMillis();
        var loans = new ArrayList<Loan>(deliveries.size());
        var done = new ArrayList<ShareDelivery>();
        for (var delivery : deliveries) {
            var loan = new Loan(delivery, 0, from, form);
            if (loan.isExpired(nowMs) || acknowledgements.wasDone(delivery)) {
                done.add(delivery);
            } else if (!inHand.comesAgain(delivery, this)) {
                loans.add(loan);
            }
        }
        var unused = acknowledgements.add(done);
        return loans;
    }

    /** Whether the message is still on loan: false once the connection that brought it is lost, because then it goes to somebody else. */
    public boolean holds(Loan loan) {
        return stream.holds(loan.delivery());
    }

    /**
     * A worker has them in hand now, until they are settled, are to come {@link #again} or are {@link #left}: should this intake be lost, that was a
     * delivery. Should only the connection be lost and the broker hand them out to this intake again, they stay that worker's.
     *
     * @return false where the connection was lost just now: they are on loan no more, and not to be worked at
     */
    public boolean seen(List<Loan> loans) {
        inHand.take(loans, this);
        // Looked at after that: what came again before is not known to be in hand, and may be somebody else's.
        if (!loans.stream().allMatch(this::holds)) {
            left(loans);
            return false;
        }
        say(Settlement.SEEN, of(loans));
        return true;
    }

    /** The worker has them no longer, whatever became of them: what came again meanwhile and was not settled is for others. */
    public void left(List<Loan> loans) {
        var cameAgain = new ArrayList<ShareDelivery>();
        for (var loan : loans) {
            var now = inHand.leave(loan, this);
            if (now.session() != loan.delivery().session()) {
                cameAgain.add(now);
            }
        }
        say(Settlement.RELEASE_UNSEEN, cameAgain);
    }

    /**
     * They are done with. The broker hears of it by and by, so this waits only while too many acknowledgements are on their way. What it cannot take
     * for now it is told again. One that comes too late for a lost connection is said again if this intake is handed the message again; another one
     * delivers it once more.
     */
    public void acknowledge(List<Loan> loans) throws JMSException {
        JmsErrors.await(acknowledgements.add(of(loans), () -> leave(loans)), "acknowledging messages of " + from);
    }

    /** They are done with; returns once that lasts. Fails where it came too late, and then they are delivered again. */
    void accept(List<Loan> loans) throws JMSException {
        settle(
                Settlement.ACCEPT,
                loans.stream().map(loan -> inHand.now(loan, this)).toList(),
                "acknowledging");
        leave(loans);
    }

    /** They are done with if the transaction commits, and else come again. Returns at once; it fails with what is refused, which is told. */
    void acceptIn(Transaction transaction, List<Loan> loans, Consumer<List<ShareDelivery>> onRefusal) {
        var unused = ShareSettlements.inRows(leave(loans), (row, lastOffset) -> transaction
                .acknowledge(stream, row.get(0), lastOffset)
                .whenComplete((done, refused) -> {
                    if (refused != null) {
                        onRefusal.accept(row);
                    }
                }));
    }

    /** The broker delivers them again, or gives them up where that was often enough. */
    public void release(List<Loan> loans) throws JMSException {
        var counted = new ArrayList<ShareDelivery>();
        var uncounted = new ArrayList<ShareDelivery>();
        for (var loan : loans) {
            var now = inHand.leave(loan, this);
            // What came again has been counted when its connection was lost.
            (now.deliveryCount() > loan.deliveryCount() ? uncounted : counted).add(now);
        }
        JmsErrors.await(
                () -> CompletableFuture.allOf(
                        ShareSettlements.settle(stream, counted, Settlement.RELEASE),
                        ShareSettlements.settle(stream, uncounted, Settlement.RELEASE_UNSEEN)),
                "giving back messages of " + from);
    }

    /** The same, once the broker has heard of it. */
    void releaseSoon(List<ShareDelivery> deliveries) {
        say(Settlement.RELEASE, deliveries);
    }

    /** The same message for one more delivery here. */
    public Loan again(Loan loan) {
        return loan.again(inHand.leave(loan, this));
    }

    /**
     * As {@link #releaseUnseen}, and so goes what has come and was not handed out yet; returns once others can have it, and earlier only where it had
     * gone back by itself, or the broker cannot take it now: then what is asked for brings nothing of it, or behind it, before it has. What was asked
     * for before and is not answered may still bring what lies behind.
     */
    public void returnUnseen(List<Loan> loans) throws JMSException {
        try {
            JmsErrors.await(stream::giveBackUnpolled, "giving back messages of " + from);
            settle(Settlement.RELEASE_UNSEEN, of(loans), "giving back");
        } catch (JMSException e) {
            if (!(e.getLinkedException() instanceof BrokerException)) {
                throw e;
            }
        }
    }

    /**
     * Where an order is kept, what is asked for from now on brings nothing that lies behind what transactions have acknowledged, and have not decided by
     * then, before that is settled or comes again. For who does not know how such a transaction ends: the broker does, in the end.
     */
    public void awaitUndecided() {
        stream.doubt();
    }

    /** What waited here for somebody who had it from an earlier intake. */
    void left(ShareDelivery delivery) {
        if (closed) {
            say(Settlement.RELEASE_UNSEEN, List.of(delivery));
        } else {
            receiver.left(new Loan(delivery, 0, from, form));
        }
    }

    /** Goes back as if nobody had had it. */
    public void releaseUnseen(List<Loan> loans) {
        say(Settlement.RELEASE_UNSEEN, of(loans));
    }

    /** They are given up: dead letters, or gone. */
    public void reject(List<Loan> loans) throws JMSException {
        settle(Settlement.REJECT, leave(loans), "giving up");
    }

    private void settle(Settlement settlement, List<ShareDelivery> deliveries, String what) throws JMSException {
        JmsErrors.await(() -> ShareSettlements.settle(stream, deliveries, settlement), what + " messages of " + from);
    }

    /** For what needs no answer: where it came too late, the broker has done the same by itself. */
    private void say(Settlement settlement, List<ShareDelivery> deliveries) {
        var unused = ShareSettlements.settle(stream, deliveries, settlement);
    }

    private List<ShareDelivery> leave(List<Loan> loans) {
        return loans.stream().map(loan -> inHand.leave(loan, this)).toList();
    }

    private static List<ShareDelivery> of(List<Loan> loans) {
        return loans.stream().map(Loan::delivery).toList();
    }

    /**
     * Leaves the group, and returns once others can have what is still on loan: as delivered where it was seen, else uncounted. What is
     * acknowledged by then is with the broker first, which hears all in its order.
     */
    @Override
    public void close() throws JMSException {
        closed = true;
        try {
            JmsErrors.await(stream.leave(), "leaving " + from);
        } finally {
            if (lease != null) {
                JmsErrors.await(lease.end(), "giving up the name of a subscription to " + from);
            }
        }
    }
}
