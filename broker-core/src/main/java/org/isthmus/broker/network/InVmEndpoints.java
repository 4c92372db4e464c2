package org.isthmus.broker.network;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.isthmus.broker.runtime.EventLoop;

/** Listens on and connects to names inside the JVM. The names are shared by all transports; what a transport opened ends with it. */
final class InVmEndpoints {
    private static final ConcurrentMap<Endpoint.InVm, Listener> LISTENERS = new ConcurrentHashMap<>();

    private final TransportConfig config;
    private final Set<InVmConnection> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    InVmEndpoints(TransportConfig config) {
        this.config = config;
    }

    CompletionStage<Endpoint> bind(Endpoint.InVm name, Function<Connection, ConnectionHandler> accept) {
        var listener = new Listener(this, accept);
        if (LISTENERS.putIfAbsent(name, listener) != null) {
            return CompletableFuture.failedFuture(
                    new IOException("cannot listen on " + name + ": somebody in this JVM does already"));
        }
        if (closed) {
            LISTENERS.remove(name, listener);
            return CompletableFuture.failedFuture(new IOException("cannot listen on " + name + ": transport closed"));
        }
        return CompletableFuture.completedFuture(name);
    }

    CompletionStage<Connection> connect(
            Endpoint.InVm name, EventLoop owner, Function<Connection, ConnectionHandler> opened) {
        var listener = LISTENERS.get(name);
        if (listener == null) {
            return CompletableFuture.failedFuture(
                    new IOException("cannot connect to " + name + ": nobody in this JVM listens there"));
        }
        var connected = new CompletableFuture<Connection>();
        try {
            var far = listener.endpoints();
            var client = new InVmConnection(name, false, owner, config, open::remove);
            // Both sides on one loop: a frame then goes over without waking another thread.
            var server = new InVmConnection(name, true, owner, far.config, far.open::remove);
            client.join(server);
            far.open(server, listener.accept(), () -> {});
            open(client, opened, () -> connected.complete(client));
        } catch (RejectedExecutionException e) {
            connected.completeExceptionally(new IOException("cannot connect to " + name + ": transport closed", e));
        }
        return connected;
    }

    void close() {
        closed = true;
        LISTENERS.values().removeIf(listener -> listener.endpoints() == this);
        open.forEach(InVmConnection::close);
    }

    private void open(InVmConnection connection, Function<Connection, ConnectionHandler> opened, Runnable then) {
        open.add(connection);
        connection.open(opened, then);
        // Whoever came in beside close() would otherwise be missed by it.
        if (closed) {
            connection.close();
        }
    }

    private record Listener(InVmEndpoints endpoints, Function<Connection, ConnectionHandler> accept) {}
}
