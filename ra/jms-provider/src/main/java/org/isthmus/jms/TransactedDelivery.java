package org.isthmus.jms;

import jakarta.jms.JMSException;
import jakarta.jms.TransactionRolledBackException;
import java.util.ArrayList;
import java.util.List;
import javax.transaction.xa.XAResource;
import org.isthmus.broker.client.ShareStream.ShareDelivery;
import org.isthmus.broker.client.Transaction;

/**
 * The deliveries to one worker as part of its server's transactions. What the worker was handed is acknowledged when its transaction is about
 * to be prepared or committed, and no earlier: so what fails before stays on loan here, and is given back or kept as any other failure.
 *
 * <p>Its owner begins and ends a delivery; the server's manager steers what is between by any thread, hence the lock.
 */
public final class TransactedDelivery {
    /** What became of what was handed to the worker. */
    public enum Outcome {
        /** No transaction took part: it is still on loan. */
        OUTSIDE,
        /** It is done with. */
        COMMITTED,
        /** The transaction was rolled back before it was acknowledged: it is still on loan. */
        ROLLED_BACK,
        /** The transaction was rolled back after it was acknowledged: the broker has it, and hands it out again. */
        WITH_BROKER,
        /** It was acknowledged, and nobody here knows whether that was committed: the broker has it, and hands it out again if need be. */
        IN_DOUBT
    }

    private enum State {
        OUTSIDE,
        INSIDE,
        RETURNED,
        COMMITTED
    }

    /** What lies behind the messages that were handed out. */
    public interface Followers {
        /** The broker is about to take back what was acknowledged. Returns when nothing is here that must not overtake it. */
        void giveBack(List<Loan> acknowledged) throws JMSException;

        /** The broker has it again or will have, or it turned out to be done with. */
        void goOn();
    }

    private final Intake intake;
    private final Followers followers;
    private final IsthmusXAResource resource;
    private List<Loan> loans = List.of();
    private final List<ShareDelivery> notTaken = new ArrayList<>();
    private State state = State.OUTSIDE;
    private List<Loan> acknowledged = List.of();
    /** What the broker takes back, and whose followers are gone therefore. */
    private List<Loan> returning = List.of();

    TransactedDelivery(Intake intake, XaBranches branches, Followers followers) {
        this.intake = intake;
        this.followers = followers;
        resource = new IsthmusXAResource(new Worker(), branches);
    }

    /** For the server to enlist. */
    public XAResource xaResource() {
        return resource;
    }

    /** What is handed out next, before the server begins a transaction for it. */
    public synchronized void begin(List<Loan> handed) {
        loans = List.copyOf(handed);
        state = State.OUTSIDE;
        acknowledged = List.of();
    }

    /** After the server has ended the transaction, if there was one. */
    public synchronized Outcome end() {
        loans = List.of();
        return switch (state) {
            case OUTSIDE -> Outcome.OUTSIDE;
            case COMMITTED -> Outcome.COMMITTED;
            case RETURNED -> Outcome.WITH_BROKER;
            case INSIDE -> acknowledged.isEmpty() ? Outcome.ROLLED_BACK : Outcome.IN_DOUBT;
        };
    }

    private synchronized void enter(State next) {
        state = next;
    }

    private synchronized List<Loan> acknowledging() throws JMSException {
        if (loans.isEmpty()) {
            throw new TransactionRolledBackException("what was delivered has been taken back already");
        }
        acknowledged = loans;
        return loans;
    }

    private synchronized void stillHeld() {
        acknowledged = List.of();
    }

    private synchronized List<Loan> beginsToReturn() {
        returning = acknowledged;
        return returning;
    }

    private synchronized List<Loan> hasReturned() {
        var returned = returning;
        returning = List.of();
        return returned;
    }

    private final class Worker implements XaWorker {
        @Override
        public void enter(Transaction branch) {
            TransactedDelivery.this.enter(State.INSIDE);
        }

        @Override
        public void leave() {
            // Nothing is under way: it all happens in completing.
        }

        @Override
        public void completing(Transaction branch, boolean alone) throws JMSException {
            var all = acknowledging();
            if (alone) {
                acceptByThemselves(all);
            } else {
                intake.acceptIn(branch, all, TransactedDelivery.this::notTaken);
            }
        }

        /** The transaction consists of nothing else, so they need none. */
        private void acceptByThemselves(List<Loan> all) throws JMSException {
            try {
                intake.accept(all);
            } catch (JMSException e) {
                stillHeld(); // not all of them perhaps, but giving back what is not held does no harm
                throw e;
            }
        }

        @Override
        public void rollingBack() throws JMSException {
            var all = beginsToReturn();
            if (!all.isEmpty()) {
                followers.giveBack(all);
            }
        }

        @Override
        public void committed() {
            TransactedDelivery.this.enter(State.COMMITTED);
            if (!hasReturned().isEmpty()) {
                followers.goOn(); // it was to be rolled back, but an administrator had committed it
            }
        }

        @Override
        public void rolledBack() {
            giveBackWhatWasNotTaken();
            if (!hasReturned().isEmpty()) {
                TransactedDelivery.this.enter(State.RETURNED);
                followers.goOn();
            }
        }
    }

    private synchronized void notTaken(List<ShareDelivery> refused) {
        notTaken.addAll(refused);
    }

    /** A rollback does not give back what the transaction never had. */
    private void giveBackWhatWasNotTaken() {
        List<ShareDelivery> all;
        synchronized (this) {
            all = List.copyOf(notTaken);
            notTaken.clear();
        }
        intake.releaseSoon(all);
    }
}
