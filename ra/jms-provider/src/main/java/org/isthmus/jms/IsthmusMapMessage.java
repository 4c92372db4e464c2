package org.isthmus.jms;

import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.MessageFormatException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.isthmus.jms.mapping.BodyKind;
import org.isthmus.jms.mapping.Envelope;
import org.isthmus.jms.mapping.ValueConversion;
import org.isthmus.jms.mapping.ValueReader;
import org.isthmus.jms.mapping.ValueWriter;
import org.jspecify.annotations.Nullable;

/** A message whose body is named values. */
final class IsthmusMapMessage extends IsthmusMessage implements MapMessage {
    private byte @Nullable [] encoded; // what was received, until somebody reads it
    private Map<String, @Nullable Object> entries = new LinkedHashMap<>();

    IsthmusMapMessage() {}

    IsthmusMapMessage(Envelope envelope) {
        super(envelope);
        encoded = envelope.body();
    }

    private Map<String, @Nullable Object> entries() throws MessageFormatException {
        if (encoded != null) {
            entries = ValueReader.map(encoded);
            encoded = null;
        }
        return entries;
    }

    @Override
    BodyKind bodyKind() {
        return BodyKind.MAP;
    }

    @Override
    byte[] encodeBody() {
        return encoded != null ? encoded : ValueWriter.map(entries);
    }

    @Override
    void clearOwnBody() {
        encoded = null;
        entries = new LinkedHashMap<>();
    }

    @Override
    boolean hasBody() {
        return encoded != null ? encoded.length > 0 : !entries.isEmpty();
    }

    @Override
    boolean bodyFits(Class<?> type) {
        return type.isAssignableFrom(Map.class);
    }

    @Override
    Object body() throws JMSException {
        var copy = new LinkedHashMap<String, @Nullable Object>(entries());
        copy.replaceAll((name, value) -> value instanceof byte[] bytes ? bytes.clone() : value);
        return copy;
    }

    private void set(@Nullable String name, @Nullable Object value) throws JMSException {
        requireWritableBody();
        if (name == null || name.isEmpty()) {
            throw new IllegalArgumentException("an entry needs a name");
        }
        entries().put(name, value);
    }

    @Override
    public boolean getBoolean(String name) throws JMSException {
        return ValueConversion.toBoolean(entries().get(name));
    }

    @Override
    public byte getByte(String name) throws JMSException {
        return ValueConversion.toByte(entries().get(name));
    }

    @Override
    public short getShort(String name) throws JMSException {
        return ValueConversion.toShort(entries().get(name));
    }

    @Override
    public char getChar(String name) throws JMSException {
        return ValueConversion.toChar(entries().get(name));
    }

    @Override
    public int getInt(String name) throws JMSException {
        return ValueConversion.toInt(entries().get(name));
    }

    @Override
    public long getLong(String name) throws JMSException {
        return ValueConversion.toLong(entries().get(name));
    }

    @Override
    public float getFloat(String name) throws JMSException {
        return ValueConversion.toFloat(entries().get(name));
    }

    @Override
    public double getDouble(String name) throws JMSException {
        return ValueConversion.toDouble(entries().get(name));
    }

    @Override
    public @Nullable String getString(String name) throws JMSException {
        return ValueConversion.toText(entries().get(name));
    }

    @Override
    public byte @Nullable [] getBytes(String name) throws JMSException {
        return ValueConversion.toBytes(entries().get(name));
    }

    @Override
    public @Nullable Object getObject(String name) throws JMSException {
        var value = entries().get(name);
        return value instanceof byte[] bytes ? bytes.clone() : value;
    }

    @Override
    public Enumeration<String> getMapNames() throws JMSException {
        return Collections.enumeration(List.copyOf(entries().keySet()));
    }

    @Override
    public boolean itemExists(String name) throws JMSException {
        return entries().containsKey(name);
    }

    @Override
    public void setBoolean(String name, boolean value) throws JMSException {
        set(name, value);
    }

    @Override
    public void setByte(String name, byte value) throws JMSException {
        set(name, value);
    }

    @Override
    public void setShort(String name, short value) throws JMSException {
        set(name, value);
    }

    @Override
    public void setChar(String name, char value) throws JMSException {
        set(name, value);
    }

    @Override
    public void setInt(String name, int value) throws JMSException {
        set(name, value);
    }

    @Override
    public void setLong(String name, long value) throws JMSException {
        set(name, value);
    }

    @Override
    public void setFloat(String name, float value) throws JMSException {
        set(name, value);
    }

    @Override
    public void setDouble(String name, double value) throws JMSException {
        set(name, value);
    }

    @Override
    public void setString(String name, @Nullable String value) throws JMSException {
        set(name, value);
    }

    @Override
    public void setBytes(String name, byte @Nullable [] value) throws JMSException {
        set(name, value == null ? null : value.clone());
    }

    @Override
    public void setBytes(String name, byte[] value, int offset, int length) throws JMSException {
        Objects.checkFromIndexSize(offset, length, value.length);
        set(name, Arrays.copyOfRange(value, offset, offset + length));
    }

    @Override
    public void setObject(String name, @Nullable Object value) throws JMSException {
        set(name, StreamValues.checked(value));
    }
}
