package org.isthmus.jms;

import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.MessageEOFException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageNotReadableException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import org.isthmus.jms.mapping.BodyKind;
import org.isthmus.jms.mapping.Envelope;
import org.jspecify.annotations.Nullable;

/**
 * A message whose body is bytes, which are the value of the record. It is either written, and {@link #out} grows, or read, and {@link
 * #in} stands somewhere in {@link #content}; {@link #reset} goes from the one to the other.
 */
final class IsthmusBytesMessage extends IsthmusMessage implements BytesMessage {
    private static final byte[] NOTHING = new byte[0];

    private byte[] content = NOTHING;
    private Cursor in = new Cursor(NOTHING);
    private ByteArrayOutputStream written = new ByteArrayOutputStream();
    private DataOutputStream out = new DataOutputStream(written);

    /** A position in bytes that can be put back. */
    private static final class Cursor extends ByteArrayInputStream {
        private final DataInputStream data = new DataInputStream(this);

        Cursor(byte[] bytes) {
            super(bytes);
        }

        int position() {
            return pos;
        }

        void position(int position) {
            pos = position;
        }
    }

    @FunctionalInterface
    private interface Reading<T> {
        T from(DataInputStream in) throws IOException;
    }

    @FunctionalInterface
    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    IsthmusBytesMessage() {}

    IsthmusBytesMessage(Envelope envelope) {
        super(envelope);
        content = envelope.body() == null ? NOTHING : envelope.body();
        in = new Cursor(content);
    }

    @Override
    BodyKind bodyKind() {
        return BodyKind.BYTES;
    }

    @Override
    byte[] encodeBody() {
        return isBodyReadOnly() ? content : written.toByteArray();
    }

    @Override
    void clearOwnBody() {
        content = NOTHING;
        in = new Cursor(NOTHING);
        written = new ByteArrayOutputStream();
        out = new DataOutputStream(written);
    }

    @Override
    public void reset() {
        if (!isBodyReadOnly()) {
            content = written.toByteArray();
            written = new ByteArrayOutputStream();
            out = new DataOutputStream(written);
            setBodyReadOnly(true);
        }
        in = new Cursor(content);
    }

    @Override
    boolean hasBody() {
        return encodeBody().length > 0;
    }

    @Override
    boolean bodyFits(Class<?> type) {
        return type.isAssignableFrom(byte[].class);
    }

    @Override
    Object body() {
        reset(); // so the specification has it: getBody leaves the message reset
        return content.clone();
    }

    @Override
    public long getBodyLength() throws JMSException {
        requireReadable();
        return content.length;
    }

    // Reading

    private void requireReadable() throws MessageNotReadableException {
        if (!isBodyReadOnly()) {
            throw new MessageNotReadableException("the body is being written; reset() makes it readable");
        }
    }

    private <T> T read(Reading<T> reading) throws JMSException {
        requireReadable();
        int before = in.position();
        try {
            return reading.from(in.data);
        } catch (EOFException e) {
            in.position(before);
            throw JmsErrors.caused(new MessageEOFException("the body ends here"), e);
        } catch (UTFDataFormatException e) {
            in.position(before);
            throw JmsErrors.caused(new MessageFormatException("no text here"), e);
        } catch (IOException e) {
            throw JmsErrors.caused(new JMSException("reading the body failed"), e);
        }
    }

    @Override
    public boolean readBoolean() throws JMSException {
        return read(DataInputStream::readBoolean);
    }

    @Override
    public byte readByte() throws JMSException {
        return read(DataInputStream::readByte);
    }

    @Override
    public int readUnsignedByte() throws JMSException {
        return read(DataInputStream::readUnsignedByte);
    }

    @Override
    public short readShort() throws JMSException {
        return read(DataInputStream::readShort);
    }

    @Override
    public int readUnsignedShort() throws JMSException {
        return read(DataInputStream::readUnsignedShort);
    }

    @Override
    public char readChar() throws JMSException {
        return read(DataInputStream::readChar);
    }

    @Override
    public int readInt() throws JMSException {
        return read(DataInputStream::readInt);
    }

    @Override
    public long readLong() throws JMSException {
        return read(DataInputStream::readLong);
    }

    @Override
    public float readFloat() throws JMSException {
        return read(DataInputStream::readFloat);
    }

    @Override
    public double readDouble() throws JMSException {
        return read(DataInputStream::readDouble);
    }

    @Override
    public String readUTF() throws JMSException {
        return read(it -> it.readUTF());
    }

    @Override
    public int readBytes(byte[] value) throws JMSException {
        return readBytes(value, value.length);
    }

    @Override
    public int readBytes(byte[] value, int length) throws JMSException {
        if (length < 0 || length > value.length) {
            throw new IndexOutOfBoundsException("length " + length + " of an array of " + value.length);
        }
        requireReadable();
        return in.read(value, 0, length);
    }

    // Writing

    private void write(Writing writing) throws JMSException {
        requireWritableBody();
        try {
            writing.to(out);
        } catch (UTFDataFormatException e) {
            throw JmsErrors.caused(new MessageFormatException("a text for writeUTF has at most 65535 bytes"), e);
        } catch (IOException e) {
            throw JmsErrors.caused(new JMSException("writing the body failed"), e);
        }
    }

    @Override
    public void writeBoolean(boolean value) throws JMSException {
        write(it -> it.writeBoolean(value));
    }

    @Override
    public void writeByte(byte value) throws JMSException {
        write(it -> it.writeByte(value));
    }

    @Override
    public void writeShort(short value) throws JMSException {
        write(it -> it.writeShort(value));
    }

    @Override
    public void writeChar(char value) throws JMSException {
        write(it -> it.writeChar(value));
    }

    @Override
    public void writeInt(int value) throws JMSException {
        write(it -> it.writeInt(value));
    }

    @Override
    public void writeLong(long value) throws JMSException {
        write(it -> it.writeLong(value));
    }

    @Override
    public void writeFloat(float value) throws JMSException {
        write(it -> it.writeFloat(value));
    }

    @Override
    public void writeDouble(double value) throws JMSException {
        write(it -> it.writeDouble(value));
    }

    @Override
    public void writeUTF(String value) throws JMSException {
        write(it -> it.writeUTF(value));
    }

    @Override
    public void writeBytes(byte[] value) throws JMSException {
        write(it -> it.write(value));
    }

    @Override
    public void writeBytes(byte[] value, int offset, int length) throws JMSException {
        write(it -> it.write(value, offset, length));
    }

    @Override
    public void writeObject(@Nullable Object value) throws JMSException {
        if (value == null) {
            throw new NullPointerException("null cannot be written as bytes");
        }
        if (value instanceof Boolean it) {
            writeBoolean(it);
        } else if (value instanceof Byte it) {
            writeByte(it);
        } else if (value instanceof Short it) {
            writeShort(it);
        } else if (value instanceof Character it) {
            writeChar(it);
        } else if (value instanceof Integer it) {
            writeInt(it);
        } else if (value instanceof Long it) {
            writeLong(it);
        } else if (value instanceof Float it) {
            writeFloat(it);
        } else if (value instanceof Double it) {
            writeDouble(it);
        } else if (value instanceof String it) {
            writeUTF(it);
        } else if (value instanceof byte[] it) {
            writeBytes(it);
        } else {
            throw new MessageFormatException(
                    "a bytes message cannot hold a " + value.getClass().getName());
        }
    }
}
