package org.isthmus.broker.server;

import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import org.isthmus.broker.coordinator.share.Interest;
import org.isthmus.broker.record.LogRecord;

/** What an interest means to a record. */
final class InterestFilters {
    private InterestFilters() {}

    static Predicate<LogRecord> of(Interest interest) {
        throw new UnsupportedOperationException("TODO");
    }
}
