package org.isthmus.broker.common;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is said, in a header, of a record that waited beside its partition before it got there: from which place on. A subscription that began behind
 * that place came after the record was sent (Jakarta Messaging §7.9). The partition is named with it, because records are copied with their
 * headers, and anywhere else the place means nothing.
 */
public record WaitMark(UUID topic, int partition) {
    public static final String HEADER = "jms.waited";

    /** How much it adds to a record at most. */
    public static final int MOST_BYTES = 100;

    /** Of a record that did not wait here: behind every place. */
    public static final long NO_PLACE = Long.MAX_VALUE;

    public String text(long place) {
        return topic + "/" + partition + "/" + place;
    }

    /** The place that a header names. */
    public long place(@Nullable String text) {
        var here = topic + "/" + partition + "/";
        if (text == null || !text.startsWith(here)) {
            return NO_PLACE;
        }
        try {
            return Long.parseLong(text.substring(here.length()));
        } catch (NumberFormatException writtenElsewhere) {
            return NO_PLACE;
        }
    }
}
