package org.isthmus.broker.server;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.broker.coordinator.share.Interest;
import org.isthmus.broker.record.RecordCursor;
import org.isthmus.broker.selector.PropertySource;
import org.isthmus.broker.selector.Required;
import org.isthmus.broker.selector.Selector;
import org.jspecify.annotations.Nullable;

/** What an interest means to a record, as docs/jms-mapping.md says where the fields of a message are. */
final class InterestFilter {
    private static final int MOST_REMEMBERED = 1_000;
    private static final Map<String, Selector> PARSED = new ConcurrentHashMap<>();

    private final @Nullable Selector selector;
    private final @Nullable String excludedClient;

    private InterestFilter(@Nullable Selector selector, @Nullable String excludedClient) {
        this.selector = selector;
        this.excludedClient = excludedClient;
    }

    /** Fails with {@link IllegalArgumentException} on a selector that cannot be read. */
    static InterestFilter of(Interest interest) {
        return new InterestFilter(
                interest.selector().map(InterestFilter::parse).orElse(null),
                interest.excludedClient().orElse(null));
    }

    private static Selector parse(String text) {
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

    boolean coversEverything() {
        return selector == null && excludedClient == null;
    }

    /** Of a record, and of what the message in it says. */
    boolean covers(RecordCursor record, PropertySource message) {
        return (selector == null || selector.matches(message))
                && (excludedClient == null || !MessageFields.isFrom(record, excludedClient));
    }

    /** What each record that is covered says, where its selector asks for that. */
    Optional<Required> required() {
        return selector == null ? Optional.empty() : selector.required();
    }
}
