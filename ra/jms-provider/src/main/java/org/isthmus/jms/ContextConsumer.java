package org.isthmus.jms;

import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageListener;
import org.jspecify.annotations.Nullable;

/** A consumer as the simplified API has it. */
public class ContextConsumer implements JMSConsumer {
    private final IsthmusConsumer consumer;

    public ContextConsumer(IsthmusConsumer consumer) {
        this.consumer = consumer;
    }

    @Override
    public @Nullable String getMessageSelector() {
        return JmsErrors.orNull(consumer::getMessageSelector);
    }

    @Override
    public @Nullable MessageListener getMessageListener() {
        return JmsErrors.orNull(consumer::getMessageListener);
    }

    @Override
    public void setMessageListener(@Nullable MessageListener listener) {
        JmsErrors.uncheckedly(() -> consumer.setMessageListener(listener));
    }

    @Override
    public @Nullable Message receive() {
        return JmsErrors.orNull(() -> consumer.receive());
    }

    @Override
    public @Nullable Message receive(long timeout) {
        return JmsErrors.orNull(() -> consumer.receive(timeout));
    }

    @Override
    public @Nullable Message receiveNoWait() {
        return JmsErrors.orNull(consumer::receiveNoWait);
    }

    @Override
    public <T> @Nullable T receiveBody(Class<T> type) {
        return body(type, Delivery.FOREVER);
    }

    @Override
    public <T> @Nullable T receiveBody(Class<T> type, long timeout) {
        return body(type, Math.max(timeout, 0));
    }

    @Override
    public <T> @Nullable T receiveBodyNoWait(Class<T> type) {
        return body(type, Delivery.AT_ONCE);
    }

    private <T> @Nullable T body(Class<T> type, long timeoutMs) {
        return JmsErrors.orNull(() -> consumer.receive(timeoutMs, message -> bodyOf(message, type)));
    }

    /** Unlike getBody, receiveBody refuses a message that has no body to give. */
    private static <T> T bodyOf(Message message, Class<T> type) throws JMSException {
        var body = message.getBody(type);
        if (body == null) {
            throw new MessageFormatException("the message has no body");
        }
        return body;
    }

    @Override
    public void close() {
        JmsErrors.uncheckedly(consumer::close);
    }
}
