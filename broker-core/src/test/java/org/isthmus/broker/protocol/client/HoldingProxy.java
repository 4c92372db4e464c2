package org.isthmus.broker.protocol.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.broker.network.Endpoint;

/** Passes bytes on between clients and a broker, remembers what the clients said, and holds what the broker answers as long as it is told to. */
final class HoldingProxy implements AutoCloseable {
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final StringBuilder said = new StringBuilder();
    private volatile int targetPort;
    private boolean holding;

    HoldingProxy() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    Endpoint.Tcp endpoint() {
        return new Endpoint.Tcp("127.0.0.1", server.getLocalPort());
    }

    void passTo(int port) {
        targetPort = port;
    }

    synchronized void hold(boolean answers) {
        holding = answers;
        notifyAll();
    }

    synchronized boolean heard(String text) {
        return said.indexOf(text) >= 0;
    }

    /** Returns once a client has said this; for ever where none does. */
    synchronized void awaitHeard(String text) throws InterruptedException {
        while (said.indexOf(text) < 0) {
            wait();
        }
    }

    private synchronized void hear(byte[] bytes, int count) {
        said.append(new String(bytes, 0, count, ISO_8859_1));
        notifyAll();
    }

    private synchronized void awaitRelease() {
        try {
            while (holding) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

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

    private void pass(Socket from, Socket to, boolean fromClient) {
        var buffer = new byte[4096];
        try (from;
                to) {
            var in = from.getInputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (fromClient) {
                    hear(buffer, read);
                } else {
                    awaitRelease();
                }
                to.getOutputStream().write(buffer, 0, read);
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private static void daemon(Runnable task) {
        var thread = new Thread(task, "holding-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        hold(false);
        server.close();
        for (var socket : open) {
            socket.close();
        }
    }
}
