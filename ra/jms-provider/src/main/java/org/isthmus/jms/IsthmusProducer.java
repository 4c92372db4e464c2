package org.isthmus.jms;

import jakarta.jms.CompletionListener;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.QueueSender;
import jakarta.jms.Topic;
import jakarta.jms.TopicPublisher;
import org.jspecify.annotations.Nullable;

/** A producer of a session. Used by the session's thread; the session's {@link Outflow} does the sending. */
public final class IsthmusProducer implements MessageProducer, TopicPublisher, QueueSender {
    private final IsthmusSession session;
    private final @Nullable IsthmusDestination destination;

    private int deliveryMode = Message.DEFAULT_DELIVERY_MODE;
    private int priority = Message.DEFAULT_PRIORITY;
    private long timeToLive = Message.DEFAULT_TIME_TO_LIVE;
    private long deliveryDelay = Message.DEFAULT_DELIVERY_DELAY;
    private boolean disableMessageId;
    private boolean disableMessageTimestamp;
    private volatile boolean closed;

    IsthmusProducer(IsthmusSession session, @Nullable IsthmusDestination destination) {
        this.session = session;
        this.destination = destination;
    }

    // Sending

    @Override
    public void send(Message message) throws JMSException {
        send(own(), message, deliveryMode, priority, timeToLive, null);
    }

    @Override
    public void send(Message message, int deliveryMode, int priority, long timeToLive) throws JMSException {
        send(own(), message, deliveryMode, priority, timeToLive, null);
    }

    @Override
    public void send(Destination destination, Message message) throws JMSException {
        send(given(destination), message, deliveryMode, priority, timeToLive, null);
    }

    @Override
    public void send(Destination destination, Message message, int deliveryMode, int priority, long timeToLive)
            throws JMSException {
        send(given(destination), message, deliveryMode, priority, timeToLive, null);
    }

    @Override
    public void send(Message message, CompletionListener listener) throws JMSException {
        send(own(), message, deliveryMode, priority, timeToLive, required(listener));
    }

    @Override
    public void send(Message message, int deliveryMode, int priority, long timeToLive, CompletionListener listener)
            throws JMSException {
        send(own(), message, deliveryMode, priority, timeToLive, required(listener));
    }

    @Override
    public void send(Destination destination, Message message, CompletionListener listener) throws JMSException {
        send(given(destination), message, deliveryMode, priority, timeToLive, required(listener));
    }

    @Override
    public void send(
            Destination destination,
            Message message,
            int deliveryMode,
            int priority,
            long timeToLive,
            CompletionListener listener)
            throws JMSException {
        send(given(destination), message, deliveryMode, priority, timeToLive, required(listener));
    }

    private void send(
            IsthmusDestination to,
            @Nullable Message message,
            int deliveryMode,
            int priority,
            long timeToLive,
            @Nullable CompletionListener listener)
            throws JMSException {
        requireDeliveryMode(deliveryMode);
        requirePriority(priority);
        requireTimeToLive(timeToLive);
        if (message == null) {
            throw new MessageFormatException("there is no message to send");
        }
        var manner = new Outflow.Manner(deliveryMode, priority, timeToLive, deliveryDelay, disableMessageId);
        session.outflow().send(this, to, message, manner, listener);
    }

    private IsthmusDestination own() throws JMSException {
        requireOpen();
        if (destination == null) {
            throw new UnsupportedOperationException("this producer has no destination of its own; name one");
        }
        return destination;
    }

    private IsthmusDestination given(@Nullable Destination to) throws JMSException {
        requireOpen();
        if (destination != null) {
            throw new UnsupportedOperationException("this producer sends to " + destination + " only");
        }
        if (to == null) {
            throw new InvalidDestinationException("a message needs a destination");
        }
        return IsthmusDestination.of(to);
    }

    private CompletionListener required(@Nullable CompletionListener listener) throws JMSException {
        session.requireCompletions();
        if (listener == null) {
            throw new IllegalArgumentException("an asynchronous send needs a completion listener");
        }
        return listener;
    }

    @Override
    public void publish(Message message) throws JMSException {
        send(message);
    }

    @Override
    public void publish(Message message, int deliveryMode, int priority, long timeToLive) throws JMSException {
        send(message, deliveryMode, priority, timeToLive);
    }

