package org.isthmus.jms;

import jakarta.jms.InvalidClientIDException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The client identifiers that connections of this JVM have, each at one broker; no two connections may share one (§6.1.2). */
final class ClientIds {
    private static final Set<ClientIds.Taken> TAKEN = ConcurrentHashMap.newKeySet();

    private ClientIds() {}

    record Taken(String broker, String clientId) {
        void release() {
            TAKEN.remove(this);
        }
    }

    static Taken take(String broker, @Nullable String clientId) throws InvalidClientIDException {
        if (clientId == null || clientId.isEmpty()) {
            throw new InvalidClientIDException("a client identifier is not empty");
        }
        var taken = new Taken(broker, clientId);
        if (!TAKEN.add(taken)) {
            throw new InvalidClientIDException("another connection has this client identifier: " + clientId);
        }
        return taken;
    }
}
