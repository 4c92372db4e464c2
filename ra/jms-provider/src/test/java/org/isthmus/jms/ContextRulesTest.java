package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.CompletionListener;
import jakarta.jms.DeliveryMode;
import jakarta.jms.IllegalStateException;
import jakarta.jms.IllegalStateRuntimeException;
import jakarta.jms.InvalidDestinationRuntimeException;
import jakarta.jms.InvalidSelectorRuntimeException;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatRuntimeException;
import jakarta.jms.MessageNotWriteableRuntimeException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What the simplified API refuses, and as what (§2.8, §6, §7, §8). */
class ContextRulesTest extends RealBrokerTest {
    private final IsthmusTopic topic = topic("rules");

    private static void refused(Class<? extends Throwable> as, ThrowingCallable... calls) {
        for (int i = 0; i < calls.length; i++) {
            assertThatThrownBy(calls[i]).as("call " + i).isInstanceOf(as);
        }
    }

    @Test
    void contextWhoseSessionCannotEndWellIsClosedAllTheSame() throws JMSException {
        var connection = connect();
        var session = connection.open((name, threads) ->
                new IsthmusSession(connection, Domain.UNIFIED, JMSContext.AUTO_ACKNOWLEDGE, name, threads) {
                    @Override
                    public void close() throws JMSException {
                        super.close();
                        throw new JMSException("the broker does not answer");
                    }
                });
        var context = new IsthmusContext(connection, new AtomicInteger(1), session);
        refused(JMSRuntimeException.class, context::close);
        refused(IllegalStateException.class, connection::createSession);
        context.close();
    }

    @Test
    void mapWithAnEntryWithoutANameIsNoMessage() throws JMSException {
        var context = context(JMSContext.AUTO_ACKNOWLEDGE);
        Map<String, Object> nameless = new HashMap<>();
        nameless.put(null, "value");
        refused(
                MessageFormatRuntimeException.class,
                () -> context.createProducer().send(topic, nameless),
                () -> context.createProducer().send(topic, Map.of("", "value")));
    }

    @Test
    void closedContextRefusesEverything() throws JMSException {
        var context = context(JMSContext.CLIENT_ACKNOWLEDGE);
        var consumer = context.createConsumer(topic);
        var producer = context.createProducer();
        var message = context.createMessage();
        context.close();
        context.close();
        refused(
                IllegalStateRuntimeException.class,
                () -> context.createContext(JMSContext.AUTO_ACKNOWLEDGE),
                () -> context.createConsumer(topic),
                () -> context.createSharedConsumer(topic, "s"),
                () -> context.createSharedDurableConsumer(topic, "s"),
                () -> context.createDurableConsumer(topic, "s"),
                () -> context.unsubscribe("s"),
                () -> context.createTopic("t"),
                () -> context.createQueue("q"),
                context::createMessage,
                context::createTextMessage,
                context::createBytesMessage,
                context::createMapMessage,
                context::createStreamMessage,
                context::createObjectMessage,
                context::acknowledge,
                context::recover,
                context::commit,
                context::rollback,
                context::start,
                context::stop,
                context::getClientID,
                () -> context.setClientID("x"),
                context::getMetaData,
                context::getExceptionListener,
                () -> producer.send(topic, message),
                () -> consumer.receive(1),
                consumer::receiveNoWait,
                consumer::getMessageSelector,
                consumer::getMessageListener,
                () -> consumer.setMessageListener(null));
        consumer.close();
    }

    @Test
    void argumentsAreRefusedAtTheCall() throws JMSException {
        var context = context(JMSContext.AUTO_ACKNOWLEDGE);
        var producer = context.createProducer();
        refused(
                InvalidDestinationRuntimeException.class,
                () -> producer.send(null, "text"),
                () -> producer.send(null, context.createMessage()),
                () -> context.createConsumer(null),
                () -> context.createSharedConsumer(null, "s"),
                () -> context.createSharedDurableConsumer(null, "s"),
                () -> context.unsubscribe("nobody"));
        refused(
                InvalidSelectorRuntimeException.class,
                () -> context.createConsumer(topic, "a ="),
                () -> context.createSharedConsumer(topic, "s", "a ="),
                () -> context.createSharedDurableConsumer(topic, "s", "a ="));
        refused(
                MessageFormatRuntimeException.class,
                () -> producer.send(topic, (Message) null),
                () -> producer.send(topic, Map.of("a", List.of())),
                () -> producer.setProperty("p", new Object()));
        refused(
                IllegalArgumentException.class,
                () -> producer.setProperty("", 1),
                () -> producer.setProperty(null, 1),
                () -> producer.setProperty(null, "text"));
        refused(
                JMSRuntimeException.class,
                () -> producer.setDeliveryMode(7),
                () -> producer.setPriority(10),
                () -> producer.setPriority(-1),
                () -> producer.setTimeToLive(-1),
                () -> producer.setDeliveryDelay(-1),
                () -> context.createContext(99),
                () -> context.createSharedConsumer(topic, ""),
                () -> context.createSharedConsumer(topic, null));
        refused(IllegalStateRuntimeException.class, context::commit, context::rollback);
        refused(IllegalStateRuntimeException.class, () -> context.createDurableConsumer(topic, "s"));
    }

