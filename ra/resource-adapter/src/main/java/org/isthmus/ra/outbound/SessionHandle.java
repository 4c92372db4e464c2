package org.isthmus.ra.outbound;

import jakarta.jms.BytesMessage;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.QueueSender;
import jakarta.jms.QueueSession;
import jakarta.jms.StreamMessage;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import jakarta.jms.TopicPublisher;
import jakarta.jms.TopicSession;
import java.io.Serializable;
import org.isthmus.jms.IsthmusProducer;
import org.isthmus.jms.IsthmusSession;
import org.jspecify.annotations.Nullable;

/**
 * A session as an application in a container has it: everything but asynchronous delivery, which in a container is for message-driven
 * beans. Used by one thread at a time, except {@link #close}.
 */
public final class SessionHandle implements QueueSession, TopicSession {
    private final IsthmusSession session;
    private volatile boolean open = true;

    SessionHandle(IsthmusSession session) {
        this.session = session;
    }

    IsthmusSession session() {
        return session;
    }

    boolean isOpen() {
        return open;
    }

    @Override
    public void close() throws JMSException {
        open = false;
        session.close();
    }

    @Override
    public boolean getTransacted() throws JMSException {
        return session.getTransacted();
    }

    @Override
    public int getAcknowledgeMode() throws JMSException {
        return session.getAcknowledgeMode();
    }

    @Override
    public void commit() throws JMSException {
        session.commit();
    }

    @Override
    public void rollback() throws JMSException {
        session.rollback();
    }

    @Override
    public void recover() throws JMSException {
        session.recover();
    }

    // Sending.

    @Override
    public IsthmusProducer createProducer(@Nullable Destination destination) throws JMSException {
        return session.createProducer(destination);
    }

    @Override
    public TopicPublisher createPublisher(@Nullable Topic topic) throws JMSException {
        return session.createPublisher(topic);
    }

    @Override
    public QueueSender createSender(@Nullable Queue queue) throws JMSException {
        return session.createSender(queue);
    }

    // Receiving.

    @Override
    public ConsumerHandle createConsumer(Destination destination) throws JMSException {
        return new ConsumerHandle(session.createConsumer(destination));
    }

    @Override
    public ConsumerHandle createConsumer(Destination destination, @Nullable String selector) throws JMSException {
        return new ConsumerHandle(session.createConsumer(destination, selector));
    }

    @Override
    public ConsumerHandle createConsumer(Destination destination, @Nullable String selector, boolean noLocal)
            throws JMSException {
        return new ConsumerHandle(session.createConsumer(destination, selector, noLocal));
    }

    @Override
    public ConsumerHandle createSharedConsumer(Topic topic, String name) throws JMSException {
        return new ConsumerHandle(session.createSharedConsumer(topic, name));
    }

    @Override
    public ConsumerHandle createSharedConsumer(Topic topic, String name, @Nullable String selector)
            throws JMSException {
        return new ConsumerHandle(session.createSharedConsumer(topic, name, selector));
    }

    @Override
    public ConsumerHandle createDurableSubscriber(Topic topic, String name) throws JMSException {
        return new ConsumerHandle(session.createDurableSubscriber(topic, name));
    }

    @Override
    public ConsumerHandle createDurableSubscriber(Topic topic, String name, @Nullable String selector, boolean noLocal)
            throws JMSException {
        return new ConsumerHandle(session.createDurableSubscriber(topic, name, selector, noLocal));
    }

    @Override
    public ConsumerHandle createDurableConsumer(Topic topic, String name) throws JMSException {
        return new ConsumerHandle(session.createDurableConsumer(topic, name));
    }

    @Override
    public ConsumerHandle createDurableConsumer(Topic topic, String name, @Nullable String selector, boolean noLocal)
            throws JMSException {
        return new ConsumerHandle(session.createDurableConsumer(topic, name, selector, noLocal));
    }

    @Override
    public ConsumerHandle createSharedDurableConsumer(Topic topic, String name) throws JMSException {
        return new ConsumerHandle(session.createSharedDurableConsumer(topic, name));
    }

    @Override
    public ConsumerHandle createSharedDurableConsumer(Topic topic, String name, @Nullable String selector)
            throws JMSException {
        return new ConsumerHandle(session.createSharedDurableConsumer(topic, name, selector));
    }

    @Override
    public ConsumerHandle createSubscriber(Topic topic) throws JMSException {
        return new ConsumerHandle(session.createSubscriber(topic));
    }

    @Override
    public ConsumerHandle createSubscriber(Topic topic, @Nullable String selector, boolean noLocal)
            throws JMSException {
        return new ConsumerHandle(session.createSubscriber(topic, selector, noLocal));
    }

    @Override
    public ConsumerHandle createReceiver(Queue queue) throws JMSException {
        return new ConsumerHandle(session.createReceiver(queue));
    }

    @Override
    public ConsumerHandle createReceiver(Queue queue, @Nullable String selector) throws JMSException {
        return new ConsumerHandle(session.createReceiver(queue, selector));
    }

    @Override
    public QueueBrowser createBrowser(Queue queue) throws JMSException {
        return session.createBrowser(queue);
    }

    @Override
    public QueueBrowser createBrowser(Queue queue, @Nullable String selector) throws JMSException {
        return session.createBrowser(queue, selector);
    }

    @Override
    public void unsubscribe(String name) throws JMSException {
        session.unsubscribe(name);
    }

    // Destinations and messages.

    @Override
    public Queue createQueue(String name) throws JMSException {
        return session.createQueue(name);
    }

    @Override
    public Topic createTopic(String name) throws JMSException {
        return session.createTopic(name);
    }

    @Override
    public TemporaryQueue createTemporaryQueue() throws JMSException {
        return session.createTemporaryQueue();
    }

    @Override
    public TemporaryTopic createTemporaryTopic() throws JMSException {
        return session.createTemporaryTopic();
    }

    @Override
    public Message createMessage() throws JMSException {
        return session.createMessage();
    }

    @Override
    public TextMessage createTextMessage() throws JMSException {
        return session.createTextMessage();
    }

    @Override
    public TextMessage createTextMessage(@Nullable String text) throws JMSException {
        return session.createTextMessage(text);
    }

    @Override
    public BytesMessage createBytesMessage() throws JMSException {
        return session.createBytesMessage();
    }

    @Override
    public MapMessage createMapMessage() throws JMSException {
        return session.createMapMessage();
    }

    @Override
    public StreamMessage createStreamMessage() throws JMSException {
        return session.createStreamMessage();
    }

    @Override
    public ObjectMessage createObjectMessage() throws JMSException {
        return session.createObjectMessage();
    }

    @Override
    public ObjectMessage createObjectMessage(@Nullable Serializable object) throws JMSException {
        return session.createObjectMessage(object);
    }

    // The container's own.

    @Override
    public MessageListener getMessageListener() throws JMSException {
        throw Prohibited.call("Session.getMessageListener");
    }

    @Override
    public void setMessageListener(MessageListener listener) throws JMSException {
        throw Prohibited.call("Session.setMessageListener");
    }

    @Override
    public void run() {
        throw Prohibited.contextCall("Session.run");
    }
}
