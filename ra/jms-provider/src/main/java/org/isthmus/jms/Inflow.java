package org.isthmus.jms;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.isthmus.broker.client.FetchedRecord;
import org.isthmus.broker.client.Transaction;
import org.jspecify.annotations.Nullable;

/**
 * What one consumer takes from the broker: records that are here already, and what became of those that were handed out. The session hands
 * out, acknowledges and recovers through it, whatever mechanism is behind. State is guarded by the session's lock; calls of the broker's
 * client are made without it, because their answers come back through it.
 */
interface Inflow {
    /** Told without the lock, on a thread of the broker's client. */
    interface Observer {
        void arrived();

        void failed(Throwable failure);
    }

    // With the lock.

    boolean hasNext();

    @Nullable
    Throwable failure();

    @Nullable
    FetchedRecord take();

    /** The record was not delivered after all, and is the next one again. */
    void putBack(FetchedRecord fetched);

    /** Which delivery of the record this is, from 1. */
    int deliveryCount(FetchedRecord fetched);

    boolean hasUnacknowledged();

    /** Everything that was handed out is done with, from the next {@link #commit} on. */
    void acknowledge();

    /** Whether nothing comes ahead, so that whoever receives has to ask. */
    boolean isAskedFirst();

    boolean isAsking();

    // Without the lock.

    /** Asks for one record now; the observer is told of the answer, also where there is none. */
    void ask(Duration longestWait);

    /** Has more records come if there are too few and they may come ahead. */
    void pump();

    /** The application has the record now: should this consumer be lost, that was a delivery. */
    void seen(FetchedRecord fetched);

    /** What follows when a listener has failed. */
    enum AfterFailure {
        /** It is delivered again, at once. */
        AGAIN,
        /** It has been given back or given up. */
        SETTLED,
        /** It counts as delivered, for want of a place where it would be found. */
        CONSUMED
    }

    /** The listener failed on the record that was handed out, at this attempt of this session, from 1. */
    AfterFailure failed(FetchedRecord fetched, int attempt);

    /** The record is not for the application, and done with. */
    void drop(FetchedRecord fetched);

    void recover();

    /** Everything that was handed out is done with if the transaction commits. */
    void acknowledge(Transaction transaction);

    /** The transaction in which everything was acknowledged was committed. */
    void committed();

    /** The transaction is to be rolled back: nothing may come meanwhile that is behind what will come back. Completes when nothing does. */
    CompletableFuture<@Nullable Void> rollingBack();

    /** The transaction was rolled back; what was acknowledged in it comes again. */
    void rolledBack();

    /** Makes acknowledgements last. Fails where one of them came too late. */
    CompletableFuture<@Nullable Void> commit();

    /** The commit that was asked for last, for who only must know that it has ended as well as it can. */
    CompletableFuture<@Nullable Void> latestCommit();

    /** Completes when few enough acknowledgements are on their way that more may follow; never fails. */
    CompletableFuture<@Nullable Void> commitsUnderWay();

    /** Takes nothing more; what was handed out can still be acknowledged. */
    void close();

    /** Gives back what was handed out and not acknowledged. Completes when others can have it. */
    CompletableFuture<@Nullable Void> abandon();
}