    @Override
    public void publish(Topic topic, Message message) throws JMSException {
        send((Destination) topic, message);
    }

    @Override
    public void publish(Topic topic, Message message, int deliveryMode, int priority, long timeToLive)
            throws JMSException {
        send((Destination) topic, message, deliveryMode, priority, timeToLive);
    }

    @Override
    public void send(Queue queue, Message message) throws JMSException {
        send((Destination) queue, message);
    }

    @Override
    public void send(Queue queue, Message message, int deliveryMode, int priority, long timeToLive)
            throws JMSException {
        send((Destination) queue, message, deliveryMode, priority, timeToLive);
    }

    // Settings

    @Override
    public void setDisableMessageID(boolean value) throws JMSException {
        requireOpen();
        disableMessageId = value;
    }

    @Override
    public boolean getDisableMessageID() throws JMSException {
        requireOpen();
        return disableMessageId;
    }

    /** A hint that is not taken: every record of the log has a timestamp. */
    @Override
    public void setDisableMessageTimestamp(boolean value) throws JMSException {
        requireOpen();
        disableMessageTimestamp = value;
    }

    @Override
    public boolean getDisableMessageTimestamp() throws JMSException {
        requireOpen();
        return disableMessageTimestamp;
    }

    @Override
    public void setDeliveryMode(int deliveryMode) throws JMSException {
        requireOpen();
        requireDeliveryMode(deliveryMode);
        this.deliveryMode = deliveryMode;
    }

    static void requireDeliveryMode(int deliveryMode) throws JMSException {
        if (deliveryMode != DeliveryMode.PERSISTENT && deliveryMode != DeliveryMode.NON_PERSISTENT) {
            throw new JMSException("no delivery mode: " + deliveryMode);
        }
    }

    @Override
    public int getDeliveryMode() throws JMSException {
        requireOpen();
        return deliveryMode;
    }

    @Override
    public void setPriority(int priority) throws JMSException {
        requireOpen();
        requirePriority(priority);
        this.priority = priority;
    }

    static void requirePriority(int priority) throws JMSException {
        if (priority < 0 || priority > 9) {
            throw new JMSException("a priority is between 0 and 9: " + priority);
        }
    }

    @Override
    public int getPriority() throws JMSException {
        requireOpen();
        return priority;
    }

    @Override
    public void setTimeToLive(long timeToLive) throws JMSException {
        requireOpen();
        requireTimeToLive(timeToLive);
        this.timeToLive = timeToLive;
    }

    static void requireTimeToLive(long timeToLive) throws JMSException {
        if (timeToLive < 0) {
            throw new JMSException("a time to live is not negative: " + timeToLive);
        }
    }

    @Override
    public long getTimeToLive() throws JMSException {
        requireOpen();
        return timeToLive;
    }

    @Override
    public void setDeliveryDelay(long deliveryDelay) throws JMSException {
        requireOpen();
        requireDeliveryDelay(deliveryDelay);
        this.deliveryDelay = deliveryDelay;
    }

    static void requireDeliveryDelay(long deliveryDelay) throws JMSException {
        if (deliveryDelay < 0) {
            throw new JMSException("a delivery delay is not negative: " + deliveryDelay);
        }
    }

    @Override
    public long getDeliveryDelay() throws JMSException {
        requireOpen();
        return deliveryDelay;
    }

    @Override
    public @Nullable Destination getDestination() throws JMSException {
        requireOpen();
        return destination;
    }

    @Override
    public @Nullable Topic getTopic() throws JMSException {
        var to = getDestination();
        if (to == null || to instanceof Topic) {
            return (Topic) to;
        }
        throw new IllegalStateException("a producer of a queue");
    }

    @Override
    public @Nullable Queue getQueue() throws JMSException {
        var to = getDestination();
        if (to == null || to instanceof Queue) {
            return (Queue) to;
        }
        throw new IllegalStateException("a producer of a topic");
    }

    private void requireOpen() throws JMSException {
        if (closed) {
            throw new IllegalStateException("the producer is closed");
        }
        session.requireOpen();
    }

    @Override
    public void close() throws JMSException {
        var sends = session.outflow().asyncSends();
        if (sends.isCurrent(this)) {
            throw new IllegalStateException("a completion listener must not close its own producer");
        }
        sends.awaitNone(this);
        closed = true;
    }
}
