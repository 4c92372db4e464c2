package org.isthmus.broker.protocol.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.isthmus.broker.common.TopicPartition;

/**
 * What is to be said of records on loan whose offsets are in a row, and who wants to know that it was. Immutable.
 *
 * @param type an acknowledge type of Kafka, or from 100 on our own
 * @param again whether it is said again where the broker cannot take it; who wants to know hears of the first time
 */
record Saying(TopicPartition partition, long first, long last, byte type, boolean again, CompletableFuture<Void> done) {
    static final byte GAP = 0;
    static final byte ACCEPT = 1;
    static final byte RELEASE = 2;
    static final byte REJECT = 3;
    static final byte RELEASE_UNSEEN = 100;
    static final byte SEEN = 101;

    boolean givesBack() {
        return type == RELEASE || type == RELEASE_UNSEEN;
    }

    /** What is said of offsets in a row. */
    record Row(TopicPartition partition, long first, long last, byte type) {
        private boolean isFollowedBy(Saying next) {
            return type == next.type && last + 1 == next.first && partition.equals(next.partition);
        }

        private boolean isNothingBefore(Saying next) {
            return type == SEEN
                    && next.type == ACCEPT
                    && first == next.first
                    && last == next.last
                    && partition.equals(next.partition);
        }
    }

    /** The same in as few rows as can be: neighbours become one, and that a record was seen is not told where the next is that it is done with. */
    static List<Row> rows(List<Saying> sayings) {
        var rows = new ArrayList<Row>();
        for (var next : sayings) {
            if (!rows.isEmpty() && rows.get(rows.size() - 1).isNothingBefore(next)) {
                rows.remove(rows.size() - 1);
            }
            var last = rows.isEmpty() ? null : rows.get(rows.size() - 1);
            if (last != null && last.isFollowedBy(next)) {
                rows.set(rows.size() - 1, new Row(last.partition(), last.first(), next.last(), last.type()));
            } else {
                rows.add(new Row(next.partition(), next.first(), next.last(), next.type()));
            }
        }
        return rows;
    }
}
