package org.isthmus.jms;

import jakarta.jms.CompletionListener;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.JMSProducer;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.isthmus.jms.mapping.ValueConversion;
import org.jspecify.annotations.Nullable;

/** A producer as the simplified API has it: settings, properties and headers that every message gets which is sent with it. */
public class ContextProducer implements JMSProducer {
    private final IsthmusSession session;
    private final IsthmusProducer producer;

    // Holds properties and headers, with the rules that a message has for them.
    private final IsthmusMessage template = new IsthmusMessage();
    private @Nullable CompletionListener async;
    private int deliveryMode = Message.DEFAULT_DELIVERY_MODE;
    private int priority = Message.DEFAULT_PRIORITY;
    private long timeToLive = Message.DEFAULT_TIME_TO_LIVE;
    private long deliveryDelay = Message.DEFAULT_DELIVERY_DELAY;
    private boolean disableMessageId;
    private boolean disableMessageTimestamp;

    /** @param producer one without a destination of its own, which every producer of the context may share */
    public ContextProducer(IsthmusSession session, IsthmusProducer producer) {
        this.session = session;
        this.producer = producer;
    }

    @Override
    public JMSProducer send(Destination destination, Message message) {
        return set(() -> {
            if (message == null) {
                throw new MessageFormatException("there is no message to send");
            }
            decorate(message);
            producer.setDisableMessageID(disableMessageId);
            producer.setDeliveryDelay(deliveryDelay);
            var listener = async;
            if (listener == null) {
                producer.send(destination, message, deliveryMode, priority, timeToLive);
            } else {
                producer.send(destination, message, deliveryMode, priority, timeToLive, listener);
            }
        });
    }

    private void decorate(Message message) throws JMSException {
        for (var name : template.properties().names()) {
            message.setObjectProperty(name, template.getObjectProperty(name));
        }
        if (template.getJMSCorrelationID() != null) {
            if (message instanceof IsthmusMessage) {
                message.setJMSCorrelationIDAsBytes(template.getJMSCorrelationIDAsBytes());
            } else {
                // Of another provider's message the text is read, when it is sent.
                message.setJMSCorrelationID(template.getJMSCorrelationID());
            }
        }
        if (template.getJMSReplyTo() != null) {
            message.setJMSReplyTo(template.getJMSReplyTo());
        }
        if (template.getJMSType() != null) {
            message.setJMSType(template.getJMSType());
        }
    }

    @Override
    public JMSProducer send(Destination destination, @Nullable String body) {
        return send(destination, JmsErrors.unchecked(() -> session.createTextMessage(body)));
    }

    @Override
    public JMSProducer send(Destination destination, @Nullable Map<String, Object> body) {
        return send(destination, JmsErrors.unchecked(() -> {
            var message = session.createMapMessage();
            if (body != null) {
                for (var entry : body.entrySet()) {
                    if (entry.getKey() == null || entry.getKey().isEmpty()) {
                        throw new MessageFormatException("an entry of a map message needs a name");
                    }
                    message.setObject(entry.getKey(), entry.getValue());
                }
            }
            return message;
        }));
    }

    @Override
    public JMSProducer send(Destination destination, byte @Nullable [] body) {
        return send(destination, JmsErrors.unchecked(() -> {
            var message = session.createBytesMessage();
            if (body != null) {
                message.writeBytes(body);
            }
            return message;
        }));
    }

    @Override
    public JMSProducer send(Destination destination, @Nullable Serializable body) {
        return send(destination, JmsErrors.unchecked(() -> session.createObjectMessage(body)));
    }

