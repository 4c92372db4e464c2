package org.isthmus.ra.outbound;

import jakarta.jms.CompletionListener;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.JMSProducer;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatRuntimeException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A producer of the simplified API: what is set here goes onto each message that it sends. Property values are kept on a message of its own,
 * so that names, types and conversions are judged by the provider and not a second time here. Used by one thread at a time.
 */
final class ProducerHandle implements JMSProducer {
    private final Session session;
    private final MessageProducer producer;
    private final Map<String, Object> properties = new LinkedHashMap<>();
    private final Message headers;
    private int deliveryMode = DeliveryMode.PERSISTENT;
    private int priority = Message.DEFAULT_PRIORITY;
    private long timeToLive;
    private long deliveryDelay;
    private boolean disableMessageId;
    private boolean disableMessageTimestamp;

    ProducerHandle(Session session, MessageProducer producer) throws JMSException {
        this.session = session;
        this.producer = producer;
        this.headers = session.createMessage();
    }

    @Override
    public JMSProducer send(Destination destination, Message message) {
        if (message == null) {
            throw new MessageFormatRuntimeException("No message to send");
        }
        try {
            apply(message);
            producer.setDisableMessageID(disableMessageId);
            producer.setDisableMessageTimestamp(disableMessageTimestamp);
            producer.setDeliveryDelay(deliveryDelay);
            producer.send(destination, message, deliveryMode, priority, timeToLive);
            return this;
        } catch (JMSException e) {
            throw Unchecked.of(e);
        }
    }

    private void apply(Message message) throws JMSException {
        for (var property : properties.entrySet()) {
            message.setObjectProperty(property.getKey(), property.getValue());
        }
        if (headers.getJMSCorrelationID() != null) {
            message.setJMSCorrelationID(headers.getJMSCorrelationID());
        }
        if (headers.getJMSType() != null) {
            message.setJMSType(headers.getJMSType());
        }
        if (headers.getJMSReplyTo() != null) {
            message.setJMSReplyTo(headers.getJMSReplyTo());
        }
    }

    @Override
    public JMSProducer send(Destination destination, @Nullable String body) {
        try {
            return send(destination, session.createTextMessage(body));
        } catch (JMSException e) {
            throw Unchecked.of(e);
        }
    }

    @Override
    public JMSProducer send(Destination destination, @Nullable Map<String, Object> body) {
        try {
            var message = session.createMapMessage();
            if (body != null) {
                for (var entry : body.entrySet()) {
                    message.setObject(entry.getKey(), entry.getValue());
                }
            }
            return send(destination, message);
        } catch (JMSException e) {
            throw Unchecked.of(e);
        }
    }

    @Override
    public JMSProducer send(Destination destination, byte @Nullable [] body) {
        try {
            var message = session.createBytesMessage();
            if (body != null) {
                message.writeBytes(body);
            }
            return send(destination, message);
        } catch (JMSException e) {
            throw Unchecked.of(e);
        }
    }

    @Override
    public JMSProducer send(Destination destination, @Nullable Serializable body) {
        try {
            return send(destination, session.createObjectMessage(body));
        } catch (JMSException e) {
            throw Unchecked.of(e);
        }
    }

    /** A setting of the headers, judged by the provider. */
    private interface Setting {
        void on(Message headers) throws JMSException;
    }

    private JMSProducer set(Setting setting) {
        try {
            setting.on(headers);
            return this;
        } catch (JMSException e) {
            throw Unchecked.of(e);
        }
    }

    private interface Reading<T extends @Nullable Object> {
        T of(Message headers) throws JMSException;
    }

    private <T extends @Nullable Object> T read(Reading<T> reading) {
        try {
            return reading.of(headers);
        } catch (JMSException e) {
            throw Unchecked.of(e);
        }
    }

    private JMSProducer property(String name, @Nullable Object value) {
        set(headers -> headers.setObjectProperty(name, value));
        properties.put(name, value);
        return this;
    }

    @Override
    public JMSProducer clearProperties() {
        properties.clear();
        return set(Message::clearProperties);
    }

    @Override
    public boolean propertyExists(String name) {
        return properties.containsKey(name);
    }

    @Override
    public Set<String> getPropertyNames() {
        return Set.copyOf(properties.keySet());
    }

    @Override
    public JMSProducer setProperty(String name, @Nullable Object value) {
        return property(name, value);
    }

    @Override
    public @Nullable Object getObjectProperty(String name) {
        return properties.get(name);
    }

    @Override
    public JMSProducer setProperty(String name, boolean value) {
        return property(name, value);
    }

