package org.isthmus.jms;

import jakarta.jms.Queue;

/** A queue by its name. */
public sealed class IsthmusQueue extends IsthmusDestination implements Queue permits IsthmusTemporaryQueue {
    private static final long serialVersionUID = 1L;

    /** For containers, which set the name afterwards. */
    public IsthmusQueue() {
        this("");
    }

    public IsthmusQueue(String name) {
        super(name);
    }

    @Override
    public final String getQueueName() {
        return getName();
    }
}
