package org.isthmus.broker.server;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiMessage;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.network.Frame;
import org.isthmus.broker.protocol.codec.RequestCodec;
import org.isthmus.broker.protocol.codec.ResponseCodec;

/** A client that sends exactly what a test wants sent, good or bad, over a plain socket. */
final class Wire implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    Wire(Endpoint.Tcp address) throws IOException {
        socket = new Socket(address.host(), address.port());
        socket.setSoTimeout(20_000);
        // A frame leaves in two writes, of which the second would wait for the other side's delayed acknowledgement.
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    void sendFrame(byte[] content) throws IOException {
        out.writeInt(content.length);
        send(content);
    }

    void send(short version, int correlationId, ApiMessage request) throws IOException {
        sendFrame(bytes(RequestCodec.encode(version, correlationId, "wire", request)));
    }

    static byte[] bytes(Frame frame) {
        var content = ByteBuffer.allocate((int) frame.size());
        frame.parts().forEach(part -> content.put(((Frame.Bytes) part).buffer().duplicate()));
        return content.array();
    }

    /** The content of the next frame; fails with an {@code EOFException} where the broker closed the connection. */
    byte[] receiveFrame() throws IOException {
        try {
            var content = new byte[in.readInt()];
            in.readFully(content);
            return content;
        } catch (SocketTimeoutException e) {
            throw new AssertionError("nothing comes, and the connection stays", e);
        }
    }

    ApiMessage receive(short apiKey, short version) throws IOException {
        return ResponseCodec.decode(apiKey, version, ByteBuffer.wrap(receiveFrame()));
    }

    ApiMessage ask(short version, ApiMessage request) throws IOException {
        send(version, 7, request);
        return receive(request.apiKey(), version);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