    @Override
    public boolean getBooleanProperty(String name) {
        return read(headers -> headers.getBooleanProperty(name));
    }

    @Override
    public JMSProducer setProperty(String name, byte value) {
        return property(name, value);
    }

    @Override
    public byte getByteProperty(String name) {
        return read(headers -> headers.getByteProperty(name));
    }

    @Override
    public JMSProducer setProperty(String name, short value) {
        return property(name, value);
    }

    @Override
    public short getShortProperty(String name) {
        return read(headers -> headers.getShortProperty(name));
    }

    @Override
    public JMSProducer setProperty(String name, int value) {
        return property(name, value);
    }

    @Override
    public int getIntProperty(String name) {
        return read(headers -> headers.getIntProperty(name));
    }

    @Override
    public JMSProducer setProperty(String name, long value) {
        return property(name, value);
    }

    @Override
    public long getLongProperty(String name) {
        return read(headers -> headers.getLongProperty(name));
    }

    @Override
    public JMSProducer setProperty(String name, float value) {
        return property(name, value);
    }

    @Override
    public float getFloatProperty(String name) {
        return read(headers -> headers.getFloatProperty(name));
    }

    @Override
    public JMSProducer setProperty(String name, double value) {
        return property(name, value);
    }

    @Override
    public double getDoubleProperty(String name) {
        return read(headers -> headers.getDoubleProperty(name));
    }

    @Override
    public JMSProducer setProperty(String name, @Nullable String value) {
        return property(name, value);
    }

    @Override
    public @Nullable String getStringProperty(String name) {
        return read(headers -> headers.getStringProperty(name));
    }

    @Override
    public JMSProducer setDisableMessageID(boolean value) {
        disableMessageId = value;
        return this;
    }

    @Override
    public boolean getDisableMessageID() {
        return disableMessageId;
    }

    @Override
    public JMSProducer setDisableMessageTimestamp(boolean value) {
        disableMessageTimestamp = value;
        return this;
    }

    @Override
    public boolean getDisableMessageTimestamp() {
        return disableMessageTimestamp;
    }

    @Override
    public JMSProducer setTimeToLive(long value) {
        timeToLive = value;
        return this;
    }

    @Override
    public long getTimeToLive() {
        return timeToLive;
    }

    @Override
    public JMSProducer setDeliveryDelay(long value) {
        deliveryDelay = value;
        return this;
    }

    @Override
    public long getDeliveryDelay() {
        return deliveryDelay;
    }

    @Override
    public JMSProducer setDeliveryMode(int value) {
        if (value != DeliveryMode.PERSISTENT && value != DeliveryMode.NON_PERSISTENT) {
            throw new jakarta.jms.JMSRuntimeException("No delivery mode: " + value);
        }
        deliveryMode = value;
        return this;
    }

    @Override
    public int getDeliveryMode() {
        return deliveryMode;
    }

    @Override
    public JMSProducer setPriority(int value) {
        if (value < 0 || value > 9) {
            throw new jakarta.jms.JMSRuntimeException("Priorities are 0 to 9: " + value);
        }
        priority = value;
        return this;
    }

    @Override
    public int getPriority() {
        return priority;
    }

    /** Completion comes on a thread that is not the container's, so it is not for applications in one. */
    @Override
    public JMSProducer setAsync(@Nullable CompletionListener listener) {
        if (listener != null) {
            throw Prohibited.contextCall("JMSProducer.setAsync");
        }
        return this;
    }

    @Override
    public @Nullable CompletionListener getAsync() {
        return null;
    }

    @Override
    public JMSProducer setJMSCorrelationID(@Nullable String value) {
        return set(headers -> headers.setJMSCorrelationID(value));
    }

    @Override
    public @Nullable String getJMSCorrelationID() {
        return read(Message::getJMSCorrelationID);
    }

    @Override
    public JMSProducer setJMSType(@Nullable String value) {
        return set(headers -> headers.setJMSType(value));
    }

    @Override
    public @Nullable String getJMSType() {
        return read(Message::getJMSType);
    }

    @Override
    public JMSProducer setJMSReplyTo(@Nullable Destination value) {
        return set(headers -> headers.setJMSReplyTo(value));
    }

    @Override
    public @Nullable Destination getJMSReplyTo() {
        return read(Message::getJMSReplyTo);
    }

    @Override
    public JMSProducer setJMSCorrelationIDAsBytes(byte[] value) {
        return set(headers -> headers.setJMSCorrelationIDAsBytes(value));
    }

    @Override
    public byte[] getJMSCorrelationIDAsBytes() {
        return read(Message::getJMSCorrelationIDAsBytes);
    }
}
