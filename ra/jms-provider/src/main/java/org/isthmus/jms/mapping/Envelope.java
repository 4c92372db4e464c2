package org.isthmus.jms.mapping;

import org.jspecify.annotations.Nullable;

/**
 * All of a message but its class: what goes into a record and what comes out of one.
 *
 * @param messageId with its prefix {@code ID:}, or null where the sender disabled it or was no Jakarta Messaging client
 * @param origin the client identifier, else the connection, that sent it; null for a record of a Kafka client
 * @param correlationId as bytes, UTF-8 where it was set as text
 * @param deliveryMode one of {@link jakarta.jms.DeliveryMode}'s
 * @param timestampMs when it was sent, in milliseconds since 1970
 * @param expiresMs when it ends, in milliseconds since 1970; 0 is never
 * @param deliveryMs when it may be delivered, in milliseconds since 1970: the timestamp, unless it was delayed
 * @param body the value of the record; null for a message without a body
 */
@SuppressWarnings("ArrayRecordComponent") // bytes as they are on the wire; nobody compares envelopes
public record Envelope(
        @Nullable String messageId,
        @Nullable String origin,
        byte @Nullable [] correlationId,
        @Nullable Address replyTo,
        @Nullable String type,
        int deliveryMode,
        int priority,
        long timestampMs,
        long expiresMs,
        long deliveryMs,
        PropertyTable properties,
        BodyKind kind,
        byte @Nullable [] body) {}
