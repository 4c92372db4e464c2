package org.isthmus.ra.outbound;

import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageListener;
import org.jspecify.annotations.Nullable;

/** A consumer of the simplified API, without a listener, as a container has it. */
final class ContextConsumer implements JMSConsumer {
    private final MessageConsumer consumer;

    ContextConsumer(MessageConsumer consumer) {
        this.consumer = consumer;
    }

    @Override
    public @Nullable Message receive() {
        try {
            return consumer.receive();
        } catch (JMSException e) {
            throw Unchecked.of(e);
        }
    }

    @Override
    public @Nullable Message receive(long timeoutMs) {
        try {
            return consumer.receive(timeoutMs);
        } catch (JMSException e) {
            throw Unchecked.of(e);
        }
    }

    @Override
    public @Nullable Message receiveNoWait() {
        try {
            return consumer.receiveNoWait();
        } catch (JMSException e) {
            throw Unchecked.of(e);
        }
    }

    @Override
    public <T> @Nullable T receiveBody(Class<T> type) {
        return body(receive(), type);
    }

    @Override
    public <T> @Nullable T receiveBody(Class<T> type, long timeoutMs) {
        return body(receive(timeoutMs), type);
    }

    @Override
    public <T> @Nullable T receiveBodyNoWait(Class<T> type) {
        return body(receiveNoWait(), type);
    }

    private static <T> @Nullable T body(@Nullable Message message, Class<T> type) {
        try {
            return message == null ? null : message.getBody(type);
        } catch (JMSException e) {
            throw Unchecked.of(e);
        }
    }

    @Override
    public String getMessageSelector() {
        try {
            return consumer.getMessageSelector();
        } catch (JMSException e) {
            throw Unchecked.of(e);
        }
    }

    @Override
    public void close() {
        try {
            consumer.close();
        } catch (JMSException e) {
            throw Unchecked.of(e);
        }
    }

    @Override
    public MessageListener getMessageListener() {
        throw Prohibited.contextCall("JMSConsumer.getMessageListener");
    }

    @Override
    public void setMessageListener(MessageListener listener) {
        throw Prohibited.contextCall("JMSConsumer.setMessageListener");
    }
}
