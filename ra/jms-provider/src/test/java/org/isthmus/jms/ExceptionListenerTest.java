package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.ExceptionListener;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.isthmus.broker.common.ErrorCode;
import org.junit.jupiter.api.Test;

/** What the listener of a connection hears (§6.1.7), of a broker that fails. */
class ExceptionListenerTest extends MemoryBrokerTest {
    private final IsthmusTopic topic = topic("news");
    private final LinkedBlockingQueue<Object> told = new LinkedBlockingQueue<>();

    private Object nextTold() throws InterruptedException {
        return told.poll(SOON, TimeUnit.MILLISECONDS);
    }

    private IsthmusConnection watched(ExceptionListener listener) throws JMSException {
        var connection = started();
        connection.setExceptionListener(listener);
        return connection;
    }

    @Test
    void whatACallThrowsIsNotToldToTheListenerToo_6_1_7() throws Exception {
        var connection = watched(trouble -> told.add(trouble.getErrorCode()));
        var session = connection.createSession();
        var producer = session.createProducer(topic);
        producer.send(session.createMessage());
        broker.failSends(ErrorCode.NOT_ENOUGH_REPLICAS);
        assertThatThrownBy(() -> producer.send(session.createMessage())).isInstanceOf(JMSException.class);
        assertThatThrownBy(() -> session.createConsumer(topic, "no selector")).isInstanceOf(JMSException.class);
        session.createConsumer(topic);
        broker.failReads(ErrorCode.NETWORK_EXCEPTION);
        assertThat(nextTold()).isEqualTo("NETWORK_EXCEPTION");
        assertThat(told).isEmpty();
    }

    @Test
    void listenerIsCalledOnceAtATimeAlsoWhereItFails_6_1_7() throws Exception {
        var inside = new AtomicInteger();
        var goOn = new CountDownLatch(1);
        var connection = watched(trouble -> {
            told.add(inside.incrementAndGet());
            try {
                assertThat(goOn.await(SOON, TimeUnit.MILLISECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            inside.decrementAndGet();
            throw new java.lang.IllegalStateException("a listener fails");
        });
        var session = connection.createSession();
        session.createConsumer(topic);
        session.createConsumer(topic);
        broker.failReads(ErrorCode.NETWORK_EXCEPTION);
        assertThat(nextTold()).isEqualTo(1);
        goOn.countDown();
        assertThat(nextTold()).isEqualTo(1);
    }

    @Test
    void listenerMayUseAndCloseItsConnection_6_1_7() throws Exception {
        var connection = started();
        connection.setExceptionListener(trouble -> {
            told.add(outcome(() -> connection.createSession().createTextMessage("of the listener")));
            told.add(outcome(connection::close));
        });
        connection.createSession().createConsumer(topic);
        broker.failReads(ErrorCode.NETWORK_EXCEPTION);
        assertThat(nextTold()).isEqualTo("done");
        assertThat(nextTold()).isEqualTo("done");
        assertThatThrownBy(connection::createSession).isInstanceOf(IllegalStateException.class);
    }
}
