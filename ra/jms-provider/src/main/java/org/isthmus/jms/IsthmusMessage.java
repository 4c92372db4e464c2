package org.isthmus.jms;

import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageNotWriteableException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.isthmus.jms.mapping.BodyKind;
import org.isthmus.jms.mapping.Envelope;
import org.isthmus.jms.mapping.PropertyNames;
import org.isthmus.jms.mapping.PropertyTable;
import org.isthmus.jms.mapping.ValueConversion;
import org.jspecify.annotations.Nullable;

/**
 * A message: headers and properties here, the body in the subclass of its type; this class itself is the message without a body. As
 * the specification has it, one thread uses a message at a time. A received message is read-only until it is cleared (§3.10).
 */
public class IsthmusMessage implements Message {
    private @Nullable String messageId;
    private byte @Nullable [] correlationId;
    private @Nullable Destination replyTo;
    private @Nullable Destination destination;
    private @Nullable String type;
    private int deliveryMode = DEFAULT_DELIVERY_MODE;
    private int priority = DEFAULT_PRIORITY;
    private long timestamp;
    private long expiration;
    private long deliveryTime;
    private boolean redelivered;
    private final PropertyTable properties;

    private boolean propertiesReadOnly;
    private boolean bodyReadOnly;
    private @Nullable Acknowledgement acknowledgement;

    /** What {@link #acknowledge} does: a matter of the session that handed the message out. */
    interface Acknowledgement {
        void acknowledge() throws JMSException;
    }

    IsthmusMessage() {
        properties = new PropertyTable();
    }

    IsthmusMessage(Envelope envelope) {
        messageId = envelope.messageId();
        correlationId = envelope.correlationId();
        replyTo = envelope.replyTo() == null ? null : IsthmusDestination.of(envelope.replyTo());
        type = envelope.type();
        deliveryMode = envelope.deliveryMode();
        priority = envelope.priority();
        timestamp = envelope.timestampMs();
        deliveryTime = envelope.deliveryMs();
        expiration = envelope.expiresMs();
        properties = envelope.properties();
        propertiesReadOnly = true;
        bodyReadOnly = true;
    }

    /** How this message lies in a record. The body is copied: what is changed later has no effect on what was sent (§3.9). */
    final Envelope envelope(String origin) throws JMSException {
        return new Envelope(
                messageId,
                origin,
                correlationId,
                replyTo == null ? null : IsthmusDestination.of(replyTo).address(),
                type,
                deliveryMode,
                priority,
                timestamp,
                expiration,
                deliveryTime,
                properties,
                bodyKind(),
                encodeBody());
    }

    BodyKind bodyKind() {
        return BodyKind.NONE;
    }

    byte @Nullable [] encodeBody() {
        return null;
    }

    void clearOwnBody() {}

    /** The body if the message has one that is of this type, else null; only called for types that {@link #isBodyAssignableTo} accepts. */
    @Nullable
    Object body() throws JMSException {
        return null;
    }

    boolean hasBody() {
        return false;
    }

    /** Whether a body of this kind can be had as an instance of the class. */
    boolean bodyFits(Class<?> type) throws JMSException {
        return true;
    }

    final void receivedBy(Acknowledgement acknowledgement, IsthmusDestination from, boolean redelivered) {
        this.acknowledgement = acknowledgement;
        this.destination = from;
        this.redelivered = redelivered;
    }

    final boolean isBodyReadOnly() {
        return bodyReadOnly;
    }

    final void setBodyReadOnly(boolean readOnly) {
        bodyReadOnly = readOnly;
    }

    final void requireWritableBody() throws MessageNotWriteableException {
        if (bodyReadOnly) {
            throw new MessageNotWriteableException("the body of a received message is read-only until it is cleared");
        }
    }

    final PropertyTable properties() {
        return properties;
    }

    @Override
    public void acknowledge() throws JMSException {
        if (acknowledgement != null) {
            acknowledgement.acknowledge();
        }
    }

    @Override
    public void clearBody() throws JMSException {
        bodyReadOnly = false;
        clearOwnBody();
    }

    @Override
    @SuppressWarnings("rawtypes") // as the interface has it
    public final boolean isBodyAssignableTo(Class type) throws JMSException {
        return !hasBody() || bodyFits((Class<?>) type);
    }

    @Override
    public final <T> @Nullable T getBody(Class<T> type) throws JMSException {
        if (!isBodyAssignableTo(type)) {
            throw new MessageFormatException("the body of a " + bodyKind() + " message is no " + type.getName());
        }
        return hasBody() ? type.cast(body()) : null;
    }

    // Headers

    @Override
    public @Nullable String getJMSMessageID() {
        return messageId;
    }

    @Override
    public void setJMSMessageID(@Nullable String id) {
        messageId = id;
    }

    @Override
    public long getJMSTimestamp() {
        return timestamp;
    }

    @Override
    public void setJMSTimestamp(long timestamp) {
        this.timestamp = timestamp;
    }

    @Override
    public byte @Nullable [] getJMSCorrelationIDAsBytes() {
        return correlationId == null ? null : correlationId.clone();
    }

    @Override
    public void setJMSCorrelationIDAsBytes(byte @Nullable [] correlationId) {
        this.correlationId = correlationId == null ? null : correlationId.clone();
    }

    @Override
    public @Nullable String getJMSCorrelationID() {
        return correlationId == null ? null : new String(correlationId, StandardCharsets.UTF_8);
    }

