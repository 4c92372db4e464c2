package org.isthmus.jms;

import jakarta.jms.Message;
import java.util.List;

/**
 * What a message-driven bean implements in place of {@link jakarta.jms.MessageListener} to take messages many at a time. They are acknowledged
 * together after it has returned. Where it throws, they are all delivered again, each in a list of its own.
 */
public interface BatchMessageListener {
    /**
     * Takes these, and has accepted all of them when it returns.
     *
     * @param messages at least one; those of one key or partition in their order, where the bean asks for that ordering
     */
    void onMessages(List<Message> messages);
}
