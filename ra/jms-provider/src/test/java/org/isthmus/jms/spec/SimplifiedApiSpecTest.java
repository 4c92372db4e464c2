package org.isthmus.jms.spec;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.CompletionListener;
import jakarta.jms.DeliveryMode;
import jakarta.jms.IllegalStateRuntimeException;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSProducer;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatRuntimeException;
import jakarta.jms.MessageListener;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** JMSContext, JMSProducer and JMSConsumer (§2.8, §6, §7, §8). */
class SimplifiedApiSpecTest extends SpecTest {
    @Test
    void eachProducerHasItsOwnSettings_7_4() throws JMSException {
        var context = context();
        var queue = queue();
        var slow = context.createProducer();
        var quick = context.createProducer();
        assertThat(slow.setDeliveryDelay(3_600_000)).isSameAs(slow);
        slow.setDeliveryMode(DeliveryMode.NON_PERSISTENT)
                .setPriority(8)
                .setTimeToLive(60_000)
                .setDisableMessageID(true)
                .setProperty("p", 1);
        assertThat(slow.getDeliveryDelay()).isEqualTo(3_600_000);
        assertThat(quick.getDeliveryDelay()).isZero();
        slow.send(queue, "later");
        quick.send(queue, "now");
        var received = context.createConsumer(queue).receive(SOON);
        assertThat(received.getBody(String.class)).isEqualTo("now");
        assertThat(received.getJMSDeliveryTime()).isEqualTo(received.getJMSTimestamp());
        assertThat(received.getJMSPriority()).isEqualTo(4);
        assertThat(received.getJMSExpiration()).isZero();
        assertThat(received.getJMSMessageID()).isNotNull();
        assertThat(received.getJMSDeliveryMode()).isEqualTo(DeliveryMode.PERSISTENT);
        assertThat(received.propertyExists("p")).isFalse();
    }

    @Test
    void producersDelayIsThatOfItsMessages_7_9() throws JMSException {
        var context = context();
        var queue = queue();
        context.createProducer().setDeliveryDelay(5).send(queue, "m");
        var received = context.createConsumer(queue).receive(SOON);
        assertThat(received.getJMSDeliveryTime()).isEqualTo(received.getJMSTimestamp() + 5);
    }

    @Test
    void everyKindOfBodyIsSentAndNullIsNone_7_2() throws JMSException {
        var context = context();
        var queue = queue();
        context.createProducer()
                .send(queue, (String) null)
                .send(queue, (byte[]) null)
                .send(queue, (Map<String, Object>) null)
                .send(queue, (Serializable) null);
        var consumer = context.createConsumer(queue);
        for (Class<?> type : new Class<?>[] {
            jakarta.jms.TextMessage.class,
            jakarta.jms.BytesMessage.class,
            jakarta.jms.MapMessage.class,
            jakarta.jms.ObjectMessage.class
        }) {
            var received = consumer.receive(SOON);
            assertThat(received).isInstanceOf(type);
            assertThat(received.getBody(Object.class)).isNull();
        }
    }

    @Test
    void headersOfTheProducerGoOverThoseOfTheMessage_7_6() throws JMSException {
        var context = context();
        var queue = queue();
        var message = context.createTextMessage("m");
        message.setJMSType("message");
        message.setJMSCorrelationID("message");
        message.setStringProperty("p", "message");
        message.setStringProperty("q", "message");
        context.createProducer()
                .setJMSType("producer")
                .setJMSCorrelationIDAsBytes(new byte[] {1, 2})
                .setJMSReplyTo(queue)
                .setProperty("p", "producer")
                .send(queue, message);
        var received = context.createConsumer(queue).receive(SOON);
        assertThat(received.getJMSType()).isEqualTo("producer");
        assertThat(received.getJMSCorrelationIDAsBytes()).containsExactly(1, 2);
        assertThat(received.getJMSReplyTo()).isEqualTo(queue);
        assertThat(received.getStringProperty("p")).isEqualTo("producer");
        assertThat(received.getStringProperty("q")).isEqualTo("message");
    }

