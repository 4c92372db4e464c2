package org.isthmus.ra;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import jakarta.resource.spi.UnavailableException;
import jakarta.resource.spi.endpoint.MessageEndpoint;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.transaction.xa.XAResource;
import org.isthmus.jms.BatchMessageListener;

/** A message-driven bean's side of the container: hands every message to one listener. */
final class FakeEndpoints implements BeanFactory {
    private final BatchMessageListener bean;
    final AtomicInteger unavailable = new AtomicInteger();
    final AtomicInteger handedOut = new AtomicInteger();
    /** After a bean was given back, so after everything was said of what it had. */
    volatile Runnable afterRelease = () -> {};

    FakeEndpoints(MessageListener bean) {
        this((BatchMessageListener) messages -> messages.forEach(bean::onMessage));
    }

    private FakeEndpoints(BatchMessageListener bean) {
        this.bean = bean;
    }

    static FakeEndpoints takingLists(BatchMessageListener bean) {
        return new FakeEndpoints(bean);
    }

    /** A bean that keeps the texts that it gets. */
    static FakeEndpoints keeping(Queue<String> texts) {
        return new FakeEndpoints((MessageListener) message -> {
            try {
                texts.add(message.getBody(String.class));
            } catch (JMSException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Override
    public MessageEndpoint createEndpoint(XAResource resource) throws UnavailableException {
        if (unavailable.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new UnavailableException("still starting");
        }
        handedOut.incrementAndGet();
        return new Endpoint();
    }

    @Override
    public boolean isDeliveryTransacted(Method method) {
        return false;
    }

    private final class Endpoint implements MessageEndpoint, MessageListener, BatchMessageListener {
        private boolean delivering;

        @Override
        public void beforeDelivery(Method method) {
            delivering = true;
        }

        @Override
        public void onMessage(Message message) {
            onMessages(List.of(message));
        }

        @Override
        public void onMessages(List<Message> messages) {
            if (!delivering) {
                throw new AssertionError("called outside of a delivery");
            }
            bean.onMessages(messages);
        }

        @Override
        public void afterDelivery() {
            delivering = false;
        }

        @Override
        public void release() {
            handedOut.decrementAndGet();
            afterRelease.run();
        }
    }
}
