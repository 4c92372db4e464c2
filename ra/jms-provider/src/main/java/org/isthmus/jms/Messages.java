package org.isthmus.jms;

import jakarta.jms.BytesMessage;
import jakarta.jms.Destination;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageEOFException;
import jakarta.jms.ObjectMessage;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.util.Enumeration;
import org.isthmus.jms.mapping.Envelope;
import org.jspecify.annotations.Nullable;

/** Messages of this provider, made of what the log or another provider has. */
final class Messages {
    private Messages() {}

    static IsthmusMessage received(Envelope envelope, TrustedClasses trusted) {
        return switch (envelope.kind()) {
            case NONE -> new IsthmusMessage(envelope);
            case TEXT -> new IsthmusTextMessage(envelope);
            case BYTES -> new IsthmusBytesMessage(envelope);
            case MAP -> new IsthmusMapMessage(envelope);
            case STREAM -> new IsthmusStreamMessage(envelope);
            case OBJECT -> new IsthmusObjectMessage(envelope, trusted);
        };
    }

    /** A copy of a message of another provider (§3.12). */
    static IsthmusMessage own(Message message) throws JMSException {
        if (message instanceof IsthmusMessage own) {
            return own;
        }
        var copy = copyOfBody(message);
        copy.setJMSCorrelationID(message.getJMSCorrelationID());
        copy.setJMSReplyTo(ifKnownHere(message.getJMSReplyTo()));
        copy.setJMSType(message.getJMSType());
        for (Enumeration<?> names = message.getPropertyNames(); names.hasMoreElements(); ) {
            var name = names.nextElement().toString();
            copy.setObjectProperty(name, message.getObjectProperty(name));
        }
        return copy;
    }

    /** A reply address that can be none here is left out (§3.12), so that the message itself can be sent. */
    private static @Nullable Destination ifKnownHere(@Nullable Destination replyTo) throws JMSException {
        try {
            return replyTo == null ? null : IsthmusDestination.of(replyTo);
        } catch (InvalidDestinationException e) {
            return null;
        }
    }

    private static IsthmusMessage copyOfBody(Message message) throws JMSException {
        if (message instanceof TextMessage text) {
            var copy = new IsthmusTextMessage();
            copy.setText(text.getText());
            return copy;
        }
        if (message instanceof BytesMessage bytes) {
            return copyOf(bytes);
        }
        if (message instanceof MapMessage map) {
            var copy = new IsthmusMapMessage();
            for (Enumeration<?> names = map.getMapNames(); names.hasMoreElements(); ) {
                var name = names.nextElement().toString();
                copy.setObject(name, map.getObject(name));
            }
            return copy;
        }
        if (message instanceof StreamMessage stream) {
            return copyOf(stream);
        }
        if (message instanceof ObjectMessage object) {
            var copy = new IsthmusObjectMessage();
            copy.setObject(object.getObject());
            return copy;
        }
        return new IsthmusMessage();
    }

    private static IsthmusMessage copyOf(BytesMessage bytes) throws JMSException {
        bytes.reset();
        var body = new byte[Math.toIntExact(bytes.getBodyLength())];
        bytes.readBytes(body);
        var copy = new IsthmusBytesMessage();
        copy.writeBytes(body);
        return copy;
    }

    private static IsthmusMessage copyOf(StreamMessage stream) throws JMSException {
        stream.reset();
        var copy = new IsthmusStreamMessage();
        try {
            for (; ; ) {
                copy.writeObject(stream.readObject());
            }
        } catch (MessageEOFException end) {
            return copy; // the interface has no other way to say how many values there are
        }
    }
}
