package org.isthmus.broker.protocol.handler;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The APIs that a broker serves, by key. Never changes. The answer to ApiVersions is made of it, so nothing is claimed that is not served. */
public final class HandlerTable {
    private final Map<Short, ApiHandler<?, ?>> byKey = new TreeMap<>();

    public HandlerTable(List<ApiHandler<?, ?>> handlers, ClusterIdentity identity) {
        handlers.forEach(this::add);
        add(new ApiVersionsHandler(this, identity));
    }

    private void add(ApiHandler<?, ?> handler) {
        if (byKey.put(handler.apiKey(), handler) != null) {
            throw new IllegalArgumentException("two handlers for API " + handler.apiKey());
        }
    }

    Optional<ApiHandler<?, ?>> handler(short apiKey) {
        return Optional.ofNullable(byKey.get(apiKey));
    }

    boolean serves(short apiKey, short version) {
        var handler = byKey.get(apiKey);
        return handler != null && version >= handler.minVersion() && version <= handler.maxVersion();
    }

    /** Whether clients have to say who they are before anything else is served. */
    boolean asksWhoComes() {
        return byKey.containsKey(SaslAuthenticateHandler.KEY);
    }

    Collection<ApiHandler<?, ?>> handlers() {
        return byKey.values();
    }
}
