package org.isthmus.broker.client;

import java.util.List;

/**
 * What was seen of a stretch of a partition.
 *
 * @param next the first offset that was not looked at
 * @param records in order
 */
public record Browsed(long next, List<FetchedRecord> records) {
    public Browsed {
        records = List.copyOf(records);
    }
}
