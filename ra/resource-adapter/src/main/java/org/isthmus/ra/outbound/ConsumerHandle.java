package org.isthmus.ra.outbound;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import jakarta.jms.Queue;
import jakarta.jms.QueueReceiver;
import jakarta.jms.Topic;
import jakarta.jms.TopicSubscriber;
import org.isthmus.jms.IsthmusConsumer;
import org.jspecify.annotations.Nullable;

/** A consumer as an application in a container has it: it receives, and has no listener. */
final class ConsumerHandle implements TopicSubscriber, QueueReceiver {
    private final IsthmusConsumer consumer;

    ConsumerHandle(IsthmusConsumer consumer) {
        this.consumer = consumer;
    }

    IsthmusConsumer consumer() {
        return consumer;
    }

    @Override
    public @Nullable Message receive() throws JMSException {
        return consumer.receive();
    }

    @Override
    public @Nullable Message receive(long timeoutMs) throws JMSException {
        return consumer.receive(timeoutMs);
    }

    @Override
    public @Nullable Message receiveNoWait() throws JMSException {
        return consumer.receiveNoWait();
    }

    @Override
    public @Nullable String getMessageSelector() throws JMSException {
        return consumer.getMessageSelector();
    }

    @Override
    public Topic getTopic() throws JMSException {
        return consumer.getTopic();
    }

    @Override
    public boolean getNoLocal() throws JMSException {
        return consumer.getNoLocal();
    }

    @Override
    public Queue getQueue() throws JMSException {
        return consumer.getQueue();
    }

    @Override
    public void close() throws JMSException {
        consumer.close();
    }

    @Override
    public MessageListener getMessageListener() throws JMSException {
        throw Prohibited.call("MessageConsumer.getMessageListener");
    }

    @Override
    public void setMessageListener(MessageListener listener) throws JMSException {
        throw Prohibited.call("MessageConsumer.setMessageListener");
    }
}
