package org.isthmus.jms;

import org.isthmus.broker.client.ShareStream.ShareDelivery;
import org.isthmus.broker.common.TopicPartition;

/**
 * Which record a delivery is of, whichever connection brought it. With the timestamp, because a topic that is deleted and made anew has the
 * same offsets for other records.
 */
record LoanKey(TopicPartition partition, long offset, long timestampMs) {
    static LoanKey of(ShareDelivery delivery) {
        return new LoanKey(
                delivery.partition(),
                delivery.record().offset(),
                delivery.record().timestampMs());
    }
}
