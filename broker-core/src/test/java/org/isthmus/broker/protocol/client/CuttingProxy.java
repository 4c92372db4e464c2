package org.isthmus.broker.protocol.client;

import java.io.IOException;
import java.net.Socket;
import java.util.Random;

/**
 * Passes bytes on between clients and a broker, and cuts a connection after a number of bytes that a seed decides: in the middle of requests, and
 * between a request and its answer. After {@link #heal} it only passes on.
 */
final class CuttingProxy extends Proxy {
    private final Random random;
    private volatile boolean healed;
    private volatile int cuts;

    CuttingProxy(long seed) throws IOException {
        random = new Random(seed);
    }

    void heal() {
        healed = true;
    }

    int cuts() {
        return cuts;
    }

    private synchronized int budget() {
        return 500 + random.nextInt(30_000);
    }

    @Override
    void pass(Socket from, Socket to, boolean isFromClient) {
        var buffer = new byte[4096];
        int left = budget();
        try (from;
                to) {
            var in = from.getInputStream();
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
}
