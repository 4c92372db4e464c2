package org.isthmus.jms;

import jakarta.jms.Topic;

/** A topic by its name. */
public sealed class IsthmusTopic extends IsthmusDestination implements Topic permits IsthmusTemporaryTopic {
    private static final long serialVersionUID = 1L;

    /** For containers, which set the name afterwards. */
    public IsthmusTopic() {
        this("");
    }

    public IsthmusTopic(String name) {
        super(name);
    }

    @Override
    public final String getTopicName() {
        return getName();
    }
}
