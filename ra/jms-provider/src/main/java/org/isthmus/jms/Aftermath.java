package org.isthmus.jms;

import java.util.LinkedHashMap;
import java.util.Map;
import org.isthmus.broker.client.ShareStream.ShareDelivery;

/**
 * What a consumer knows better than the broker after a lost connection: which records it had handed out already, and which it is done with
 * although the broker may not have heard so. The newest four thousand; of the others the broker's word counts. Guarded by the session's lock.
 */
final class Aftermath {
    private static final int MOST = 4_000;

    /** Acknowledgements that may be on their way: all of them are remembered should they go down with their connection. */
    static final int MOST_UNANSWERED = MOST / 2;

    private static final int DONE = 0;

    /** How often it was delivered, or that it is done with. */
    private final Map<LoanKey, Integer> known = new LinkedHashMap<>();

    void done(ShareDelivery delivery) {
        put(delivery, DONE);
    }

    void delivered(ShareDelivery delivery, int count) {
        put(delivery, count);
    }

    private void put(ShareDelivery delivery, int value) {
        var key = LoanKey.of(delivery);
        known.remove(key);
        known.put(key, value);
        if (known.size() > MOST) {
            known.remove(known.keySet().iterator().next());
        }
    }

    boolean isDone(ShareDelivery delivery) {
        var value = known.get(LoanKey.of(delivery));
        return value != null && value == DONE;
    }

    /** Deliveries of this record that the broker has not counted. */
    int uncounted(ShareDelivery delivery) {
        var value = known.get(LoanKey.of(delivery));
        return value == null ? 0 : Math.max(0, value + 1 - delivery.deliveryCount());
    }

    void forget(ShareDelivery delivery) {
        known.remove(LoanKey.of(delivery));
    }
}
