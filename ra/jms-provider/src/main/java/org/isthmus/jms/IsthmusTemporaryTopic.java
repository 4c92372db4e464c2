package org.isthmus.jms;

import jakarta.jms.JMSException;
import jakarta.jms.TemporaryTopic;
import org.jspecify.annotations.Nullable;

/** A topic that ends with the connection that made it. One that came in a message can be sent to, and no more. */
public final class IsthmusTemporaryTopic extends IsthmusTopic implements TemporaryTopic {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable TemporaryDestinations maker;

    IsthmusTemporaryTopic(String name, @Nullable TemporaryDestinations maker) {
        super(name);
        this.maker = maker;
    }

    @Override
    public void delete() throws JMSException {
        TemporaryDestinations.delete(this, maker);
    }
}