    @Test
    void propertiesOfTheProducerConvertAsThoseOfAMessage_7_5() throws JMSException {
        JMSProducer producer = context().createProducer();
        for (var name : new String[] {"", null}) {
            refused(
                    IllegalArgumentException.class,
                    () -> producer.setProperty(name, true),
                    () -> producer.setProperty(name, (byte) 1),
                    () -> producer.setProperty(name, (short) 1),
                    () -> producer.setProperty(name, 1),
                    () -> producer.setProperty(name, 1L),
                    () -> producer.setProperty(name, 1f),
                    () -> producer.setProperty(name, 1d),
                    () -> producer.setProperty(name, "1"),
                    () -> producer.setProperty(name, (Object) 1));
        }
        refused(
                JMSRuntimeException.class,
                () -> producer.setProperty("true", 1),
                () -> producer.setProperty("a-b", 1),
                () -> producer.setProperty("1a", 1));
        producer.setProperty("long", 1L).setProperty("text", "x");
        ThrowingCallable[] narrower = {
            () -> producer.getByteProperty("long"),
            () -> producer.getShortProperty("long"),
            () -> producer.getIntProperty("long"),
            () -> producer.getFloatProperty("long"),
            () -> producer.getDoubleProperty("long"),
            () -> producer.getBooleanProperty("long")
        };
        refused(MessageFormatRuntimeException.class, narrower);
        refused(NumberFormatException.class, () -> producer.getIntProperty("text"));
        refused(NumberFormatException.class, () -> producer.getLongProperty("absent"));
        assertThat(producer.getLongProperty("long")).isEqualTo(1);
        assertThat(producer.getStringProperty("long")).isEqualTo("1");
        assertThat(producer.getObjectProperty("absent")).isNull();
    }

    @Test
    void sendIsAsynchronousWhereThereIsAListener_7_3() throws Exception {
        var context = context();
        var queue = queue();
        var told = new LinkedBlockingQueue<Message>();
        var listener = new CompletionListener() {
            @Override
            public void onCompletion(Message message) {
                told.add(message);
            }

            @Override
            public void onException(Message message, Exception exception) {}
        };
        var producer = context.createProducer().setAsync(listener);
        assertThat(producer.getAsync()).isSameAs(listener);
        producer.send(queue, "asynchronous");
        assertThat(text(next(told))).isEqualTo("asynchronous");
        assertThat(producer.setAsync(null).getAsync()).isNull();
        producer.send(queue, "synchronous");
        assertThat(told).isEmpty();
    }

    @Test
    void contextsThatShareAConnectionStopTogether_6_1_and_2_8() throws JMSException {
        var first = context();
        var queue = queue();
        var second = closing(first.createContext(JMSContext.CLIENT_ACKNOWLEDGE));
        var consumer = second.createConsumer(queue);
        first.stop();
        send(queue, "a");
        assertThat(consumer.receiveNoWait()).isNull();
        second.start();
        assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("a");
        second.acknowledge();
        assertThat(first.getSessionMode()).isEqualTo(JMSContext.AUTO_ACKNOWLEDGE);
        assertThat(first.getTransacted()).isFalse();
        refused(JMSRuntimeException.class, () -> first.createContext(-1), () -> first.createContext(9));
    }

    @Test
    void creatingAConsumerStartsTheConnectionUnlessItWasToldNotTo_6_1_4() throws JMSException {
        var context = context();
        var queue = queue();
        assertThat(context.getAutoStart()).isTrue();
        send(queue, "a");
        assertThat(context.createConsumer(queue).receiveBody(String.class, SOON))
                .isEqualTo("a");
        context.stop();
        send(queue, "b");
        assertThat(context.createConsumer(queue).receiveBody(String.class, SOON))
                .isEqualTo("b");
        var patient = context();
        patient.setAutoStart(false);
        assertThat(patient.getAutoStart()).isFalse();
        send(queue, "c");
        var consumer = patient.createConsumer(queue);
        assertThat(consumer.receiveNoWait()).isNull();
        patient.start();
        assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("c");
    }

    @Test
    void bodyOfAnotherTypeStaysAsIfNotReceivedWhereTheSessionAcknowledges_8_6() throws JMSException {
        for (var mode : new int[] {JMSContext.AUTO_ACKNOWLEDGE, JMSContext.DUPS_OK_ACKNOWLEDGE}) {
            var queue = queue();
            send(queue, "a", "b");
            var context = context(mode);
            var consumer = context.createConsumer(queue);
            refused(
                    MessageFormatRuntimeException.class,
                    () -> consumer.receiveBody(Integer.class),
                    () -> consumer.receiveBody(Integer.class, SOON),
                    () -> consumer.receiveBodyNoWait(Integer.class));
            var again = consumer.receive(SOON);
            assertThat(text(again)).isEqualTo("a");
            assertThat(again.getJMSRedelivered()).isFalse();
            assertThat(again.getIntProperty("JMSXDeliveryCount")).isEqualTo(1);
            assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("b");
        }
    }

