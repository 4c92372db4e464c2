package org.isthmus.broker.protocol.codec;

import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.isthmus.broker.network.Frame;

/** Requests to and from the content of frames. Stateless. */
public final class RequestCodec {
    /** Key, version and correlation id: what every request begins with, whatever its key and version are. */
    private static final int FIXED_BYTES = 8;

    private RequestCodec() {}

    /** Fails with {@link MalformedFrameException} on bytes that are not a request, whatever they are; never allocates more than the frame's own size warrants. */
    public static DecodedRequest decode(ByteBuffer frame) {
        if (frame.remaining() < FIXED_BYTES) {
            throw new MalformedFrameException("a request of " + frame.remaining() + " bytes");
        }
        int start = frame.position();
        short apiKey = frame.getShort(start);
        short version = frame.getShort(start + 2);
        int correlationId = frame.getInt(start + 4);
        var schema = Schemas.of(apiKey);
        if (schema == null || !schema.knows(version)) {
            return new DecodedRequest(apiKey, version, correlationId, null, null);
        }
        var bytes = frame.duplicate();
        try {
            // The generated readers check every length against what is left of the buffer before they allocate for it.
            var readable = new ByteBufferAccessor(bytes);
            var header = new RequestHeaderData(readable, schema.requestHeaderVersion(version));
            var body = schema.newRequest();
            body.read(readable, version);
            // Bytes behind the end are let pass, as Apache Kafka does: a client that sends them works there, so it
            // works here.
            return new DecodedRequest(apiKey, version, correlationId, header.clientId(), body);
        } catch (RuntimeException e) {
            throw new MalformedFrameException("not a request of key " + apiKey + " version " + version, e);
        }
    }

    /** Encodes a request whose key is that of its body. Its records become parts of the frame as they are. */
    public static Frame encode(short version, int correlationId, String clientId, ApiMessage body) {
        var schema = Schemas.of(body.apiKey());
        if (schema == null) {
            throw new IllegalArgumentException("no schema for key " + body.apiKey());
        }
        var header = new RequestHeaderData()
                .setRequestApiKey(body.apiKey())
                .setRequestApiVersion(version)
                .setCorrelationId(correlationId)
                .setClientId(clientId);
        return FrameWriter.write(header, schema.requestHeaderVersion(version), body, version);
    }
}
