package org.isthmus.broker.selector;

import org.jspecify.annotations.Nullable;

/** The header fields and properties of one message. */
@FunctionalInterface
public interface PropertySource {
    /** A {@link String}, {@link Boolean} or {@link Number} of the standard boxes; null where the message has no such property. */
    @Nullable
    Object value(String name);
}
