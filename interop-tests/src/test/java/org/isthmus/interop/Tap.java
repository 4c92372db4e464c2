package org.isthmus.interop;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Stands between clients and a broker, and keeps every request that goes through. The broker advertises the tap's address. */
final class Tap implements AutoCloseable {
    private final ServerSocket server;
    private final int brokerPort;
    private final List<byte[]> requests = new ArrayList<>();

    Tap(int brokerPort) throws IOException {
        this.brokerPort = brokerPort;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    synchronized List<byte[]> requests() {
        return List.copyOf(requests);
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        var thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // One of the two has hung up; so does the tap.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            var client = server.accept();
            var broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort);
            start(() -> pass(client, broker, true));
            start(() -> pass(broker, client, false));
        }
    }

    private void pass(Socket from, Socket to, boolean keep) throws IOException {
        try (from;
                to) {
            var in = new DataInputStream(from.getInputStream());
            var out = new DataOutputStream(to.getOutputStream());
            while (true) {
                var frame = in.readNBytes(in.readInt());
                if (keep) {
                    keep(frame);
                }
                out.writeInt(frame.length);
                out.write(frame);
                out.flush();
            }
        }
    }

    private synchronized void keep(byte[] frame) {
        requests.add(frame);
        notifyAll();
    }

    /** Returns once a request for this API has gone through. */
    synchronized void await(short apiKey) throws InterruptedException {
        while (requests.stream().noneMatch(request -> ByteBuffer.wrap(request).getShort() == apiKey)) {
            wait();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
