package org.isthmus.jms;

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
    private ShareSettlements() {}

    /** Says it of one row. */
    interface Saying {
        CompletionStage<?> say(List<ShareDelivery> row, long lastOffset);
    }

    /** Fails with the first refusal. */
    static CompletableFuture<@Nullable Void> settle(
            ShareStream stream, Collection<ShareDelivery> deliveries, Settlement settlement) {
        return inRows(deliveries, (row, lastOffset) -> stream.settle(row.get(0), lastOffset, settlement));
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
