package org.isthmus.broker.protocol.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.Socket;

/** Passes bytes on between clients and a broker, remembers what the clients said, and holds what the broker answers as long as it is told to. */
final class HoldingProxy extends Proxy {
    private final StringBuilder said = new StringBuilder();
    private boolean holding;

    HoldingProxy() throws IOException {}

    synchronized void hold(boolean answers) {
        holding = answers;
        notifyAll();
    }

    synchronized boolean heard(String text) {
        return said.indexOf(text) >= 0;
    }

    /** Returns once a client has said this; for ever where none does. */
    synchronized void awaitHeard(String text) throws InterruptedException {
        while (!heard(text)) {
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

    @Override
    void pass(Socket from, Socket to, boolean isFromClient) {
        var buffer = new byte[4096];
        try (from;
                to) {
            var in = from.getInputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (isFromClient) {
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

    @Override
    public void close() throws IOException {
        hold(false);
        super.close();
    }
}
