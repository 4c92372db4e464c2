package org.isthmus.jms.spec;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

/** Header fields (§3.4): who sets them, and what a receiver sees. */
class MessageHeadersSpecTest extends SpecTest {
    @Test
    void sendSetsWhatASendDeterminesWhateverTheClientHasSet_3_4_11() throws JMSException {
        var session = session();
        var queue = queue();
        var message = session.createTextMessage("m");
        message.setJMSDestination(session.createTopic("elsewhere"));
        message.setJMSDeliveryMode(DeliveryMode.NON_PERSISTENT);
        message.setJMSMessageID("ID:mine");
        message.setJMSTimestamp(1);
        message.setJMSExpiration(2);
        message.setJMSPriority(9);
        message.setJMSDeliveryTime(3);
        message.setJMSRedelivered(true);
        long before = System.currentTimeMillis();

        session.createProducer(queue).send(message);

        var received = session.createConsumer(queue).receive(SOON);
        for (var seen : new Message[] {message, received}) {
            assertThat(seen.getJMSDestination()).isEqualTo(queue);
            assertThat(seen.getJMSDeliveryMode()).isEqualTo(DeliveryMode.PERSISTENT);
            assertThat(seen.getJMSMessageID()).startsWith("ID:").isNotEqualTo("ID:mine");
            assertThat(seen.getJMSTimestamp()).isBetween(before, System.currentTimeMillis());
            assertThat(seen.getJMSExpiration()).isZero();
            assertThat(seen.getJMSPriority()).isEqualTo(4);
            assertThat(seen.getJMSDeliveryTime()).isEqualTo(seen.getJMSTimestamp());
        }
        assertThat(received.getJMSRedelivered()).isFalse();
    }

    @Test
    void callsArgumentsGoBeforeTheProducersSettings_3_4_2_and_9_and_10() throws JMSException {
        var session = session();
        var queue = queue();
        var producer = session.createProducer(queue);
        producer.send(session.createMessage(), DeliveryMode.NON_PERSISTENT, 7, 60_000);
        var received = session.createConsumer(queue).receive(SOON);
        assertThat(received.getJMSDeliveryMode()).isEqualTo(DeliveryMode.NON_PERSISTENT);
        assertThat(received.getJMSPriority()).isEqualTo(7);
        assertThat(received.getJMSExpiration()).isEqualTo(received.getJMSTimestamp() + 60_000);
        assertThat(producer.getDeliveryMode()).isEqualTo(DeliveryMode.PERSISTENT);
        assertThat(producer.getPriority()).isEqualTo(4);
        assertThat(producer.getTimeToLive()).isZero();
    }

    @Test
    void identifiersAreUnique_3_4_3() throws JMSException {
        var queue = queue();
        var seen = new HashSet<String>();
        for (int i = 0; i < 3; i++) {
            var session = session();
            var producer = session.createProducer(queue);
            var message = session.createMessage();
            for (int j = 0; j < 10; j++) {
                producer.send(message);
                assertThat(seen.add(message.getJMSMessageID())).isTrue();
            }
        }
    }

    @Test
    void everyKindOfReplyAddressTravels_3_4_6() throws JMSException {
        var session = session();
        var queue = queue();
        var producer = session.createProducer(queue);
        var consumer = session.createConsumer(queue);
        for (var address : new jakarta.jms.Destination[] {
            session.createQueue("answers"),
            session.createTopic("answers"),
            session.createTemporaryQueue(),
            session.createTemporaryTopic(),
            null
        }) {
            var message = session.createMessage();
            message.setJMSReplyTo(address);
            producer.send(message);
            var received = consumer.receive(SOON).getJMSReplyTo();
            assertThat(received).isEqualTo(address);
            assertThat(received instanceof Queue).isEqualTo(address instanceof Queue);
            assertThat(received instanceof Topic).isEqualTo(address instanceof Topic);
        }
    }

