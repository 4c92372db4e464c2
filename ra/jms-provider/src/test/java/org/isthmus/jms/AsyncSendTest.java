package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.CompletionListener;
import jakarta.jms.DeliveryMode;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Asynchronous sends (§7.3). */
class AsyncSendTest extends MemoryBrokerTest {
    private final IsthmusTopic topic = topic("async");

    private static CompletionListener listener(Consumer<Object> to) {
        return new CompletionListener() {
            @Override
            public void onCompletion(Message message) {
                to.accept(message);
            }

            @Override
            public void onException(Message message, Exception exception) {
                to.accept(exception);
            }
        };
    }

    @Test
    void listenersAreToldInTheOrderOfTheSendsByAnotherThread_7_3_8() throws Exception {
        var session = session();
        var producer = session.createProducer(topic);
        var told = new LinkedBlockingQueue<Object>();
        var sender = Thread.currentThread();
        for (int i = 0; i < 100; i++) {
            var message = session.createTextMessage(Integer.toString(i));
            producer.send(message, listener(it -> told.add(Thread.currentThread() == sender ? "same thread" : it)));
        }
        for (int i = 0; i < 100; i++) {
            var message = (Message) told.poll(SOON, TimeUnit.MILLISECONDS);
            assertThat(message.getBody(String.class)).isEqualTo(Integer.toString(i));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {DeliveryMode.PERSISTENT, DeliveryMode.NON_PERSISTENT})
    void listenerIsToldWhenTheBrokerHasTheMessageAndNotBefore_7_3_1(int mode) throws Exception {
        var session = session();
        var producer = session.createProducer(topic);
        producer.setDeliveryMode(mode);
        var told = new LinkedBlockingQueue<Object>();
        broker.holdSends();
        var message = session.createMessage();
        producer.send(message, listener(told::add));
        // What the broker answers later has been answered: the send would have been.
        session.createConsumer(topic).close();
        assertThat(told).isEmpty();
        assertThat(broker.records(new TopicPartition(topic.getName(), 0))).isEmpty();
        broker.releaseSends();
        assertThat(told.poll(SOON, TimeUnit.MILLISECONDS)).isSameAs(message);
        assertThat(broker.records(new TopicPartition(topic.getName(), 0))).hasSize(1);
    }

    @Test
    void refusedSendIsToldToTheListener_7_3_2() throws Exception {
        var session = session();
        var told = new LinkedBlockingQueue<Object>();
        var producer = session.createProducer(topic);
        broker.failSends(ErrorCode.NOT_ENOUGH_REPLICAS);
        producer.send(session.createMessage(), listener(told::add));
        assertThat(told.poll(SOON, TimeUnit.MILLISECONDS)).isInstanceOf(JMSException.class);
    }

    @Test
    void closeWaitsForWhatIsUnderWay_7_3_4() throws Exception {
        var session = session();
        var producer = session.createProducer(topic);
        var order = new LinkedBlockingQueue<Object>();
        broker.holdSends();
        producer.send(session.createMessage(), listener(it -> order.add("told")));
        var closer = new Thread(() -> {
            outcome(session::close);
            order.add("closed");
        });
        closer.start();
        while (closer.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        broker.releaseSends();

        assertThat(order.poll(SOON, TimeUnit.MILLISECONDS)).isEqualTo("told");
        assertThat(order.poll(SOON, TimeUnit.MILLISECONDS)).isEqualTo("closed");
    }

    @Test
    void completionListenerMustNotCloseWhatItBelongsTo_7_3_4() throws Exception {
        var connection = started();
        var session = connection.createSession();
        var producer = session.createProducer(topic);
        var seen = new LinkedBlockingQueue<Object>();
        producer.send(session.createMessage(), listener(it -> {
            seen.add(outcome(producer::close));
            seen.add(outcome(session::close));
            seen.add(outcome(connection::close));
        }));
        for (int i = 0; i < 3; i++) {
            assertThat(seen.poll(SOON, TimeUnit.MILLISECONDS)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void listenerIsNeeded() throws JMSException {
        var session = session();
        var producer = session.createProducer(topic);
        assertThatThrownBy(() -> producer.send(session.createMessage(), null))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
