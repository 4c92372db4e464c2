package org.isthmus.broker.protocol.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.broker.network.Endpoint;

/**
 * Passes bytes on between clients and a broker, and cuts a connection after a number of bytes that a seed decides: in the middle of requests, and
 * between a request and its answer. After {@link #heal} it only passes on.
 */
final class CuttingProxy implements AutoCloseable {
    private final ServerSocket server;
    private final Random random;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile int targetPort;
    private volatile boolean healed;
    private volatile int cuts;

    CuttingProxy(long seed) throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        random = new Random(seed);
        daemon(this::accept);
    }

    Endpoint.Tcp endpoint() {
        return new Endpoint.Tcp("127.0.0.1", server.getLocalPort());
    }

    void passTo(int port) {
        targetPort = port;
    }

    void heal() {
        healed = true;
    }

    int cuts() {
        return cuts;
    }

    private void accept() {
        try {
            while (true) {
                var client = server.accept();
                var broker = new Socket(InetAddress.getLoopbackAddress(), targetPort);
                open.add(client);
                open.add(broker);
                daemon(() -> pass(client, broker, budget()));
                daemon(() -> pass(broker, client, budget()));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private synchronized int budget() {
        return 500 + random.nextInt(30_000);
    }

    private void pass(Socket from, Socket to, int budget) {
        var buffer = new byte[4096];
        int left = budget;
        try (from;
                to) {
            InputStream in = from.getInputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (!healed && read > left) {
                    to.getOutputStream().write(buffer, 0, left);
                    synchronized (this) {
                        cuts++;
                    }
                    return;
                }
                left -= read;
                to.getOutputStream().write(buffer, 0, read);
            }
        } catch (IOException e) {
            // The other direction was cut.
        }
    }

    private static void daemon(Runnable task) {
        var thread = new Thread(task, "cutting-proxy");
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
