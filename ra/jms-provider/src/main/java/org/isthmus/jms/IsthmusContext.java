package org.isthmus.jms;

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
import jakarta.jms.MessageConsumer;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.StreamMessage;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.io.Serializable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A session and a share in its connection, which ends with the last of the contexts that share it. */
public class IsthmusContext implements JMSContext {
    private final IsthmusConnection connection;
    private final AtomicInteger sharers;
    private final IsthmusSession session;
    private @Nullable IsthmusProducer
            producer; // made when it is first needed; all JMSProducers of the context send through it
    private volatile boolean autoStart = true;
    private boolean closed;

    IsthmusContext(IsthmusConnection connection, AtomicInteger sharers, IsthmusSession session) {
        this.connection = connection;
        this.sharers = sharers;
        this.session = session;
    }

    private IsthmusContext(IsthmusConnection connection, AtomicInteger sharers, int mode) throws JMSException {
        // Not createSession: a context has its session from the beginning, and until it is used its client identifier
        // may be set all the same.
        this(connection, sharers, connection.newSession(mode, Domain.UNIFIED));
    }

    static IsthmusContext open(IsthmusConnection connection, int mode) throws JMSException {
        try {
            return new IsthmusContext(connection, new AtomicInteger(1), mode);
        } catch (JMSException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public JMSContext createContext(int sessionMode) {
        return JmsErrors.unchecked(() -> {
            session.requireOpen();
            var context = new IsthmusContext(connection, sharers, sessionMode);
            sharers.incrementAndGet();
            return context;
        });
    }

    @Override
    public JMSProducer createProducer() {
        return JmsErrors.unchecked(() -> {
            if (producer == null) {
                producer = session.createProducer(null);
            }
            session.requireOpen();
            connection.use();
            return new ContextProducer(session, producer);
        });
    }

    // The connection

    @Override
    public @Nullable String getClientID() {
        return JmsErrors.orNull(connection::getClientID);
    }

    @Override
    public void setClientID(String clientID) {
        JmsErrors.uncheckedly(() -> connection.setClientID(clientID));
    }

    @Override
    public ConnectionMetaData getMetaData() {
        return JmsErrors.unchecked(connection::getMetaData);
    }

    @Override
    public @Nullable ExceptionListener getExceptionListener() {
        return JmsErrors.orNull(connection::getExceptionListener);
    }

    @Override
    public void setExceptionListener(@Nullable ExceptionListener listener) {
        JmsErrors.uncheckedly(() -> connection.setExceptionListener(listener));
    }

    @Override
    public void start() {
        JmsErrors.uncheckedly(connection::start);
    }

    @Override
    public void stop() {
        JmsErrors.uncheckedly(connection::stop);
    }

    @Override
    public void setAutoStart(boolean autoStart) {
        JmsErrors.uncheckedly(session::requireOpen);
        this.autoStart = autoStart;
    }

    @Override
    public boolean getAutoStart() {
        JmsErrors.uncheckedly(session::requireOpen);
        return autoStart;
    }

    @Override
    public void close() {
        JmsErrors.uncheckedly(() -> {
            if (closed) {
                return;
            }
            try {
                session.close();
            } finally {
                if (session.isClosed()) {
                    leave();
                }
            }
        });
    }

    /** Also where the session could not say its last words to the broker: it is closed all the same. */
    private void leave() throws JMSException {
        closed = true;
        if (sharers.decrementAndGet() == 0) {
            connection.close();
        }
    }

    // Messages

    @Override
    public BytesMessage createBytesMessage() {
        return JmsErrors.unchecked(session::createBytesMessage);
    }

    @Override
    public MapMessage createMapMessage() {
        return JmsErrors.unchecked(session::createMapMessage);
    }

    @Override
    public Message createMessage() {
        return JmsErrors.unchecked(session::createMessage);
    }

    @Override
    public ObjectMessage createObjectMessage() {
        return JmsErrors.unchecked(() -> session.createObjectMessage());
    }

    @Override
    public ObjectMessage createObjectMessage(@Nullable Serializable object) {
        return JmsErrors.unchecked(() -> session.createObjectMessage(object));
    }

    @Override
    public StreamMessage createStreamMessage() {
        return JmsErrors.unchecked(session::createStreamMessage);
    }

    @Override
    public TextMessage createTextMessage() {
        return JmsErrors.unchecked(() -> session.createTextMessage());
    }

    @Override
    public TextMessage createTextMessage(@Nullable String text) {
        return JmsErrors.unchecked(() -> session.createTextMessage(text));
    }

    // The session

    @Override
    public boolean getTransacted() {
        return JmsErrors.unchecked(session::getTransacted);
    }

    @Override
    public int getSessionMode() {
        return JmsErrors.unchecked(session::getAcknowledgeMode);
    }

    @Override
    public void commit() {
        JmsErrors.uncheckedly(session::commit);
    }

    @Override
    public void rollback() {
        JmsErrors.uncheckedly(session::rollback);
    }

    @Override
    public void recover() {
        JmsErrors.uncheckedly(session::recover);
    }

    @Override
    public void acknowledge() {
        JmsErrors.uncheckedly(() -> {
            session.requireOpen();
            session.acknowledge();
        });
    }

    @Override
    public void unsubscribe(String name) {
        JmsErrors.uncheckedly(() -> session.unsubscribe(name));
    }

    // Destinations and consumers

    @Override
    public Queue createQueue(String name) {
        return JmsErrors.unchecked(() -> session.createQueue(name));
    }

    @Override
    public Topic createTopic(String name) {
        return JmsErrors.unchecked(() -> session.createTopic(name));
    }

    @Override
    public TemporaryQueue createTemporaryQueue() {
        return JmsErrors.unchecked(session::createTemporaryQueue);
    }

    @Override
    public TemporaryTopic createTemporaryTopic() {
        return JmsErrors.unchecked(session::createTemporaryTopic);
    }

    private JMSConsumer consumer(JmsErrors.Call<MessageConsumer> creation) {
        return JmsErrors.unchecked(() -> {
            var consumer = new ContextConsumer((IsthmusConsumer) creation.run());
            connection.use();
            if (autoStart) {
                connection.start();
            }
            return consumer;
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
    public JMSConsumer createSharedDurableConsumer(Topic topic, String name) {
        return consumer(() -> session.createSharedDurableConsumer(topic, name));
    }

    @Override
    public JMSConsumer createSharedDurableConsumer(Topic topic, String name, @Nullable String selector) {
        return consumer(() -> session.createSharedDurableConsumer(topic, name, selector));
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
    public QueueBrowser createBrowser(Queue queue) {
        return JmsErrors.unchecked(() -> session.createBrowser(queue));
    }

    @Override
    public QueueBrowser createBrowser(Queue queue, @Nullable String selector) {
        return JmsErrors.unchecked(() -> session.createBrowser(queue, selector));
    }
}
