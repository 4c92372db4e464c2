package org.isthmus.jms;

import jakarta.jms.JMSException;
import jakarta.jms.TemporaryQueue;
import org.jspecify.annotations.Nullable;

/** A queue that ends with the connection that made it. One that came in a message can be sent to, and no more. */
public final class IsthmusTemporaryQueue extends IsthmusQueue implements TemporaryQueue {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable TemporaryDestinations maker;

    IsthmusTemporaryQueue(String name, @Nullable TemporaryDestinations maker) {
        super(name);
        this.maker = maker;
    }

    @Override
    public void delete() throws JMSException {
        TemporaryDestinations.delete(this, maker);
    }
}
