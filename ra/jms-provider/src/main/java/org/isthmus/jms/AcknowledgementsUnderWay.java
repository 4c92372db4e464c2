package org.isthmus.jms;

import java.util.List;
import java.util.concurrent.CompletableFuture;
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
    /** Fewer than the aftermath remembers. */
    private static final int MOST = 500;

    private final ShareStream stream;
    private final Aftermath aftermath = new Aftermath();
    private int underWay;
    private CompletableFuture<@Nullable Void> room = CompletableFuture.completedFuture(null);

    AcknowledgementsUnderWay(ShareStream stream) {
        this.stream = stream;
    }

    /** Says that they are done with; completes when few enough are on their way that more may follow, and never fails. */
    CompletableFuture<@Nullable Void> add(List<ShareDelivery> deliveries) {
        CompletableFuture<@Nullable Void> untilRoom;
        synchronized (this) {
            underWay += deliveries.size();
            if (underWay >= MOST && room.isDone()) {
                room = new CompletableFuture<>();
            }
            untilRoom = room;
        }
        var unused = ShareSettlements.inRows(
                deliveries, (row, lastOffset) -> stream.settle(row.get(0), lastOffset, Settlement.ACCEPT_EVENTUALLY)
                        .whenComplete((done, notTaken) -> answered(row, notTaken != null)));
        return untilRoom;
    }

    /** @param notTaken or not yet: should the connection be lost before that, it comes again */
    private void answered(List<ShareDelivery> row, boolean notTaken) {
        CompletableFuture<@Nullable Void> nowFree = null;
        synchronized (this) {
            underWay -= row.size();
            if (notTaken) {
                row.forEach(aftermath::done);
            }
            if (underWay < MOST) {
                nowFree = room;
            }
        }
        if (nowFree != null) {
            nowFree.complete(null);
        }
    }

    /** Whether it was done with before, and the broker did not take the acknowledgement of that. Answered once: it is the caller's to acknowledge again. */
    synchronized boolean wasDone(ShareDelivery delivery) {
        boolean done = aftermath.isDone(delivery);
        if (done) {
            aftermath.forget(delivery);
        }
        return done;
    }
}
