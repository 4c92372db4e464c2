package org.isthmus.broker.protocol.codec;

import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiMessage;
import org.isthmus.broker.network.Frame;

/** Requests to and from the content of frames. Stateless. */
public final class RequestCodec {
    private RequestCodec() {}

    /** Fails with {@link MalformedFrameException} on bytes that are not a request, whatever they are; never allocates more than the frame's own size warrants. */
    public static DecodedRequest decode(ByteBuffer frame) {
        throw new IllegalStateException("not there yet");
    }

    public static Frame encode(short version, int correlationId, String clientId, ApiMessage body) {
        throw new IllegalStateException("not there yet");
    }
}
