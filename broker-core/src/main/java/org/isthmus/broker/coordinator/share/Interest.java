package org.isthmus.broker.coordinator.share;

import java.util.Optional;

/**
 * Which records somebody wants: those that a selector matches, and none that came from a client of this name.
 *
 * @param selector a conditional expression of Jakarta Messaging §3.8.1
 * @param excludedClient the client whose records are left out ({@code noLocal})
 */
public record Interest(Optional<String> selector, Optional<String> excludedClient) {
    public static final Interest EVERYTHING = new Interest(Optional.empty(), Optional.empty());

    public boolean isEverything() {
        return equals(EVERYTHING);
    }
}
