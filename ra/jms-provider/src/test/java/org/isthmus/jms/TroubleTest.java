package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.DeliveryMode;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** What the provider makes of a broker that refuses, fails and forgets. */
class TroubleTest extends MemoryBrokerTest {
    private final IsthmusTopic topic = new IsthmusTopic("news");

    @Test
    void persistentWaitsForTheDiskAndNonPersistentForTheLeader() throws JMSException {
        var session = session();
        var producer = session.createProducer(topic);
        producer.send(session.createMessage());
        producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
        producer.send(session.createMessage());
        session.close();

        assertThat(broker.acks).containsExactly(Acks.ALL, Acks.LEADER);
    }

    @Test
    void consumerGoesOnAtTheOldestRecordThatIsLeft() throws JMSException {
        var connection = connect();
        var session = connection.createSession();
        connection.partitions(topic);
        broker.truncate(new TopicPartition("news", 0), 2);
        var consumer = session.createConsumer(topic);
        for (int i = 0; i < 3; i++) {
            session.createProducer(topic).send(session.createTextMessage(Integer.toString(i)));
        }
        connection.start();

        assertThat(consumer.receive(SOON).getBody(String.class)).isEqualTo("2");
    }

    @Test
    void lostConnectionIsToldToTheExceptionListenerAndToWhoReceives() throws Exception {
        var connection = started();
        var told = new LinkedBlockingQueue<JMSException>();
        connection.setExceptionListener(told::add);
        var consumer = connection.createSession().createConsumer(topic);
        broker.failReads(ErrorCode.NETWORK_EXCEPTION);

        assertThat(told.poll(SOON, TimeUnit.MILLISECONDS).getErrorCode()).isEqualTo("NETWORK_EXCEPTION");
        assertThatThrownBy(() -> consumer.receive(SOON)).isInstanceOf(JMSException.class);
    }

    @Test
    void refusedSendIsAJmsExceptionOfItsKind() throws JMSException {
        var session = session();
        var producer = session.createProducer(topic);
        broker.failSends(ErrorCode.REQUEST_TIMED_OUT);
        assertThatThrownBy(() -> producer.send(session.createMessage()))
                .isInstanceOfSatisfying(
                        JMSException.class, it -> assertThat(it.getErrorCode()).isEqualTo("REQUEST_TIMED_OUT"));
        broker.failSends(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThatThrownBy(() -> producer.send(session.createMessage()))
                .isInstanceOf(InvalidDestinationException.class);
    }
}
