package org.isthmus.broker.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.record.LogRecord;

/**
 * A member of a share group: is handed records that nobody else of the group has, and says of each what became of it. What it holds stays
 * with it until it is settled, the stream is closed or the connection is lost; then it goes to others.
 *
 * <p>Used by one thread at a time, except {@link #close} and {@link #settle}, which any thread may call.
 */
public interface ShareStream extends AutoCloseable {
    /**
     * The next deliveries of one or more partitions, in the order of each: at least one if any come in time, else none. Only one poll may be
     * waiting at a time. Nothing is fetched without a poll, so a member that does not poll keeps nothing from others but what it was handed.
     * Fails with {@link org.isthmus.broker.common.BrokerException} where the topic is gone, the group refuses the member, the brokers stayed
     * out of reach for the client's request timeout, or the stream was closed.
     *
     * @param maxRecords most deliveries; at least 1
     */
    CompletionStage<List<ShareDelivery>> poll(int maxRecords, Duration maxWait);

    /**
     * After how many deliveries the group gives a record up, and whether it waits before it delivers one again: as the group has it, from when
     * the stream has joined on. For any thread.
     */
    Redelivery redelivery();

    record Redelivery(int maxDeliveries, boolean isDelayed) {}

    /** Whether the group has let this member in everywhere, so that from now on it misses nothing. For any thread. */
    boolean isJoined();

    /**
     * Says what became of deliveries in a row. Completes once the broker has it for good. Fails with {@code INVALID_RECORD_STATE} where a
     * delivery is not held any more, because the connection was lost since: it is handed out again, perhaps to this stream. Where the broker cannot
     * take it for now, as for want of replicas, it fails too, and all but {@code ACCEPT} and {@code SEEN} is said again until it is taken or the
     * delivery is not held any more; once more when the stream leaves. Until what is given back is taken, no poll brings what lies behind it.
     *
     * @param lastOffset offset of the last one, included
     */
    CompletionStage<Void> settle(ShareDelivery first, long lastOffset, Settlement settlement);

    /**
     * Gives back, uncounted, what no poll has handed out: what came for one that is over, and what may still come for it. For who gives back what
     * lies before that. Completes once the broker has what came or has refused it for now, and never fails: what a lost connection brought has gone
     * back by itself, and what is refused is said again.
     */
    CompletionStage<Void> giveBackUnpolled();

    /**
     * Says with the next poll that the caller does not know how a transaction ends in which it has acknowledged. From then on a stream that keeps
     * the order brings nothing that lies behind what is undecided by that time, until that is done or comes again. A lost connection says the same.
     */
    void doubt();

    /** Whether the stream still holds what it was handed in this delivery: false once the connection that brought it is lost. */
    boolean holds(ShareDelivery delivery);

    /** Runs a task after a while on a thread of the client, which it must not block; not at all where the client is closed by then. */
    void later(Duration delay, Runnable task);

    /** As {@link #close}; completes once the broker has let the member go, so that another one finds its place free. */
    CompletionStage<Void> leave();

    /** Gives back what is held: what was seen counts as a delivery, what was not goes back as if nobody had had it. */
    @Override
    void close();

    /** What became of a record that a member holds. */
    enum Settlement {
        /** It is processed and done with. Said once: who hears that the broker did not take it may say something else. */
        ACCEPT,
        /** It is processed and done with, whenever the broker can take that. */
        ACCEPT_EVENTUALLY,
        /** It was delivered, and is to be delivered again. */
        RELEASE,
        /** It was never delivered, and goes back uncounted. */
        RELEASE_UNSEEN,
        /** It can never be processed: dead letter, or archived. */
        REJECT,
        /** It was delivered just now, for the first time or once more, and stays with the member; that delivery counts. */
        SEEN
    }

    /**
     * A record on loan.
     *
     * @param deliveryCount which delivery this is, from 1
     * @param session the connection that brought it
     */
    record ShareDelivery(TopicPartition partition, LogRecord record, int deliveryCount, int session) {}
}