    private JMSProducer set(JmsErrors.Action setting) {
        JmsErrors.uncheckedly(setting);
        return this;
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
    public JMSProducer setDeliveryMode(int deliveryMode) {
        return set(() -> {
            IsthmusProducer.requireDeliveryMode(deliveryMode);
            this.deliveryMode = deliveryMode;
        });
    }

    @Override
    public int getDeliveryMode() {
        return deliveryMode;
    }

    @Override
    public JMSProducer setPriority(int priority) {
        return set(() -> {
            IsthmusProducer.requirePriority(priority);
            this.priority = priority;
        });
    }

    @Override
    public int getPriority() {
        return priority;
    }

    @Override
    public JMSProducer setTimeToLive(long timeToLive) {
        return set(() -> {
            IsthmusProducer.requireTimeToLive(timeToLive);
            this.timeToLive = timeToLive;
        });
    }

    @Override
    public long getTimeToLive() {
        return timeToLive;
    }

    @Override
    public JMSProducer setDeliveryDelay(long deliveryDelay) {
        return set(() -> {
            IsthmusProducer.requireDeliveryDelay(deliveryDelay);
            this.deliveryDelay = deliveryDelay;
        });
    }

    @Override
    public long getDeliveryDelay() {
        return deliveryDelay;
    }

    @Override
    public JMSProducer setAsync(@Nullable CompletionListener listener) {
        async = listener;
        return this;
    }

    @Override
    public @Nullable CompletionListener getAsync() {
        return async;
    }

    // Properties and headers

    @Override
    public JMSProducer setProperty(String name, boolean value) {
        return setProperty(name, (Object) value);
    }

    @Override
    public JMSProducer setProperty(String name, byte value) {
        return setProperty(name, (Object) value);
    }

    @Override
    public JMSProducer setProperty(String name, short value) {
        return setProperty(name, (Object) value);
    }

    @Override
    public JMSProducer setProperty(String name, int value) {
        return setProperty(name, (Object) value);
    }

    @Override
    public JMSProducer setProperty(String name, long value) {
        return setProperty(name, (Object) value);
    }

    @Override
    public JMSProducer setProperty(String name, float value) {
        return setProperty(name, (Object) value);
    }

    @Override
    public JMSProducer setProperty(String name, double value) {
        return setProperty(name, (Object) value);
    }

    @Override
    public JMSProducer setProperty(String name, @Nullable String value) {
        return setProperty(name, (Object) value);
    }

    @Override
    public JMSProducer setProperty(String name, @Nullable Object value) {
        return set(() -> template.setObjectProperty(name, value));
    }

    @Override
    public JMSProducer clearProperties() {
        template.clearProperties();
        return this;
    }

    @Override
    public boolean propertyExists(String name) {
        return template.propertyExists(name);
    }

    private <T> T read(String name, Reading<T> reading) {
        return JmsErrors.unchecked(() -> reading.of(template.getObjectProperty(name)));
    }

    @FunctionalInterface
    private interface Reading<T> {
        T of(@Nullable Object value) throws MessageFormatException;
    }

    @Override
    public boolean getBooleanProperty(String name) {
        return read(name, ValueConversion::toBoolean);
    }

    @Override
    public byte getByteProperty(String name) {
        return read(name, ValueConversion::toByte);
    }

    @Override
    public short getShortProperty(String name) {
        return read(name, ValueConversion::toShort);
    }

    @Override
    public int getIntProperty(String name) {
        return read(name, ValueConversion::toInt);
    }

    @Override
    public long getLongProperty(String name) {
        return read(name, ValueConversion::toLong);
    }

    @Override
    public float getFloatProperty(String name) {
        return read(name, ValueConversion::toFloat);
    }

    @Override
    public double getDoubleProperty(String name) {
        return read(name, ValueConversion::toDouble);
    }

    @Override
    public @Nullable String getStringProperty(String name) {
        return JmsErrors.orNull(() -> template.getStringProperty(name));
    }

    @Override
    public @Nullable Object getObjectProperty(String name) {
        return template.getObjectProperty(name);
    }

    @Override
    public Set<String> getPropertyNames() {
        return Collections.unmodifiableSet(
                new LinkedHashSet<>(template.properties().names()));
    }

    @Override
    public JMSProducer setJMSCorrelationIDAsBytes(byte @Nullable [] correlationID) {
        template.setJMSCorrelationIDAsBytes(correlationID);
        return this;
    }

    @Override
    public byte @Nullable [] getJMSCorrelationIDAsBytes() {
        return template.getJMSCorrelationIDAsBytes();
    }

    @Override
    public JMSProducer setJMSCorrelationID(@Nullable String correlationID) {
        template.setJMSCorrelationID(correlationID);
        return this;
    }

    @Override
    public @Nullable String getJMSCorrelationID() {
        return template.getJMSCorrelationID();
    }

    @Override
    public JMSProducer setJMSType(@Nullable String type) {
        template.setJMSType(type);
        return this;
    }

    @Override
    public @Nullable String getJMSType() {
        return template.getJMSType();
    }

    @Override
    public JMSProducer setJMSReplyTo(@Nullable Destination replyTo) {
        template.setJMSReplyTo(replyTo);
        return this;
    }

    @Override
    public @Nullable Destination getJMSReplyTo() {
        return template.getJMSReplyTo();
    }
}