    @Test
    void bodyOfAnotherTypeIsReceivedInItsTransactionAndComesAgainWhereThatRollsBack_8_6() throws JMSException {
        var queue = queue();
        var topic = topic();
        var context = context(JMSContext.SESSION_TRANSACTED);
        var consumers = List.of(
                context.createConsumer(queue),
                context.createConsumer(topic),
                context.createSharedConsumer(topic, own("s")));
        send(queue, "a", "b");
        context().createProducer().send(topic, "a").send(topic, "b");
        for (var consumer : consumers) {
            refused(MessageFormatRuntimeException.class, () -> consumer.receiveBody(Integer.class, SOON));
            assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("b");
        }
        context.rollback();
        for (var consumer : consumers) {
            var again = consumer.receive(SOON);
            assertThat(text(again)).isEqualTo("a");
            assertThat(again.getJMSRedelivered()).isTrue();
            assertThat(again.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
            refused(MessageFormatRuntimeException.class, () -> consumer.receiveBody(Integer.class, SOON));
        }
        context.commit();
        for (var consumer : consumers) {
            assertThat(consumer.receiveNoWait()).isNull();
        }
    }

    @Test
    void bodyOfAnotherTypeCountsAsReceivedWhereTheClientAcknowledges_8_6() throws JMSException {
        var queue = queue();
        send(queue, "a", "b");
        var context = context(JMSContext.CLIENT_ACKNOWLEDGE);
        var consumer = context.createConsumer(queue);
        refused(MessageFormatRuntimeException.class, () -> consumer.receiveBody(Integer.class, SOON));
        assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("b");
        context.recover();
        var again = consumer.receive(SOON);
        assertThat(text(again)).isEqualTo("a");
        assertThat(again.getJMSRedelivered()).isTrue();
    }

    @Test
    void contextEndsItsTransactions_6_2_7() throws JMSException {
        var queue = queue();
        var other = session().createQueue(own("other"));
        send(queue, "a");
        var context = context(JMSContext.SESSION_TRANSACTED);
        assertThat(context.getTransacted()).isTrue();
        var consumer = context.createConsumer(queue);
        assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("a");
        context.createProducer().send(other, "b");
        context.rollback();
        assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("a");
        context.createProducer().send(other, "c");
        context.commit();
        assertThat(context().createConsumer(other).receiveBody(String.class, SOON))
                .isEqualTo("c");
        refused(IllegalStateRuntimeException.class, context::recover);
        var plain = context();
        refused(IllegalStateRuntimeException.class, plain::commit, plain::rollback);
    }

    @Test
    void mapIsReceivedAsAMapAndObjectsAsThemselves_8_6() throws JMSException {
        var context = context();
        var queue = queue();
        context.createProducer().send(queue, Map.<String, Object>of("k", 1)).send(queue, new int[] {1, 2});
        var consumer = context.createConsumer(queue);
        assertThat(consumer.receiveBody(Map.class, SOON)).containsEntry("k", 1);
        assertThat(Arrays.equals(consumer.receiveBody(int[].class, SOON), new int[] {1, 2}))
                .isTrue();
        assertThat(consumer.receiveBody(String.class, 1)).isNull();
        consumer.close();
        consumer.close();
    }

    @Test
    void secondListenerIsSetWhileTheFirstOneIsAtWork_6_2_6() throws Exception {
        var context = context();
        var first = context.createQueue(own("first"));
        var second = context.createQueue(own("second"));
        context.createProducer().send(first, "a").send(first, "b").send(second, "c");
        var inside = new AtomicInteger();
        var atWork = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var heard = new LinkedBlockingQueue<String>();
        MessageListener listener = message -> {
            int together = inside.incrementAndGet();
            atWork.countDown();
            try {
                goOn.await(SOON, TimeUnit.MILLISECONDS);
                heard.add(text(message) + " by " + together);
            } catch (InterruptedException | JMSException e) {
                heard.add(e.toString());
            }
            inside.decrementAndGet();
        };
        context.createConsumer(first).setMessageListener(listener);
        assertThat(atWork.await(SOON, TimeUnit.MILLISECONDS)).isTrue();
        context.createConsumer(second).setMessageListener(listener);
        goOn.countDown();
        assertThat(List.of(next(heard), next(heard), next(heard)))
                .containsExactlyInAnyOrder("a by 1", "b by 1", "c by 1")
                .containsSubsequence("a by 1", "b by 1");
    }
}
