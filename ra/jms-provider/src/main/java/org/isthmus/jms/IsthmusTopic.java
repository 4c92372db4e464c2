package org.isthmus.jms;

import jakarta.jms.InvalidDestinationException;
import jakarta.jms.Topic;
import javax.naming.Reference;
import javax.naming.StringRefAddr;
import org.jspecify.annotations.Nullable;

/** A topic by its name, and where subscriptions to it begin that are new. */
public sealed class IsthmusTopic extends IsthmusDestination implements Topic permits IsthmusTemporaryTopic {
    private static final long serialVersionUID = 1L;
    private static final String START_FROM = "?startFrom=";

    private String startFrom = "";

    /** For containers, which set the name afterwards. */
    public IsthmusTopic() {
        this("");
    }

    public IsthmusTopic(String name) {
        super(name);
    }

    /** Reads {@code NAME} or {@code NAME?startFrom=PLACE}. */
    static IsthmusTopic parse(String text) throws InvalidDestinationException {
        int option = text.indexOf(START_FROM);
        if (option < 0) {
            return new IsthmusTopic(text);
        }
        var topic = new IsthmusTopic(text.substring(0, option));
        topic.setStartFrom(text.substring(option + START_FROM.length()));
        try {
            var unused = topic.startFrom();
        } catch (IllegalArgumentException e) {
            throw JmsErrors.caused(new InvalidDestinationException(e.getMessage()), e);
        }
        return topic;
    }

    @Override
    public final String getTopicName() {
        return getName();
    }

    /** {@code earliest}, {@code latest} or a time; empty means what the connection factory says. */
    public String getStartFrom() {
        return startFrom;
    }

    public void setStartFrom(@Nullable String startFrom) {
        this.startFrom = startFrom == null ? "" : startFrom;
    }

    /** Where a new subscription begins; null where the topic does not say. Fails with {@link IllegalArgumentException} on what is no place. */
    @Nullable
    StartFrom startFrom() {
        return startFrom.isBlank() ? null : StartFrom.parse(startFrom.strip());
    }

    @Override
    public Reference getReference() {
        var reference = super.getReference();
        reference.add(new StringRefAddr("startFrom", startFrom));
        return reference;
    }
}
