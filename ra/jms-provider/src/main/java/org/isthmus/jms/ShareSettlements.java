package org.isthmus.jms;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.ShareStream.Settlement;
import org.isthmus.broker.client.ShareStream.ShareDelivery;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.jspecify.annotations.Nullable;

/** Says one thing of many records on loan: one call for each row of offsets that came together. */
final class ShareSettlements {
    private static final Duration SAY_AGAIN = Duration.ofSeconds(1);

    private ShareSettlements() {}

    /** Says it of one row. */
    interface Saying {
        CompletionStage<?> say(List<ShareDelivery> row, long lastOffset);
    }

    /** Fails with the first refusal; what was to leave the member is said on from there, until the broker takes it or has it back by itself. */
    static CompletableFuture<@Nullable Void> settle(
            ShareStream stream, Collection<ShareDelivery> deliveries, Settlement settlement) {
        return inRows(deliveries, (row, lastOffset) -> stream.settle(row.get(0), lastOffset, settlement)
                .whenComplete((done, refused) -> {
                    if (refused != null && leaves(settlement) && isRefusedForNow(refused)) {
                        stream.later(SAY_AGAIN, () -> sayAgain(stream, row, settlement));
                    }
                }));
    }

    /** What the broker cannot take, as while too few replicas are in sync, would else stay on loan to nobody as long as the connection lives. */
    private static void sayAgain(ShareStream stream, List<ShareDelivery> row, Settlement settlement) {
        if (stream.holds(row.get(0))) {
            var unused = settle(stream, row, settlement);
        }
    }

    private static boolean leaves(Settlement settlement) {
        return settlement == Settlement.RELEASE
                || settlement == Settlement.RELEASE_UNSEEN
                || settlement == Settlement.REJECT;
    }

    /** Whether the broker may take it later, from who has the records still. */
    static boolean isRefusedForNow(Throwable refused) {
        return refused instanceof BrokerException failure && failure.code() != ErrorCode.INVALID_RECORD_STATE;
    }

    static CompletableFuture<@Nullable Void> inRows(Collection<ShareDelivery> deliveries, Saying saying) {
        var answers = new ArrayList<CompletableFuture<?>>();
        var row = new ArrayList<ShareDelivery>();
        for (var delivery : deliveries) {
            if (!row.isEmpty() && !follows(row.get(row.size() - 1), delivery)) {
                answers.add(say(row, saying));
                row.clear();
            }
            row.add(delivery);
        }
        if (!row.isEmpty()) {
            answers.add(say(row, saying));
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new));
    }

    private static CompletableFuture<?> say(List<ShareDelivery> row, Saying saying) {
        var last = row.get(row.size() - 1);
        return saying.say(List.copyOf(row), last.record().offset()).toCompletableFuture();
    }

    private static boolean follows(ShareDelivery before, ShareDelivery next) {
        return before.session() == next.session()
                && before.partition().equals(next.partition())
                && before.record().offset() + 1 == next.record().offset();
    }
}
