package org.isthmus.broker.protocol.codec;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.common.protocol.Writable;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.jspecify.annotations.Nullable;

/**
 * A request or answer of an {@link OwnApi}: one immutable value, which reads and writes itself as a sequence of fields. There is one version;
 * fields behind the last known one are let pass, so that a later one can add some.
 */
public final class OwnMessage implements ApiMessage {
    private static final int LONGEST = 16 << 20;

    /** How a value travels. */
    interface Form {
        void write(Object value, DataOutputStream out) throws IOException;

        Object read(DataInputStream in) throws IOException;
    }

    private final short key;
    private final Form form;
    private final List<RawTaggedField> unknown = new ArrayList<>();
    private @Nullable Object value;
    private byte @Nullable [] written;

    OwnMessage(short key, Form form, @Nullable Object value) {
        this.key = key;
        this.form = form;
        this.value = value;
    }

    /** What the message says. */
    public <T> T value(Class<T> type) {
        return type.cast(Objects.requireNonNull(value));
    }

    @Override
    public short apiKey() {
        return key;
    }

    @Override
    public short lowestSupportedVersion() {
        return 0;
    }

    @Override
    public short highestSupportedVersion() {
        return 0;
    }

    @Override
    public void addSize(MessageSizeAccumulator size, ObjectSerializationCache cache, short version) {
        size.addBytes(Integer.BYTES + bytes().length);
    }

    @Override
    public void write(Writable out, ObjectSerializationCache cache, short version) {
        out.writeInt(bytes().length);
        out.writeByteArray(bytes());
    }

    private byte[] bytes() {
        var present = written;
        if (present != null) {
            return present;
        }
        var bytes = new ByteArrayOutputStream();
        try {
            form.write(value(Object.class), new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        written = bytes.toByteArray();
        return written;
    }

    @Override
    public void read(Readable in, short version) {
        var length = in.readInt();
        if (length < 0 || length > Math.min(LONGEST, in.remaining())) {
            throw new MalformedFrameException("a message of key " + key + " of " + length + " bytes");
        }
        try {
            value = form.read(new DataInputStream(new ByteArrayInputStream(in.readArray(length))));
        } catch (IOException e) {
            throw new MalformedFrameException("a message of key " + key + " is cut or malformed", e);
        }
    }

    @Override
    public List<RawTaggedField> unknownTaggedFields() {
        return unknown;
    }

    @Override
    public OwnMessage duplicate() {
        return new OwnMessage(key, form, value);
    }

    @Override
    public String toString() {
        return "OwnMessage(" + key + ", " + value + ")";
    }
}
