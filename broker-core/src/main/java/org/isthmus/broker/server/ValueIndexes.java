package org.isthmus.broker.server;

import java.util.LinkedHashMap;
import java.util.Map;

/** The indexes of a broker: those that were asked for last. Safe for use by many threads. */
final class ValueIndexes {
    /** Each of at most two megabytes. */
    private static final int MOST = 16;

    private record Key(PartitionRecords records, String property) {}

    private final Map<Key, ValueIndex> indexes = new LinkedHashMap<>(MOST, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, ValueIndex> eldest) {
            return size() > MOST;
        }
    };

    /** Of a property in the records of a partition, for as long as it is led without interruption. */
    synchronized ValueIndex of(PartitionRecords records, String property) {
        return indexes.computeIfAbsent(new Key(records, property), key -> new ValueIndex());
    }
}
