package org.isthmus.broker.protocol.codec;

import java.nio.ByteBuffer;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.isthmus.broker.network.Frame;

/** Responses to and from the content of frames. Stateless. */
public final class ResponseCodec {
    private ResponseCodec() {}

    /** Encodes a body; {@link FileRecords} in it become file ranges of the frame. */
    public static Frame encode(short version, int correlationId, ApiMessage body) {
        var header = new ResponseHeaderData().setCorrelationId(correlationId);
        return FrameWriter.write(header, schema(body.apiKey()).responseHeaderVersion(version), body, version);
    }

    /** The correlation id of a response frame. Fails with {@link MalformedFrameException} where there is none. */
    public static int correlationId(ByteBuffer frame) {
        if (frame.remaining() < Integer.BYTES) {
            throw new MalformedFrameException("a response of " + frame.remaining() + " bytes");
        }
        return frame.getInt(frame.position());
    }

    /**
     * Fails with {@link MalformedFrameException} on bytes that are not the response of this key and version. A broker that does not know the
     * version of an ApiVersions request answers in version 0; whoever asks for a newer one tries that as well.
     */
    public static ApiMessage decode(short apiKey, short version, ByteBuffer frame) {
        var schema = schema(apiKey);
        var bytes = frame.duplicate();
        try {
            var readable = new ByteBufferAccessor(bytes);
            new ResponseHeaderData(readable, schema.responseHeaderVersion(version));
            var body = schema.newResponse();
            body.read(readable, version);
            return body;
        } catch (RuntimeException e) {
            throw new MalformedFrameException("not a response of key " + apiKey + " version " + version, e);
        }
    }

    private static Schemas.Schema schema(short apiKey) {
        var schema = Schemas.of(apiKey);
        if (schema == null) {
            throw new IllegalArgumentException("no schema for key " + apiKey);
        }
        return schema;
    }
}
