package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.BytesMessage;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.ResourceAllocationException;
import jakarta.jms.Session;
import java.util.Arrays;
import java.util.Map;
import org.isthmus.broker.client.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that are larger than the records which Kafka's settings are made for. */
class LargeMessageTest extends RealBrokerTest {
    private static final byte[] BODY = body(9 << 20);

    private boolean isRemote;

    private static byte[] body(int bytes) {
        var body = new byte[bytes];
        for (var i = 0; i < bytes; i += 1_000) {
            body[i] = (byte) (i / 1_000);
        }
        return body;
    }

    @Override
    BrokerLink.Dialer dialer() {
        try {
            return isRemote ? Dialers.remote(bootstrapServers(), null, null) : super.dialer();
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void send(IsthmusSession session, IsthmusDestination to, int mode) throws JMSException {
        var message = session.createBytesMessage();
        message.writeBytes(BODY);
        var producer = session.createProducer(to);
        producer.setDeliveryMode(mode);
        producer.send(message);
    }

    private static void assertComes(IsthmusConsumer consumer) throws JMSException {
        var got = (BytesMessage) consumer.receive(SOON);
        assertThat(Arrays.equals(got.getBody(byte[].class), BODY)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void largeMessagesComeByQueuesAndTopics(boolean overTheNetwork) throws JMSException {
        isRemote = overTheNetwork;
        var queue = new IsthmusQueue(own("large"));
        var topic = topic("large");
        var session = session();
        var subscriber = session.createConsumer(topic);
        var durable = session.createSharedDurableConsumer(topic, own("archive"));
        send(session, queue, DeliveryMode.PERSISTENT);
        send(session, topic, DeliveryMode.NON_PERSISTENT);

        assertComes(session.createConsumer(queue));
        assertComes(subscriber);
        assertComes(durable);
    }

    @Test
    void largeMessagesArePartOfTransactionsAndWaitForTheirTime() throws JMSException {
        var queue = new IsthmusQueue(own("large"));
        var session = started().createSession(Session.SESSION_TRANSACTED);
        send(session, queue, DeliveryMode.PERSISTENT);
        session.rollback();
        send(session, queue, DeliveryMode.PERSISTENT);
        var later = session.createProducer(queue);
        later.setDeliveryDelay(1);
        var message = session.createBytesMessage();
        message.writeBytes(BODY);
        later.send(message);
        session.commit();

        var consumer = session().createConsumer(queue);
        assertComes(consumer);
        assertComes(consumer);
        assertThat(consumer.receiveNoWait()).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {DeliveryMode.PERSISTENT, DeliveryMode.NON_PERSISTENT})
    void whoSendsOneThatIsTooLargeIsToldSo(int mode) throws Exception {
        var topic = topic("small");
        create(new NewTopic(topic.getName(), 1, Map.of("max.message.bytes", "1000000")));
        assertThatThrownBy(() -> send(session(), topic, mode)).isInstanceOf(ResourceAllocationException.class);
    }
}
