package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How long a message is there, and which goes first (§3.4.9, §3.4.10). */
class MessageLifeTest extends RealBrokerTest {
    private final IsthmusQueue queue = new IsthmusQueue(own("life"));

    private void sendBriefly(IsthmusDestination to, String text) throws JMSException {
        var session = session();
        var message = session.createTextMessage(text);
        session.createProducer(to).send(message, DeliveryMode.PERSISTENT, Message.DEFAULT_PRIORITY, 1);
        while (System.currentTimeMillis() <= message.getJMSExpiration()) {
            Thread.onSpinWait();
        }
    }

    private void send(IsthmusDestination to, int priority, String... texts) throws JMSException {
        var session = session();
        var producer = session.createProducer(to);
        producer.setPriority(priority);
        for (var text : texts) {
            producer.send(session.createTextMessage(text));
        }
    }

    private static List<String> received(IsthmusConsumer consumer, int count) throws JMSException {
        var texts = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            texts.add(bodyOf(consumer.receive(SOON)));
        }
        return texts;
    }

    @Test
    void expiredMessageIsNotReceived_3_4_9() throws JMSException {
        sendBriefly(queue, "over");
        send(queue, 4, "lasting");
        var consumer = session().createConsumer(queue);
        assertThat(bodyOf(consumer.receive(SOON))).isEqualTo("lasting");
        assertThat(consumer.receiveNoWait()).isNull();
    }

    @Test
    void expiredMessagesAreNoHindrance_3_4_9() throws JMSException {
        for (int i = 0; i < 40; i++) {
            var session = session();
            session.createProducer(queue).send(session.createTextMessage("over"), DeliveryMode.PERSISTENT, 4, 1);
        }
        sendBriefly(queue, "over");
        assertThat(session().createConsumer(queue).receiveNoWait()).isNull();
    }

    @Test
    void expiredMessageIsNotDeliveredToASubscriber_3_4_9() throws JMSException {
        var news = topic("news");
        var stopped = connect();
        var consumer = stopped.createSession().createConsumer(news);
        sendBriefly(news, "over");
        send(news, 4, "lasting");
        stopped.start();
        assertThat(bodyOf(consumer.receive(SOON))).isEqualTo("lasting");
    }

    @Test
    void higherPriorityIsReceivedFirst_3_4_10() throws JMSException {
        send(queue, 4, "a", "b");
        send(queue, 0, "last");
        send(queue, 9, "first", "second");
        send(queue, 5, "third");
        assertThat(received(session().createConsumer(queue), 6))
                .containsExactly("first", "second", "third", "a", "b", "last");
    }

    @Test
    void listenerGetsHigherPriorityFirst_3_4_10() throws Exception {
        send(queue, 4, "a", "b");
        send(queue, 9, "first");
        var got = new LinkedBlockingQueue<String>();
        session().createConsumer(queue).setMessageListener(message -> got.add(bodyOf(message)));
        assertThat(List.of(next(got), next(got), next(got))).containsExactly("first", "a", "b");
    }

    private static String next(LinkedBlockingQueue<String> got) throws InterruptedException {
        return String.valueOf(got.poll(SOON, TimeUnit.MILLISECONDS));
    }
}
