package org.isthmus.jms.spec;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import jakarta.jms.TransactionRolledBackException;
import jakarta.jms.TransactionRolledBackRuntimeException;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** Transacted sessions (§6.2.7), beyond what happens to one queue. */
class TransactionsSpecTest extends SpecTest {
    @Test
    void queuesTopicsAndSubscriptionsAreOneUnit_6_2_7() throws JMSException {
        var queue = queue();
        var topic = topic();
        var second = session().createQueue(own("second"));
        var watching = session();
        var onTopic = watching.createConsumer(topic);
        var onSecond = watching.createConsumer(second);
        send(queue, "order");
        var session = session(Session.SESSION_TRANSACTED);
        var consumer = session.createConsumer(queue);
        assertThat(text(consumer.receive(SOON))).isEqualTo("order");
        session.createProducer(topic).send(session.createTextMessage("news"));
        session.createProducer(second).send(session.createTextMessage("copy"));
        assertThat(onTopic.receiveNoWait()).isNull();
        assertThat(onSecond.receiveNoWait()).isNull();

        session.commit();

        assertThat(text(onTopic.receive(SOON))).isEqualTo("news");
        assertThat(text(onSecond.receive(SOON))).isEqualTo("copy");
        assertThat(consumer.receiveNoWait()).isNull();
    }

    @Test
    void nextTransactionBeginsWhereOneEnds_6_2_7() throws JMSException {
        var queue = queue();
        var session = session(Session.SESSION_TRANSACTED);
        var producer = session.createProducer(queue);
        session.commit();
        session.rollback();
        producer.send(session.createTextMessage("a"));
        session.commit();
        producer.send(session.createTextMessage("never"));
        session.rollback();
        producer.send(session.createTextMessage("b"));
        session.commit();
        var consumer = session().createConsumer(queue);
        assertThat(text(consumer.receive(SOON))).isEqualTo("a");
        assertThat(text(consumer.receive(SOON))).isEqualTo("b");
        assertThat(consumer.receiveNoWait()).isNull();
    }

    @Test
    void transactionDoesNotReceiveWhatItSends_6_2_7() throws JMSException {
        var queue = queue();
        var session = session(Session.SESSION_TRANSACTED);
        session.createProducer(queue).send(session.createTextMessage("a"));
        var consumer = session.createConsumer(queue);
        assertThat(consumer.receiveNoWait()).isNull();
        session.commit();
        assertThat(text(consumer.receive(SOON))).isEqualTo("a");
        session.commit();
    }

    @Test
    void listenersTransactionIsItsSessions_6_2_7() throws Exception {
        var queue = queue();
        var second = session().createQueue(own("second"));
        var session = session(Session.SESSION_TRANSACTED);
        var producer = session.createProducer(second);
        var told = new LinkedBlockingQueue<Object>();
        session.createConsumer(queue)
                .setMessageListener(message -> told.add(outcome(() -> {
                    producer.send(session.createTextMessage("of " + text(message)));
                    session.commit();
                })));
        send(queue, "a", "b");
        assertThat(next(told)).isEqualTo("done");
        assertThat(next(told)).isEqualTo("done");
        var consumer = session().createConsumer(second);
        assertThat(text(consumer.receive(SOON))).isEqualTo("of a");
        assertThat(text(consumer.receive(SOON))).isEqualTo("of b");
    }

    @Test
    void subscriptionsMessagesComeAgainAfterARollback_6_2_7() throws JMSException {
        var topic = topic();
        var session = session(Session.SESSION_TRANSACTED);
        var consumer = session.createSharedConsumer(topic, own("s"));
        var sender = session();
        for (var text : new String[] {"a", "b"}) {
            sender.createProducer(topic).send(sender.createTextMessage(text));
        }
        assertThat(text(consumer.receive(SOON))).isEqualTo("a");
        assertThat(text(consumer.receive(SOON))).isEqualTo("b");
        session.rollback();
        var again = consumer.receive(SOON);
        assertThat(text(again)).isEqualTo("a");
        assertThat(again.getJMSRedelivered()).isTrue();
        assertThat(text(consumer.receive(SOON))).isEqualTo("b");
        session.commit();
        session.rollback();
        assertThat(consumer.receiveNoWait()).isNull();
    }

    /** What cannot be sent any more makes the whole of its transaction fail. */
    @Test
    void commitThatBecomesARollbackSaysSo_10_3() throws JMSException {
        var queue = queue();
        send(queue, "a");
        var temporary = session().createTemporaryQueue();
        var session = session(Session.SESSION_TRANSACTED);
        var context = context(JMSContext.SESSION_TRANSACTED);
        var producer = session.createProducer(temporary);
        producer.send(session.createTextMessage("while it is there"));
        session.commit();
        context.createProducer().send(temporary, "while it is there");
        context.commit();
        temporary.delete();

        var consumer = session.createConsumer(queue);
        assertThat(text(consumer.receive(SOON))).isEqualTo("a");
        producer.send(session.createTextMessage("too late"));
        refused(TransactionRolledBackException.class, session::commit);
        assertThat(text(consumer.receive(SOON))).isEqualTo("a");
        session.close();

        var second = context.createConsumer(queue);
        assertThat(text(second.receive(SOON))).isEqualTo("a");
        context.createProducer().send(temporary, "too late");
        refused(TransactionRolledBackRuntimeException.class, context::commit);
        var again = second.receive(SOON);
        assertThat(text(again)).isEqualTo("a");
        assertThat(again.getJMSRedelivered()).isTrue();
        context.commit();
        assertThat(second.receiveNoWait()).isNull();
    }

    /** Sent is what a transaction has sent when it commits, so who subscribed before that gets it. */
    @Test
    void subscriptionsThatBeganBeforeTheCommitGetWhatItSends_6_2_7() throws JMSException {
        var topic = topic();
        var sender = session(Session.SESSION_TRANSACTED);
        var producer = sender.createProducer(topic);
        producer.send(sender.createTextMessage("in a transaction"));
        var other = session();
        other.createProducer(topic).send(other.createTextMessage("sent before"));

        var subscriber = session();
        var consumers = List.of(
                subscriber.createConsumer(topic),
                subscriber.createSharedConsumer(topic, own("shared")),
                subscriber.createSharedDurableConsumer(topic, own("durable")));
        sender.commit();

        for (var consumer : consumers) {
            assertThat(text(consumer.receive(SOON))).isEqualTo("in a transaction");
            assertThat(consumer.receiveNoWait()).isNull();
        }
    }
}
