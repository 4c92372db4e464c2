package org.isthmus.broker.server;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.isthmus.broker.coordinator.share.Interest;
import org.isthmus.broker.record.RecordCursor;
import org.isthmus.broker.selector.Selector;

/** What an interest means to a record, as docs/jms-mapping.md says where the fields of a message are. */
final class InterestFilters {
    private static final int MOST_REMEMBERED = 1_000;
    private static final Map<String, Selector> PARSED = new ConcurrentHashMap<>();

    private InterestFilters() {}

    /** Fails with {@link IllegalArgumentException} on a selector that cannot be read. */
    static Predicate<RecordCursor> of(Interest interest) {
        Predicate<RecordCursor> wanted = record -> true;
        if (interest.selector().isPresent()) {
            var selector = parse(interest.selector().get());
            wanted = record -> selector.matches(new MessageFields(record));
        }
        if (interest.excludedClient().isPresent()) {
            var excluded = interest.excludedClient().get();
            wanted = wanted.and(record -> !MessageFields.isFrom(record, excluded));
        }
        return wanted;
    }

    static Selector parse(String text) {
        var known = PARSED.get(text);
        if (known != null) {
            return known;
        }
        var parsed = Selector.parse(text);
        if (PARSED.size() < MOST_REMEMBERED) {
            PARSED.put(text, parsed);
        }
        return parsed;
    }
}