    @Test
    void redeliveredSaysThatItWasDeliveredBefore_3_4_7() throws JMSException {
        var queue = queue();
        send(queue, "a", "b");
        var session = session(Session.CLIENT_ACKNOWLEDGE);
        var consumer = session.createConsumer(queue);
        assertThat(consumer.receive(SOON).getJMSRedelivered()).isFalse();
        session.recover();
        var again = consumer.receive(SOON);
        assertThat(again.getJMSRedelivered()).isTrue();
        assertThat(again.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
        again.acknowledge();
        var next = consumer.receive(SOON);
        assertThat(next.getJMSRedelivered()).isFalse();
        assertThat(next.getIntProperty("JMSXDeliveryCount")).isEqualTo(1);
    }

    @Test
    void expirationCountsFromTheSendAlsoWhereDeliveryIsDelayed_3_4_9_and_13() throws JMSException {
        var session = session();
        var queue = queue();
        var producer = session.createProducer(queue);
        producer.setTimeToLive(60_000);
        producer.setDeliveryDelay(1);
        producer.send(session.createMessage());
        var received = session.createConsumer(queue).receive(SOON);
        assertThat(received.getJMSDeliveryTime()).isEqualTo(received.getJMSTimestamp() + 1);
        assertThat(received.getJMSExpiration()).isEqualTo(received.getJMSTimestamp() + 60_000);
    }

    @Test
    void headersThatTheClientSetsArriveOnAMessageThatIsSentOn_3_4() throws JMSException {
        var session = session();
        var queue = queue();
        var producer = session.createProducer(queue);
        var consumer = session.createConsumer(queue);
        var message = session.createTextMessage("m");
        message.setJMSType("kind");
        message.setJMSCorrelationID("c");
        producer.send(message);
        var received = consumer.receive(SOON);
        var id = received.getJMSMessageID();
        producer.send(received);
        var again = consumer.receive(SOON);
        assertThat(again.getJMSType()).isEqualTo("kind");
        assertThat(again.getJMSCorrelationID()).isEqualTo("c");
        assertThat(again.getJMSMessageID()).isNotEqualTo(id);
        assertThat(again.getJMSRedelivered()).isFalse();
    }

    @Test
    void timestampLiesBetweenTheCallAndItsReturnAlsoWhereNobodyNeedsIt_3_4_4() throws JMSException {
        var queue = queue();
        for (int mode : new int[] {Session.AUTO_ACKNOWLEDGE, Session.SESSION_TRANSACTED}) {
            var session = session(mode);
            var producer = session.createProducer(queue);
            producer.setDisableMessageTimestamp(mode == Session.AUTO_ACKNOWLEDGE);
            var message = session.createMessage();
            message.setJMSTimestamp(1);
            var before = System.currentTimeMillis();
            producer.send(message);
            var after = System.currentTimeMillis();
            assertThat(message.getJMSTimestamp()).isBetween(before, after);
            if (mode == Session.SESSION_TRANSACTED) {
                session.commit();
            }
            assertThat(session().createConsumer(queue).receive(SOON).getJMSTimestamp())
                    .isEqualTo(message.getJMSTimestamp());
        }
    }

    @Test
    void longestTimesAreForEverAndNotInThePast_3_4_9_and_13() throws JMSException {
        var session = session();
        var queue = queue();
        var producer = session.createProducer(queue);
        producer.setDeliveryDelay(Long.MAX_VALUE);
        var never = session.createTextMessage("never");
        producer.send(never);
        assertThat(never.getJMSDeliveryTime()).isEqualTo(Long.MAX_VALUE);
        producer.setDeliveryDelay(0);
        producer.setTimeToLive(Long.MAX_VALUE);
        var lasting = session.createTextMessage("for ever");
        producer.send(lasting);
        assertThat(lasting.getJMSExpiration()).isEqualTo(Long.MAX_VALUE);

        var consumer = session.createConsumer(queue);
        var received = consumer.receive(Long.MAX_VALUE);
        assertThat(text(received)).isEqualTo("for ever");
        assertThat(received.getJMSExpiration()).isEqualTo(Long.MAX_VALUE);
        assertThat(consumer.receiveNoWait()).isNull();
    }
}