    @Override
    public void setJMSCorrelationID(@Nullable String correlationId) {
        this.correlationId = correlationId == null ? null : correlationId.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public @Nullable Destination getJMSReplyTo() {
        return replyTo;
    }

    @Override
    public void setJMSReplyTo(@Nullable Destination replyTo) {
        this.replyTo = replyTo;
    }

    @Override
    public @Nullable Destination getJMSDestination() {
        return destination;
    }

    @Override
    public void setJMSDestination(@Nullable Destination destination) {
        this.destination = destination;
    }

    @Override
    public int getJMSDeliveryMode() {
        return deliveryMode;
    }

    @Override
    public void setJMSDeliveryMode(int deliveryMode) throws JMSException {
        if (deliveryMode != DeliveryMode.PERSISTENT && deliveryMode != DeliveryMode.NON_PERSISTENT) {
            throw new JMSException("no delivery mode: " + deliveryMode);
        }
        this.deliveryMode = deliveryMode;
    }

    @Override
    public boolean getJMSRedelivered() {
        return redelivered;
    }

    @Override
    public void setJMSRedelivered(boolean redelivered) {
        this.redelivered = redelivered;
    }

    @Override
    public @Nullable String getJMSType() {
        return type;
    }

    @Override
    public void setJMSType(@Nullable String type) {
        this.type = type;
    }

    @Override
    public long getJMSExpiration() {
        return expiration;
    }

    @Override
    public void setJMSExpiration(long expiration) {
        this.expiration = expiration;
    }

    @Override
    public long getJMSDeliveryTime() {
        return deliveryTime;
    }

    @Override
    public void setJMSDeliveryTime(long deliveryTime) {
        this.deliveryTime = deliveryTime;
    }

    @Override
    public int getJMSPriority() {
        return priority;
    }

    @Override
    public void setJMSPriority(int priority) throws JMSException {
        if (priority < 0 || priority > 9) {
            throw new JMSException("a priority is between 0 and 9: " + priority);
        }
        this.priority = priority;
    }

    // Properties

    @Override
    public void clearProperties() {
        properties.clear();
        propertiesReadOnly = false;
    }

    @Override
    public boolean propertyExists(String name) {
        return properties.contains(name);
    }

    @Override
    public boolean getBooleanProperty(String name) throws JMSException {
        return ValueConversion.toBoolean(properties.get(name));
    }

    @Override
    public byte getByteProperty(String name) throws JMSException {
        return ValueConversion.toByte(properties.get(name));
    }

    @Override
    public short getShortProperty(String name) throws JMSException {
        return ValueConversion.toShort(properties.get(name));
    }

    @Override
    public int getIntProperty(String name) throws JMSException {
        return ValueConversion.toInt(properties.get(name));
    }

    @Override
    public long getLongProperty(String name) throws JMSException {
        return ValueConversion.toLong(properties.get(name));
    }

    @Override
    public float getFloatProperty(String name) throws JMSException {
        return ValueConversion.toFloat(properties.get(name));
    }

    @Override
    public double getDoubleProperty(String name) throws JMSException {
        return ValueConversion.toDouble(properties.get(name));
    }

    @Override
    public @Nullable String getStringProperty(String name) throws JMSException {
        return ValueConversion.toText(properties.get(name));
    }

    @Override
    public @Nullable Object getObjectProperty(String name) {
        return properties.get(name);
    }

    @Override
    public Enumeration<String> getPropertyNames() {
        return Collections.enumeration(List.copyOf(properties.names()));
    }

    @Override
    public void setBooleanProperty(String name, boolean value) throws JMSException {
        setProperty(name, value);
    }

    @Override
    public void setByteProperty(String name, byte value) throws JMSException {
        setProperty(name, value);
    }

    @Override
    public void setShortProperty(String name, short value) throws JMSException {
        setProperty(name, value);
    }

    @Override
    public void setIntProperty(String name, int value) throws JMSException {
        setProperty(name, value);
    }

    @Override
    public void setLongProperty(String name, long value) throws JMSException {
        setProperty(name, value);
    }

    @Override
    public void setFloatProperty(String name, float value) throws JMSException {
        setProperty(name, value);
    }

    @Override
    public void setDoubleProperty(String name, double value) throws JMSException {
        setProperty(name, value);
    }

    @Override
    public void setStringProperty(String name, @Nullable String value) throws JMSException {
        setProperty(name, value);
    }

    @Override
    public void setObjectProperty(String name, @Nullable Object value) throws JMSException {
        if (!isPropertyValue(value)) {
            throw new MessageFormatException("a property is a boolean, a number or a String: " + name);
        }
        setProperty(name, value);
    }

    static boolean isPropertyValue(@Nullable Object value) {
        return value == null
                || value instanceof String
                || value instanceof Boolean
                || value instanceof Byte
                || value instanceof Short
                || value instanceof Integer
                || value instanceof Long
                || value instanceof Float
                || value instanceof Double;
    }

    private void setProperty(String name, @Nullable Object value) throws JMSException {
        requirePropertyName(name);
        if (propertiesReadOnly) {
            throw new MessageNotWriteableException(
                    "the properties of a received message are read-only until they are cleared");
        }
        properties.put(name, value);
    }

    static void requirePropertyName(@Nullable String name) throws JMSException {
        if (name == null || name.isEmpty()) {
            throw new IllegalArgumentException("a property needs a name");
        }
        if (!PropertyNames.isLegal(name)) {
            throw new JMSException("no property can have this name (identifiers only, no reserved words): " + name);
        }
    }

    @Override
    public String toString() {
        return bodyKind() + " message " + messageId;
    }
}
