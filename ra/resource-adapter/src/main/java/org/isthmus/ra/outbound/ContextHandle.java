package org.isthmus.ra.outbound;

import jakarta.jms.BytesMessage;
import jakarta.jms.ConnectionMetaData;
import jakarta.jms.Destination;
import jakarta.jms.ExceptionListener;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSProducer;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.StreamMessage;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.io.Serializable;
import org.isthmus.jms.IsthmusProducer;
import org.isthmus.jms.JmsErrors;
import org.jspecify.annotations.Nullable;

/**
 * The simplified API on one connection handle and its one session. Used by one thread at a time. Where a container injects a context, this
 * is what its own wrapper holds.
 */
final class ContextHandle implements JMSContext {
    private final ConnectionHandle connection;
    private final SessionHandle session;
    private boolean autoStart = true;
    private @Nullable IsthmusProducer producer;

    /** Takes the connection over: it is closed with the context, and at once where the session cannot be made. */
    ContextHandle(ConnectionHandle connection, int sessionMode) throws JMSException {
        this.connection = connection;
        SessionHandle opened = null;
        try {
            opened = connection.createSession(sessionMode);
        } finally {
            if (opened == null) {
                connection.close();
            }
        }
        this.session = opened;
    }

    /** A call of the classic API. */
    private interface Call<T extends @Nullable Object> {
        T make() throws JMSException;
    }

    private static <T extends @Nullable Object> T unchecked(Call<T> call) {
        try {
            return call.make();
        } catch (JMSException e) {
            throw JmsErrors.unchecked(e);
        }
    }

    private interface Step {
        void take() throws JMSException;
    }

    private static void unchecked(Step step) {
        try {
            step.take();
        } catch (JMSException e) {
            throw JmsErrors.unchecked(e);
        }
    }

    @Override
    public JMSProducer createProducer() {
        return unchecked(() -> {
            var shared = producer;
            if (shared == null) {
                // One without a destination serves every JMSProducer: they name theirs at each send.
                shared = session.createProducer(null);
                producer = shared;
            }
            return new ContainerProducer(session.session(), shared);
        });
    }

    private JMSConsumer consumer(Call<ConsumerHandle> call) {
        return unchecked(() -> {
            var consumer = call.make();
            if (autoStart) {
                connection.start();
            }
            return new ContainerConsumer(consumer.consumer());
        });
    }

    @Override
    public JMSConsumer createConsumer(Destination destination) {
        return consumer(() -> session.createConsumer(destination));
    }

    @Override
    public JMSConsumer createConsumer(Destination destination, @Nullable String selector) {
        return consumer(() -> session.createConsumer(destination, selector));
    }

    @Override
    public JMSConsumer createConsumer(Destination destination, @Nullable String selector, boolean noLocal) {
        return consumer(() -> session.createConsumer(destination, selector, noLocal));
    }

    @Override
    public JMSConsumer createDurableConsumer(Topic topic, String name) {
        return consumer(() -> session.createDurableConsumer(topic, name));
    }

    @Override
    public JMSConsumer createDurableConsumer(Topic topic, String name, @Nullable String selector, boolean noLocal) {
        return consumer(() -> session.createDurableConsumer(topic, name, selector, noLocal));
    }

    @Override
    public JMSConsumer createSharedConsumer(Topic topic, String name) {
        return consumer(() -> session.createSharedConsumer(topic, name));
    }

    @Override
    public JMSConsumer createSharedConsumer(Topic topic, String name, @Nullable String selector) {
        return consumer(() -> session.createSharedConsumer(topic, name, selector));
    }

    @Override
    public JMSConsumer createSharedDurableConsumer(Topic topic, String name) {
        return consumer(() -> session.createSharedDurableConsumer(topic, name));
    }

    @Override
    public JMSConsumer createSharedDurableConsumer(Topic topic, String name, @Nullable String selector) {
        return consumer(() -> session.createSharedDurableConsumer(topic, name, selector));
    }

    @Override
    public QueueBrowser createBrowser(Queue queue) {
        return unchecked(() -> session.createBrowser(queue));
    }

    @Override
    public QueueBrowser createBrowser(Queue queue, @Nullable String selector) {
        return unchecked(() -> session.createBrowser(queue, selector));
    }

    @Override
    public void unsubscribe(String name) {
        unchecked(() -> session.unsubscribe(name));
    }

    @Override
    public Queue createQueue(String name) {
        return unchecked(() -> session.createQueue(name));
    }

    @Override
    public Topic createTopic(String name) {
        return unchecked(() -> session.createTopic(name));
    }

    @Override
    public TemporaryQueue createTemporaryQueue() {
        return unchecked(session::createTemporaryQueue);
    }

    @Override
    public TemporaryTopic createTemporaryTopic() {
        return unchecked(session::createTemporaryTopic);
    }

    @Override
    public Message createMessage() {
        return unchecked(session::createMessage);
    }

    @Override
    public BytesMessage createBytesMessage() {
        return unchecked(session::createBytesMessage);
    }

    @Override
    public MapMessage createMapMessage() {
        return unchecked(session::createMapMessage);
    }

    @Override
    public StreamMessage createStreamMessage() {
        return unchecked(session::createStreamMessage);
    }

    @Override
    public ObjectMessage createObjectMessage() {
        return unchecked(() -> session.createObjectMessage());
    }

    @Override
    public ObjectMessage createObjectMessage(@Nullable Serializable object) {
        return unchecked(() -> session.createObjectMessage(object));
    }

    @Override
    public TextMessage createTextMessage() {
        return unchecked(() -> session.createTextMessage());
    }

    @Override
    public TextMessage createTextMessage(@Nullable String text) {
        return unchecked(() -> session.createTextMessage(text));
    }

    @Override
    public @Nullable String getClientID() {
        try {
            return connection.getClientID();
        } catch (JMSException e) {
            throw JmsErrors.unchecked(e);
        }
    }

    @Override
    public ConnectionMetaData getMetaData() {
        return unchecked(connection::getMetaData);
    }

    @Override
    public int getSessionMode() {
        return unchecked(session::getAcknowledgeMode);
    }

    @Override
    public boolean getTransacted() {
        return unchecked(session::getTransacted);
    }

    @Override
    public void start() {
        unchecked(connection::start);
    }

    @Override
    public void setAutoStart(boolean autoStart) {
        this.autoStart = autoStart;
    }

    @Override
    public boolean getAutoStart() {
        return autoStart;
    }

    @Override
    public void close() {
        unchecked(connection::close);
    }

    // The container's own.

    @Override
    public JMSContext createContext(int sessionMode) {
        throw Prohibited.contextCall("JMSContext.createContext");
    }

    @Override
    public void setClientID(String clientID) {
        throw Prohibited.contextCall("JMSContext.setClientID");
    }

    @Override
    public ExceptionListener getExceptionListener() {
        throw Prohibited.contextCall("JMSContext.getExceptionListener");
    }

    @Override
    public void setExceptionListener(ExceptionListener listener) {
        throw Prohibited.contextCall("JMSContext.setExceptionListener");
    }

    @Override
    public void stop() {
        throw Prohibited.contextCall("JMSContext.stop");
    }

    @Override
    public void acknowledge() {
        throw Prohibited.contextCall("JMSContext.acknowledge");
    }

    @Override
    public void commit() {
        throw Prohibited.contextCall("JMSContext.commit");
    }

    @Override
    public void rollback() {
        throw Prohibited.contextCall("JMSContext.rollback");
    }

    @Override
    public void recover() {
        throw Prohibited.contextCall("JMSContext.recover");
    }
}
