package org.isthmus.jms;

import jakarta.jms.DeliveryMode;
import java.nio.charset.StandardCharsets;
import org.isthmus.broker.selector.PropertySource;
import org.isthmus.jms.mapping.Envelope;
import org.jspecify.annotations.Nullable;

/** A message as a selector sees it (§3.8.1.1), for consumers that select by themselves. */
record SelectedFields(Envelope envelope) implements PropertySource {
    @Override
    public @Nullable Object value(String name) {
        return switch (name) {
            case "JMSMessageID" -> envelope.messageId();
            case "JMSCorrelationID" ->
                envelope.correlationId() == null ? null : new String(envelope.correlationId(), StandardCharsets.UTF_8);
            case "JMSType" -> envelope.type();
            case "JMSTimestamp" -> envelope.timestampMs();
            case "JMSDeliveryTime" -> envelope.deliveryMs();
            case "JMSPriority" -> envelope.priority();
            case "JMSDeliveryMode" ->
                envelope.deliveryMode() == DeliveryMode.NON_PERSISTENT ? "NON_PERSISTENT" : "PERSISTENT";
            default -> envelope.properties().get(name);
        };
    }
}
