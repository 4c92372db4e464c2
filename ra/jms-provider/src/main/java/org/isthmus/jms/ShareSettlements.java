package org.isthmus.jms;

import java.util.ArrayList;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.ShareStream.Settlement;
import org.isthmus.broker.client.ShareStream.ShareDelivery;
import org.jspecify.annotations.Nullable;

/** Says one thing of many records on loan: one call for each row of offsets that came together. */
final class ShareSettlements {
    private ShareSettlements() {}

    static CompletableFuture<@Nullable Void> settle(
            ShareStream stream, Collection<ShareDelivery> deliveries, Settlement settlement) {
        var answers = new ArrayList<CompletableFuture<?>>();
        ShareDelivery first = null;
        ShareDelivery last = null;
        for (var delivery : deliveries) {
            if (first != null && last != null && !follows(last, delivery)) {
                answers.add(
                        stream.settle(first, last.record().offset(), settlement).toCompletableFuture());
                first = null;
            }
            first = first == null ? delivery : first;
            last = delivery;
        }
        if (first != null && last != null) {
            answers.add(stream.settle(first, last.record().offset(), settlement).toCompletableFuture());
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new));
    }

    private static boolean follows(ShareDelivery before, ShareDelivery next) {
        return before.session() == next.session()
                && before.partition().equals(next.partition())
                && before.record().offset() + 1 == next.record().offset();
    }
}
