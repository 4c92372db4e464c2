package org.isthmus.broker.protocol.codec;

import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiMessage;
import org.isthmus.broker.network.Frame;

/** Responses to and from the content of frames. Stateless. */
public final class ResponseCodec {
    private ResponseCodec() {}

    /** Encodes a body; {@link FileRecords} in it become file ranges of the frame. */
    public static Frame encode(short version, int correlationId, ApiMessage body) {
        throw new IllegalStateException("not there yet");
    }

    /** The correlation id of a response frame. */
    public static int correlationId(ByteBuffer frame) {
        return frame.getInt(frame.position());
    }

    /** Fails with {@link MalformedFrameException} on bytes that are not the response of this key and version. */
    public static ApiMessage decode(short apiKey, short version, ByteBuffer frame) {
        throw new IllegalStateException("not there yet");
    }
}
