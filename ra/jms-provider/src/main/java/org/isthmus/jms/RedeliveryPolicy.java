package org.isthmus.jms;

import java.util.Optional;
import org.isthmus.broker.client.ShareOptions;

/** What the broker does with messages that come back to a share group. */
record RedeliveryPolicy(int maxDeliveries, ShareOptions.Redelivery delays, Optional<String> deadLetterTopic) {
    /** As often as the broker can count. */
    static final int NO_END = Short.MAX_VALUE;

    /** Of a consumer that says nothing: a record that comes back is delivered at once, and never given up. */
    static final RedeliveryPolicy PATIENT =
            new RedeliveryPolicy(NO_END, ShareOptions.Redelivery.AT_ONCE, Optional.empty());
}
