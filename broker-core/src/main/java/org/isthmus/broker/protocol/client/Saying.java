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

    /** Whether nobody waits until the broker has it. */
    boolean isUnawaited() {
        return type == ACCEPT && again;
    }

    long records() {
        return last - first + 1;
    }

    boolean givesBack() {
        return type == RELEASE || type == RELEASE_UNSEEN;
    }

    /**
     * The same, each with what may be said in one request. What goes back unseen is taken at once, though what lasts may be refused later, and the
     * request with it: said again, it would take from a member what that has been handed since.
     */
    static List<List<Saying>> requests(List<Saying> sayings) {
        var requests = new ArrayList<List<Saying>>();
        var request = new ArrayList<Saying>();
        boolean hasUnseen = false;
        boolean hasLasting = false;
        for (var next : sayings) {
            if ((next.isUnseen() && hasLasting) || (next.lasts() && hasUnseen)) {
                requests.add(request);
                request = new ArrayList<>();
                hasUnseen = false;
                hasLasting = false;
            }
            request.add(next);
            hasUnseen |= next.isUnseen();
            hasLasting |= next.lasts();
        }
        if (!request.isEmpty()) {
            requests.add(request);
        }
        return requests;
    }

    private boolean isUnseen() {
        return type == RELEASE_UNSEEN;
    }

    private boolean lasts() {
        return type != RELEASE_UNSEEN && type != SEEN;
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
