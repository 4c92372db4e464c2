package org.isthmus.jms;

import org.jspecify.annotations.Nullable;

/**
 * What tells a subscription from others: its name, and the client identifier of who made it, if there is one. Durable ones, shared or not, share
 * one space of names; shared ones that are not durable have another (§8.3).
 */
record SubscriptionName(@Nullable String clientId, String name, boolean isDurable) {
    /** The share group that the subscription is. */
    String group() {
        return (isDurable ? "jms/" : "jms-shared/") + escaped(clientId == null ? "" : clientId) + "/" + escaped(name);
    }

    private static String escaped(String part) {
        return part.replace("%", "%25").replace("/", "%2F");
    }

    @Override
    public String toString() {
        return clientId == null ? name : name + " of " + clientId;
    }
}