    @Test
    void producerRemembersWhatItWasTold() throws JMSException {
        var producer = context(JMSContext.AUTO_ACKNOWLEDGE).createProducer();
        assertThat(producer.getDeliveryMode()).isEqualTo(DeliveryMode.PERSISTENT);
        assertThat(producer.getPriority()).isEqualTo(4);
        assertThat(producer.getTimeToLive()).isZero();
        assertThat(producer.getDeliveryDelay()).isZero();
        assertThat(producer.getAsync()).isNull();
        producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT)
                .setPriority(9)
                .setTimeToLive(1000)
                .setDisableMessageID(true)
                .setDisableMessageTimestamp(true)
                .setJMSCorrelationID("c")
                .setJMSType("t")
                .setJMSReplyTo(topic)
                .setProperty("int", 1)
                .setProperty("text", "2");
        assertThat(producer.getDeliveryMode()).isEqualTo(DeliveryMode.NON_PERSISTENT);
        assertThat(producer.getPriority()).isEqualTo(9);
        assertThat(producer.getTimeToLive()).isEqualTo(1000);
        assertThat(producer.getDisableMessageID()).isTrue();
        assertThat(producer.getDisableMessageTimestamp()).isTrue();
        assertThat(producer.getJMSCorrelationID()).isEqualTo("c");
        assertThat(producer.getJMSType()).isEqualTo("t");
        assertThat(producer.getJMSReplyTo()).isEqualTo(topic);
        assertThat(producer.getPropertyNames()).containsExactlyInAnyOrder("int", "text");
        assertThat(producer.getLongProperty("int")).isEqualTo(1);
        assertThat(producer.getByteProperty("text")).isEqualTo((byte) 2);
        refused(MessageFormatRuntimeException.class, () -> producer.getBooleanProperty("int"));
        producer.clearProperties();
        assertThat(producer.propertyExists("int")).isFalse();
    }

    @Test
    void propertiesCannotBePutOnAMessageWhosePropertiesAreReadOnly_7_5() throws JMSException {
        var context = context(JMSContext.AUTO_ACKNOWLEDGE);
        var consumer = context.createConsumer(topic);
        context.createProducer().send(topic, "text");
        var received = consumer.receive(SOON);
        refused(
                MessageNotWriteableRuntimeException.class,
                () -> context.createProducer().setProperty("p", 1).send(topic, received));
        context.createProducer().send(topic, received);
        assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("text");
    }

    @Test
    void messagesWithoutABodyAreReceivedAsMessagesOnly() throws JMSException {
        var context = context(JMSContext.AUTO_ACKNOWLEDGE);
        var consumer = context.createConsumer(topic);
        context.createProducer().send(topic, (String) null);
        refused(MessageFormatRuntimeException.class, () -> consumer.receiveBody(String.class, SOON));
        assertThat(consumer.receive(SOON).getBody(String.class)).isNull();
        context.createProducer().send(topic, context.createMessage());
        refused(MessageFormatRuntimeException.class, () -> consumer.receiveBody(String.class, SOON));
        assertThat(consumer.receive(SOON)).isNotNull();
        context.createProducer().send(topic, context.createStreamMessage());
        refused(MessageFormatRuntimeException.class, () -> consumer.receiveBody(Object.class, SOON));
    }

    @Test
    void listenersMustNotEndTheirOwnContext_6_1_5() throws Exception {
        var context = context(JMSContext.AUTO_ACKNOWLEDGE);
        var told = new LinkedBlockingQueue<Object>();
        context.createConsumer(topic).setMessageListener(message -> {
            told.add(thrown(context::close));
            told.add(thrown(context::stop));
        });
        context.createProducer().send(topic, "text");
        for (int i = 0; i < 2; i++) {
            assertThat(told.poll(SOON, TimeUnit.MILLISECONDS)).isInstanceOf(IllegalStateRuntimeException.class);
        }
    }

    @Test
    void completionListenersMustNotEndTheirOwnContext_7_3_4() throws Exception {
        var context = context(JMSContext.AUTO_ACKNOWLEDGE);
        var told = new LinkedBlockingQueue<Object>();
        var producer = context.createProducer();
        producer.setAsync(new CompletionListener() {
            @Override
            public void onCompletion(Message message) {
                told.add(thrown(context::close));
                told.add(thrown(context::commit));
                told.add(thrown(context::rollback));
            }

            @Override
            public void onException(Message message, Exception exception) {
                told.add(exception);
            }
        });
        producer.send(topic, "text");
        for (int i = 0; i < 3; i++) {
            assertThat(told.poll(SOON, TimeUnit.MILLISECONDS)).isInstanceOf(IllegalStateRuntimeException.class);
        }
    }

    private static Object thrown(Runnable call) {
        try {
            call.run();
            return "nothing was thrown";
        } catch (RuntimeException e) {
            return e;
        }
    }
}
