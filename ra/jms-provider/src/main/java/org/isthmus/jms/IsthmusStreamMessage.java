package org.isthmus.jms;

import jakarta.jms.JMSException;
import jakarta.jms.MessageEOFException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageNotReadableException;
import jakarta.jms.StreamMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.isthmus.jms.mapping.BodyKind;
import org.isthmus.jms.mapping.Envelope;
import org.isthmus.jms.mapping.ValueConversion;
import org.isthmus.jms.mapping.ValueReader;
import org.isthmus.jms.mapping.ValueWriter;
import org.jspecify.annotations.Nullable;

/**
 * A message whose body is a row of values, written first and then, after {@link #reset}, read one by one. A read that fails does not
 * move on, so it can be tried as another type (§3.11.3). A byte array may be read in pieces; until it has been, nothing else is read.
 */
final class IsthmusStreamMessage extends IsthmusMessage implements StreamMessage {
    private static final int NOT_IN_BYTES = -1;

    private byte @Nullable [] encoded; // what was received, until somebody reads it
    private List<@Nullable Object> values = new ArrayList<>();
    private int next;
    private int positionInBytes = NOT_IN_BYTES;

    @FunctionalInterface
    private interface Conversion<T> {
        T of(@Nullable Object value) throws MessageFormatException;
    }

    IsthmusStreamMessage() {}

    IsthmusStreamMessage(Envelope envelope) {
        super(envelope);
        encoded = envelope.body();
    }

    @Override
    BodyKind bodyKind() {
        return BodyKind.STREAM;
    }

    @Override
    byte[] encodeBody() {
        return encoded != null ? encoded : ValueWriter.stream(values);
    }

    @Override
    void clearOwnBody() {
        encoded = null;
        values = new ArrayList<>();
        rewind();
    }

    @Override
    public void reset() {
        setBodyReadOnly(true);
        rewind();
    }

    private void rewind() {
        next = 0;
        positionInBytes = NOT_IN_BYTES;
    }

    @Override
    boolean hasBody() {
        return true; // and no type fits it: a stream is not had as one object
    }

    @Override
    boolean bodyFits(Class<?> type) {
        return false;
    }

    // Reading

    private @Nullable Object peek() throws JMSException {
        if (!isBodyReadOnly()) {
            throw new MessageNotReadableException("the body is being written; reset() makes it readable");
        }
        if (encoded != null) {
            values = ValueReader.stream(encoded);
            encoded = null;
        }
        if (next >= values.size()) {
            throw new MessageEOFException("the body ends here");
        }
        return values.get(next);
    }

    private @Nullable Object peekWhole() throws JMSException {
        var value = peek();
        if (positionInBytes != NOT_IN_BYTES) {
            throw new MessageFormatException("a byte array has been read in part; readBytes reads the rest");
        }
        return value;
    }

    private <T> T read(Conversion<T> conversion) throws JMSException {
        T converted = conversion.of(peekWhole());
        next++;
        return converted;
    }

    @Override
    public boolean readBoolean() throws JMSException {
        return read(ValueConversion::toBoolean);
    }

    @Override
    public byte readByte() throws JMSException {
        return read(ValueConversion::toByte);
    }

    @Override
    public short readShort() throws JMSException {
        return read(ValueConversion::toShort);
    }

    @Override
    public char readChar() throws JMSException {
        return read(ValueConversion::toChar);
    }

    @Override
    public int readInt() throws JMSException {
        return read(ValueConversion::toInt);
    }

    @Override
    public long readLong() throws JMSException {
        return read(ValueConversion::toLong);
    }

    @Override
    public float readFloat() throws JMSException {
        return read(ValueConversion::toFloat);
    }

    @Override
    public double readDouble() throws JMSException {
        return read(ValueConversion::toDouble);
    }

    @Override
    public @Nullable String readString() throws JMSException {
        var text = ValueConversion.toText(peekWhole());
        next++;
        return text;
    }

    @Override
    public @Nullable Object readObject() throws JMSException {
        var value = peekWhole();
        next++;
        return value instanceof byte[] bytes ? bytes.clone() : value;
    }

    /** As the interface has it: a field that fills the array may go on; a shorter read, or −1, says that the field is read. */
    @Override
    public int readBytes(byte[] into) throws JMSException {
        var value = peek();
        if (value == null) {
            next++;
            return -1;
        }
        if (!(value instanceof byte[] bytes)) {
            throw new MessageFormatException(value.getClass().getSimpleName() + " cannot be read as byte[]");
        }
        int from = Math.max(positionInBytes, 0);
        if (positionInBytes != NOT_IN_BYTES && from == bytes.length) {
            endBytes();
            return -1;
        }
        int count = Math.min(into.length, bytes.length - from);
        System.arraycopy(bytes, from, into, 0, count);
        if (count < into.length) {
            endBytes();
        } else {
            positionInBytes = from + count;
        }
        return count;
    }

    private void endBytes() {
        positionInBytes = NOT_IN_BYTES;
        next++;
    }

    // Writing

    private void write(@Nullable Object value) throws JMSException {
        requireWritableBody();
        values.add(value);
    }

    @Override
    public void writeBoolean(boolean value) throws JMSException {
        write(value);
    }

    @Override
    public void writeByte(byte value) throws JMSException {
        write(value);
    }

    @Override
    public void writeShort(short value) throws JMSException {
        write(value);
    }

    @Override
    public void writeChar(char value) throws JMSException {
        write(value);
    }

    @Override
    public void writeInt(int value) throws JMSException {
        write(value);
    }

    @Override
    public void writeLong(long value) throws JMSException {
        write(value);
    }

    @Override
    public void writeFloat(float value) throws JMSException {
        write(value);
    }

    @Override
    public void writeDouble(double value) throws JMSException {
        write(value);
    }

    @Override
    public void writeString(@Nullable String value) throws JMSException {
        write(value);
    }

    @Override
    public void writeBytes(byte @Nullable [] value) throws JMSException {
        write(value == null ? null : value.clone());
    }

    @Override
    public void writeBytes(byte[] value, int offset, int length) throws JMSException {
        Objects.checkFromIndexSize(offset, length, value.length);
        write(Arrays.copyOfRange(value, offset, offset + length));
    }

    @Override
    public void writeObject(@Nullable Object value) throws JMSException {
        write(StreamValues.checked(value));
    }
}
