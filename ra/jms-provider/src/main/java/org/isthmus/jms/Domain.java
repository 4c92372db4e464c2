package org.isthmus.jms;

import jakarta.jms.IllegalStateException;

/** Which of the specification's interfaces a connection was made by; the two older ones refuse each other's calls (§6.1). */
public enum Domain {
    UNIFIED,
    QUEUE,
    TOPIC;

    void requireTopics(String call) throws IllegalStateException {
        if (this == QUEUE) {
            throw new IllegalStateException(call + " is not for a queue connection or session");
        }
    }

    void requireQueues(String call) throws IllegalStateException {
        if (this == TOPIC) {
            throw new IllegalStateException(call + " is not for a topic connection or session");
        }
    }
}
