package org.isthmus.jms;

import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import org.isthmus.jms.mapping.BodyKind;
import org.isthmus.jms.mapping.Envelope;
import org.jspecify.annotations.Nullable;

/** A message whose body is text, in the record as UTF-8. */
final class IsthmusTextMessage extends IsthmusMessage implements TextMessage {
    private byte @Nullable [] utf8; // what was received, until somebody reads it
    private @Nullable String text;

    IsthmusTextMessage() {}

    IsthmusTextMessage(Envelope envelope) {
        super(envelope);
        utf8 = envelope.body();
    }

    @Override
    public @Nullable String getText() {
        if (utf8 != null) {
            text = new String(utf8, StandardCharsets.UTF_8);
            utf8 = null;
        }
        return text;
    }

    @Override
    public void setText(@Nullable String text) throws JMSException {
        requireWritableBody();
        this.utf8 = null;
        this.text = text;
    }

    @Override
    BodyKind bodyKind() {
        return BodyKind.TEXT;
    }

    @Override
    byte @Nullable [] encodeBody() {
        var body = getText();
        return body == null ? null : body.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    void clearOwnBody() {
        utf8 = null;
        text = null;
    }

    @Override
    boolean hasBody() {
        return getText() != null;
    }

    @Override
    boolean bodyFits(Class<?> type) {
        return type.isAssignableFrom(String.class);
    }

    @Override
    @Nullable
    Object body() {
        return getText();
    }
}
