package org.isthmus.jms;

import jakarta.jms.JMSException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.ObjectMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import org.isthmus.jms.mapping.BodyKind;
import org.isthmus.jms.mapping.Envelope;
import org.jspecify.annotations.Nullable;

/**
 * A message whose body is a Java object, in the record as its serial form. The object is written when it is set and read whenever it is
 * asked for, so that nobody shares it. What was received is read only where its classes are trusted.
 */
final class IsthmusObjectMessage extends IsthmusMessage implements ObjectMessage {
    private byte @Nullable [] serial;
    private TrustedClasses trusted;

    IsthmusObjectMessage() {
        trusted = TrustedClasses.ALL; // an application may have back what it put in itself
    }

    IsthmusObjectMessage(Envelope envelope, TrustedClasses trusted) {
        super(envelope);
        this.serial = envelope.body();
        this.trusted = trusted;
    }

    @Override
    public void setObject(@Nullable Serializable object) throws JMSException {
        requireWritableBody();
        serial = object == null ? null : write(object);
        trusted = TrustedClasses.ALL;
    }

    private static byte[] write(Serializable object) throws JMSException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        } catch (IOException e) {
            throw JmsErrors.caused(
                    new MessageFormatException(
                            "cannot be serialised: " + object.getClass().getName()),
                    e);
        }
        return bytes.toByteArray();
    }

    @Override
    public @Nullable Serializable getObject() throws JMSException {
        if (serial == null) {
            return null;
        }
        try (var in = trusted.reader(new ByteArrayInputStream(serial))) {
            return (Serializable) in.readObject();
        } catch (IOException | ClassNotFoundException | ClassCastException e) {
            throw JmsErrors.caused(
                    new MessageFormatException("the object of this message cannot be read: " + e.getMessage()), e);
        }
    }

    @Override
    BodyKind bodyKind() {
        return BodyKind.OBJECT;
    }

    @Override
    byte @Nullable [] encodeBody() {
        return serial;
    }

    @Override
    void clearOwnBody() {
        serial = null;
    }

    @Override
    boolean hasBody() {
        return serial != null;
    }

    @Override
    boolean bodyFits(Class<?> type) throws JMSException {
        var object = getObject();
        return type.isInstance(object);
    }

    @Override
    @Nullable
    Object body() throws JMSException {
        return getObject();
    }
}
