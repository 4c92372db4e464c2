package org.isthmus.jms;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.ShareStream.Settlement;
import org.isthmus.broker.client.ShareStream.ShareDelivery;
import org.jspecify.annotations.Nullable;

/**
 * Acknowledgements that nobody waits for. So many may be on their way that a worker seldom waits for the broker's disk, and few enough that all
 * those which go down with a connection are remembered: what comes again of them was worked at already, so it is acknowledged again instead.
 * Locked, because workers acknowledge by many threads and the broker's client answers by its own.
 */
final class AcknowledgementsUnderWay {
    private final ShareStream stream;
    private final Aftermath aftermath = new Aftermath();
    /** What is said to be done with, or is about to be, and by which session's delivery it was worked at. */
    private final Map<LoanKey, Integer> unanswered = new HashMap<>();

    private int underWay;
    private CompletableFuture<@Nullable Void> room = CompletableFuture.completedFuture(null);

    AcknowledgementsUnderWay(ShareStream stream) {
        this.stream = stream;
    }

    /** Says that they are done with; completes when few enough are on their way that more may follow, and never fails. */
    CompletableFuture<@Nullable Void> add(List<ShareDelivery> deliveries) {
        return add(deliveries, () -> deliveries);
    }

    /**
     * The same of what a worker has in hand.
     *
     * @param leave takes them out of the worker's hand, and answers by which deliveries they are on loan. Not earlier: what came again of them in
     *     between would be nobody's.
     */
    CompletableFuture<@Nullable Void> add(List<ShareDelivery> workedAt, Supplier<List<ShareDelivery>> leave) {
        CompletableFuture<@Nullable Void> untilRoom;
        synchronized (this) {
            workedAt.forEach(delivery -> unanswered.put(LoanKey.of(delivery), delivery.session()));
            underWay += workedAt.size();
            if (underWay >= Aftermath.MOST_UNANSWERED && room.isDone()) {
                room = new CompletableFuture<>();
            }
            untilRoom = room;
        }
        var unused = ShareSettlements.inRows(
                leave.get(), (row, lastOffset) -> stream.settle(row.get(0), lastOffset, Settlement.ACCEPT_EVENTUALLY)
                        .whenComplete((done, notTaken) -> answered(row, notTaken != null)));
        return untilRoom;
    }

    /** @param notTaken or not yet: should the connection be lost before that, it comes again */
    private void answered(List<ShareDelivery> row, boolean notTaken) {
        CompletableFuture<@Nullable Void> nowFree = null;
        synchronized (this) {
            underWay -= row.size();
            row.forEach(delivery -> unanswered.remove(LoanKey.of(delivery)));
            if (notTaken) {
                row.forEach(aftermath::done);
            }
            if (underWay < Aftermath.MOST_UNANSWERED) {
                nowFree = room;
            }
        }
        if (nowFree != null) {
            nowFree.complete(null);
        }
    }

    /**
     * Whether it was done with before, and the broker did not take the acknowledgement of that, or cannot, as the session is lost by which it is under
     * way. Answered once: it is the caller's to acknowledge again.
     */
    synchronized boolean wasDone(ShareDelivery delivery) {
        var session = unanswered.get(LoanKey.of(delivery));
        boolean done = aftermath.isDone(delivery) || (session != null && session != delivery.session());
        if (done) {
            aftermath.forget(delivery);
        }
        return done;
    }
}
