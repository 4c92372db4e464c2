package org.isthmus.jms.spec;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.Connection;
import jakarta.jms.IllegalStateException;
import jakarta.jms.IllegalStateRuntimeException;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.InvalidClientIDRuntimeException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.Collections;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Connections (§6.1): client identifiers, what a stopped one does, and its end. */
class ConnectionSpecTest extends SpecTest {
    @Test
    void sessionModesAreThoseOfTheSpecification_6_2() throws JMSException {
        var connection = connection();
        for (int mode : new int[] {Session.AUTO_ACKNOWLEDGE, Session.CLIENT_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE}) {
            assertThat(connection.createSession(mode).getAcknowledgeMode()).isEqualTo(mode);
            assertThat(connection.createSession(false, mode).getAcknowledgeMode())
                    .isEqualTo(mode);
            var transacted = connection.createSession(true, mode);
            assertThat(transacted.getTransacted()).isTrue();
            assertThat(transacted.getAcknowledgeMode()).isEqualTo(Session.SESSION_TRANSACTED);
        }
        assertThat(connection.createSession().getAcknowledgeMode()).isEqualTo(Session.AUTO_ACKNOWLEDGE);
        assertThat(connection.createSession(Session.SESSION_TRANSACTED).getTransacted())
                .isTrue();
        refused(
                JMSException.class,
                () -> connection.createSession(-1),
                () -> connection.createSession(4),
                () -> connection.createSession(false, 7),
                () -> connection.createSession(false, Session.SESSION_TRANSACTED));
        refused(JMSRuntimeException.class, () -> factory().createContext(-1), () -> factory()
                .createContext(4));
    }

    @Test
    void clientIdentifierIsSetBeforeTheConnectionIsUsed_6_1_2() throws Exception {
        for (Use use : new Use[] {
            Connection::start,
            Connection::createSession,
            Connection::getMetaData,
            Connection::getExceptionListener,
            it -> it.setExceptionListener(null),
            Connection::stop
        }) {
            var connection = connection();
            use.of(connection);
            refused(IllegalStateException.class, () -> connection.setClientID("late"));
        }
        var unused = connection();
        assertThat(unused.getClientID()).isNull();
        refused(InvalidClientIDException.class, () -> unused.setClientID(""), () -> unused.setClientID(null));
        unused.setClientID(own("id"));
        assertThat(unused.getClientID()).isEqualTo(own("id"));
        var second = connection();
        refused(InvalidClientIDException.class, () -> second.setClientID(own("id")));
    }

    private interface Use {
        void of(Connection connection) throws JMSException;
    }

    @Test
    void clientIdentifierIsRefusedWhereItIsTooLongForAName_6_1_2() throws JMSException {
        for (int length : new int[] {40_000, 70_000}) {
            var connection = connection();
            refused(InvalidClientIDException.class, () -> connection.setClientID("x".repeat(length)));
            connection.setClientID(own("short" + length));
        }
    }

    @Test
    void contextsClientIdentifierIsSetBeforeItIsUsed_6_1_2() throws JMSException {
        var first = context();
        first.setClientID(own("id"));
        var second = context();
        refused(
                InvalidClientIDRuntimeException.class,
                () -> second.setClientID(own("id")),
                () -> second.setClientID(""),
                () -> second.setClientID(null));
        var sent = context();
        sent.createProducer().send(queue(), "used");
        refused(IllegalStateRuntimeException.class, () -> sent.setClientID("late"));
        var consuming = context();
        consuming.setAutoStart(false);
        consuming.createConsumer(queue());
        refused(IllegalStateRuntimeException.class, () -> consuming.setClientID("late"));
        var fixed = factory();
        fixed.setClientID(own("fixed"));
        try (var context = fixed.createContext()) {
            assertThat(context.getClientID()).isEqualTo(own("fixed"));
            refused(IllegalStateRuntimeException.class, () -> context.setClientID("other"));
        }
    }

    @Test
    void stoppedConnectionSendsAndDoesNotDeliver_6_1_4_and_5() throws Exception {
        var connection = connection();
        var session = connection.createSession();
        var queue = queue();
        session.createProducer(queue).send(session.createTextMessage("sent while stopped"));
        var consumer = session.createConsumer(queue);
        assertThat(consumer.receiveNoWait()).isNull();
        assertThat(consumer.receive(1)).isNull();
        connection.start();
        connection.start();
        assertThat(text(consumer.receive(SOON))).isEqualTo("sent while stopped");
        connection.stop();
        connection.stop();
        session.createProducer(queue).send(session.createTextMessage("again"));
        assertThat(consumer.receiveNoWait()).isNull();

        var got = new LinkedBlockingQueue<Message>();
        consumer.setMessageListener(got::add);
        connection.start();
        assertThat(text(next(got))).isEqualTo("again");
    }

