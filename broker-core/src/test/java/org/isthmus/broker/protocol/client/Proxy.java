package org.isthmus.broker.protocol.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.broker.network.Endpoint;

/** Stands between clients and a broker. Each direction of each connection has a thread of its own. */
abstract class Proxy implements AutoCloseable {
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile int targetPort;

    Proxy() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    final Endpoint.Tcp endpoint() {
        return new Endpoint.Tcp("127.0.0.1", server.getLocalPort());
    }

    /** Begins to take connections, and passes them on to a broker at this port. */
    final void passTo(int port) {
        targetPort = port;
        daemon(this::accept);
    }

    /** Passes on what one side says until it ends; closes both then. */
    abstract void pass(Socket from, Socket to, boolean isFromClient);

    private void accept() {
        try {
            while (true) {
                var client = server.accept();
                var broker = new Socket(InetAddress.getLoopbackAddress(), targetPort);
                open.add(client);
                open.add(broker);
                daemon(() -> pass(client, broker, true));
                daemon(() -> pass(broker, client, false));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private static void daemon(Runnable task) {
        var thread = new Thread(task, "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (var socket : open) {
            socket.close();
        }
    }
}
