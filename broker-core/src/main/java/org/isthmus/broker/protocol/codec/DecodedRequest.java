package org.isthmus.broker.protocol.codec;

import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

/**
 * A request as it came off the wire. Its records are slices of the received frame, so they live no longer than the frame does.
 *
 * @param body null where this key or version is not known here
 */
public record DecodedRequest(
        short apiKey,
        short version,
        int correlationId,
        @Nullable String clientId,
        @Nullable ApiMessage body) {}