    @Test
    void receiveThatWaitsGoesOnAcrossAStop_6_1_5() throws Exception {
        var connection = started();
        var queue = queue();
        var consumer = connection.createSession().createConsumer(queue);
        var got = new LinkedBlockingQueue<Object>();
        var receiver = new Thread(() -> got.add(outcome(() -> got.add(text(consumer.receive())))));
        receiver.start();
        connection.stop();
        send(queue, "a");
        connection.start();
        assertThat(next(got)).isEqualTo("a");
        receiver.join(SOON);
    }

    @Test
    void closingEndsAWaitingReceiveWithNothing_6_1_8() throws Exception {
        for (ThrowingClose close :
                new ThrowingClose[] {(c, s, m) -> c.close(), (c, s, m) -> s.close(), (c, s, m) -> m.close()}) {
            var connection = started();
            var session = connection.createSession();
            var consumer = session.createConsumer(queue());
            var got = new LinkedBlockingQueue<Object>();
            var receiver = new Thread(() -> got.add(outcome(() -> got.add(String.valueOf(consumer.receive())))));
            receiver.start();
            while (receiver.getState() != Thread.State.WAITING && receiver.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            close.of(connection, session, consumer);
            assertThat(next(got)).isEqualTo("null");
            receiver.join(SOON);
        }
    }

    private interface ThrowingClose {
        void of(Connection connection, Session session, jakarta.jms.MessageConsumer consumer) throws JMSException;
    }

    @Test
    void closedConnectionRefusesEverythingButClose_6_1_8() throws JMSException {
        var connection = factory().createConnection();
        connection.close();
        connection.close();
        refused(
                IllegalStateException.class,
                connection::start,
                connection::stop,
                connection::createSession,
                () -> connection.createSession(Session.AUTO_ACKNOWLEDGE),
                () -> connection.createSession(true, Session.SESSION_TRANSACTED),
                connection::getClientID,
                () -> connection.setClientID("x"),
                connection::getMetaData,
                connection::getExceptionListener,
                () -> connection.setExceptionListener(null),
                () -> connection.createConnectionConsumer(queue(), null, null, 1));
    }

    @Test
    void exceptionListenerIsTheOneThatWasSet_6_1_7() throws JMSException {
        var connection = connection();
        assertThat(connection.getExceptionListener()).isNull();
        jakarta.jms.ExceptionListener listener = trouble -> {};
        connection.setExceptionListener(listener);
        assertThat(connection.getExceptionListener()).isSameAs(listener);
        connection.setExceptionListener(null);
        assertThat(connection.getExceptionListener()).isNull();
    }

    @Test
    void metaDataIsOfThisVersion_6_1_6() throws JMSException {
        var data = connection().getMetaData();
        assertThat(data.getJMSVersion()).isEqualTo("3.1");
        assertThat(data.getJMSMajorVersion()).isEqualTo(3);
        assertThat(data.getJMSMinorVersion()).isEqualTo(1);
        assertThat(data.getJMSProviderName()).isNotEmpty();
        assertThat(data.getProviderVersion())
                .isEqualTo(data.getProviderMajorVersion() + "." + data.getProviderMinorVersion());
        var names = new ArrayList<Object>(Collections.list(data.getJMSXPropertyNames()));
        assertThat(names).contains("JMSXGroupID", "JMSXGroupSeq", "JMSXDeliveryCount");
    }

    @Test
    void optionalFacilitiesLookAtTheirArgumentsBeforeTheyRefuse_11_2() throws JMSException {
        var connection = connection();
        var queue = queue();
        var topic = topic();
        refused(
                InvalidDestinationException.class,
                () -> connection.createConnectionConsumer(null, "", null, 1),
                () -> connection.createDurableConnectionConsumer(null, "s", "", null, 1),
                () -> connection.createSharedConnectionConsumer(null, "s", "", null, 1),
                () -> connection.createSharedDurableConnectionConsumer(null, "s", "", null, 1));
        refused(
                InvalidSelectorException.class,
                () -> connection.createConnectionConsumer(queue, "=", null, 1),
                () -> connection.createDurableConnectionConsumer(topic, "s", "=", null, 1),
                () -> connection.createSharedConnectionConsumer(topic, "s", "=", null, 1),
                () -> connection.createSharedDurableConnectionConsumer(topic, "s", "=", null, 1));
        ThrowingCallable refusal = () -> connection.createConnectionConsumer(queue, "", null, 1);
        refused(JMSException.class, refusal);
    }

    /** A listener that has begun and goes on when it is let. */
    private static final class Busy implements MessageListener {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch free = new CountDownLatch(1);
        private final LinkedBlockingQueue<Object> did = new LinkedBlockingQueue<>();
        private final ThrowingCallable last;

        private Busy(ThrowingCallable last) {
            this.last = last;
        }

        @Override
        public void onMessage(Message message) {
            begun.countDown();
            did.add(outcome(free::await));
            did.add(outcome(last));
        }
    }

    private static Thread waiting(LinkedBlockingQueue<Object> order, ThrowingCallable call) {
        var thread = new Thread(() -> order.add(outcome(call)));
        thread.start();
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        return thread;
    }

    @Test
    void stopAndCloseWaitForAListenerWhichHasAllOfItsConnectionUntilItReturns_6_1_5_and_8() throws Exception {
        for (ThrowingStop stop : new ThrowingStop[] {Connection::stop, Connection::close}) {
            var connection = started();
            var queue = queue();
            var answers = session().createQueue(own("answers"));
            var session = connection.createSession();
            var other = connection.createSession();
            var listener = new Busy(() -> {
                session.createProducer(answers).send(session.createTextMessage("of its session"));
                other.createProducer(answers).send(other.createTextMessage("of another"));
            });
            session.createConsumer(queue).setMessageListener(listener);
            send(queue, "a");
            assertThat(listener.begun.await(SOON, TimeUnit.MILLISECONDS)).isTrue();

            var stopping = waiting(listener.did, () -> {
                stop.of(connection);
                listener.did.add("stopped");
            });
            assertThat(listener.did).isEmpty();
            listener.free.countDown();
            stopping.join(SOON);

            assertThat(listener.did).containsExactly("done", "done", "stopped", "done");
            var consumer = session().createConsumer(answers);
            assertThat(text(consumer.receive(SOON))).isEqualTo("of its session");
            assertThat(text(consumer.receive(SOON))).isEqualTo("of another");
            connection.close();
        }
    }

    private interface ThrowingStop {
        void of(Connection connection) throws JMSException;
    }

    @Test
    void closingRollsBackAndAcknowledgesNothing_6_1_8() throws JMSException {
        var queue = queue();
        var second = session().createQueue(own("second"));
        send(queue, "a");
        send(second, "b");
        var connection = started();
        var transacted = connection.createSession(Session.SESSION_TRANSACTED);
        var inTransaction = transacted.createConsumer(queue).receive(SOON);
        transacted.createProducer(second).send(transacted.createTextMessage("never"));
        var byClient = connection
                .createSession(Session.CLIENT_ACKNOWLEDGE)
                .createConsumer(second)
                .receive(SOON);

        connection.close();

        refused(IllegalStateException.class, inTransaction::acknowledge, byClient::acknowledge);
        assertThat(text(byClient)).isEqualTo("b");
        var session = session();
        for (var each : new Queue[] {queue, second}) {
            var again = session.createConsumer(each).receive(SOON);
            assertThat(text(again)).isEqualTo(each == queue ? "a" : "b");
            assertThat(again.getJMSRedelivered()).isTrue();
        }
        assertThat(session.createConsumer(second).receiveNoWait()).isNull();
    }

    @Test
    void whoeverUsesWhatIsOfAClosedConnectionIsRefused_6_1_8() throws JMSException {
        var connection = started();
        var queue = queue();
        var session = connection.createSession();
        var producer = session.createProducer(queue);
        var consumer = session.createConsumer(queue);
        var browser = session.createBrowser(queue);
        var message = session.createTextMessage("m");
        send(queue, "a");
        var received = consumer.receive(SOON);
        connection.close();
        refused(
                IllegalStateException.class,
                session::createMessage,
                session::getTransacted,
                () -> producer.send(message),
                consumer::receive,
                browser::getEnumeration,
                received::acknowledge);
        message.setText("still of use");
        assertThat(text(received)).isEqualTo("a");
        session.close();
        producer.close();
        consumer.close();
        browser.close();
    }
}
