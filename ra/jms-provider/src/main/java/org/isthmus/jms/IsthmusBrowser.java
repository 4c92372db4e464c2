package org.isthmus.jms;

import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import java.util.Enumeration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.broker.client.OffsetSpec;
import org.jspecify.annotations.Nullable;

/** A browser of a session. Its enumerations show what the queue has when they begin, without taking it from anybody. */
final class IsthmusBrowser implements QueueBrowser {
    private final IsthmusSession session;
    private final IsthmusQueue queue;
    private final @Nullable String selector;
    private final Set<Browsing> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    IsthmusBrowser(IsthmusSession session, IsthmusQueue queue, @Nullable String selector) {
        this.session = session;
        this.queue = queue;
        this.selector = selector;
    }

    @Override
    public Queue getQueue() throws JMSException {
        requireOpen();
        return queue;
    }

    @Override
    public @Nullable String getMessageSelector() throws JMSException {
        requireOpen();
        return selector;
    }

    @Override
    public Enumeration<?> getEnumeration() throws JMSException {
        requireOpen();
        var client = session.connection().client();
        var topic = session.connection().topics().topicNow(queue);
        var ends = TopicOffsets.of(client, TopicOffsets.partitions(topic), new OffsetSpec.Latest());
        var browsing = new Browsing(session.connection(), queue, ends, selector);
        open.removeIf(Browsing::isOver);
        open.add(browsing);
        return browsing;
    }

    private void requireOpen() throws JMSException {
        if (closed) {
            throw new IllegalStateException("the browser is closed");
        }
        session.requireOpen();
    }

    @Override
    public void close() {
        closed = true;
        open.forEach(Browsing::end);
        open.clear();
    }
}
