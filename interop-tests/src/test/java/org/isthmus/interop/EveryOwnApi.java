package org.isthmus.interop;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.Connection;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.XAConnection;
import java.util.Collections;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.isthmus.jms.IsthmusConnectionFactory;

/** Our own client, which uses every API that we have added to Kafka's, and the fields that we have added to Kafka's own, each at least once. */
final class EveryOwnApi {
    private static final long PATIENCE_MS = 30_000;

    /** A branch, as a transaction manager names it. */
    private record Branch(int number) implements Xid {
        @Override
        public int getFormatId() {
            return 7;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return new byte[] {(byte) number};
        }

        @Override
        public byte[] getBranchQualifier() {
            return new byte[] {1};
        }
    }

    private EveryOwnApi() {}

    /** @param untilKept ends once the broker was told that an open transaction is still worked in */
    static void exercise(String address, Wait untilKept) throws Exception {
        var factory = new IsthmusConnectionFactory(address);
        factory.setClientID("every-own");
        try (var connection = factory.createConnection()) {
            connection.start();
            plain(connection);
            transacted(connection, untilKept);
        }
        try (var connection = factory.createXAConnection()) {
            branches(connection);
        }
    }

    /** Ends once something has happened. */
    interface Wait {
        void end() throws Exception;
    }

    private static void plain(Connection connection) throws Exception {
        try (var session = connection.createSession(Session.AUTO_ACKNOWLEDGE)) {
            var queue = session.createQueue("own");
            var producer = session.createProducer(queue);
            producer.setDeliveryDelay(1);
            producer.send(session.createTextMessage("later"));
            producer.setDeliveryDelay(0);
            var message = session.createTextMessage("now");
            message.setIntProperty("n", 1);
            producer.send(message);
            try (var browser = session.createBrowser(queue)) {
                assertThat(Collections.list(browser.getEnumeration())).isNotEmpty();
            }
            try (var consumer = session.createConsumer(queue, "n > 0")) {
                assertThat(consumer.receive(PATIENCE_MS)).isNotNull();
            }
            var temporary = session.createTemporaryQueue();
            session.createProducer(temporary).send(session.createTextMessage("of the connection"));
            temporary.delete();
            session.createSharedDurableConsumer(session.createTopic("own-news"), "own")
                    .close();
            session.unsubscribe("own");
            session.createConsumer(session.createTopic("own-news")).close();
        }
    }

    private static void transacted(Connection connection, Wait untilKept) throws Exception {
        try (var session = connection.createSession(Session.SESSION_TRANSACTED)) {
            var queue = session.createQueue("own");
            receive(session, queue);
            var producer = session.createProducer(queue);
            producer.setDeliveryDelay(1);
            producer.send(session.createTextMessage("later, if at all"));
            session.commit();
            receive(session, queue);
            session.rollback();
            session.createProducer(queue).send(session.createTextMessage("in a long transaction"));
            untilKept.end();
            session.commit();
            try (var consumer = session.createConsumer(queue)) {
                assertThat(consumer.receive(PATIENCE_MS)).isNotNull();
                session.commit();
            }
        }
    }

    private static void receive(Session session, Queue queue) throws Exception {
        try (var consumer = session.createConsumer(queue)) {
            assertThat(consumer.receive(PATIENCE_MS)).isNotNull();
        }
    }

    private static void branches(XAConnection connection) throws Exception {
        try (var session = connection.createXASession()) {
            var resource = session.getXAResource();
            for (var branch = 0; branch < 2; branch++) {
                var xid = new Branch(branch);
                resource.start(xid, XAResource.TMNOFLAGS);
                session.createProducer(session.createQueue("own")).send(session.createTextMessage("in a branch"));
                resource.end(xid, XAResource.TMSUCCESS);
                resource.prepare(xid);
                assertThat(resource.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN))
                        .hasSize(1);
                if (branch == 0) {
                    resource.commit(xid, false);
                } else {
                    resource.rollback(xid);
                }
                forget(resource, xid);
            }
        }
    }

    /** There is nothing to forget, as no administrator has decided; but the broker is asked. */
    private static void forget(XAResource resource, Xid xid) {
        try {
            resource.forget(xid);
        } catch (XAException nothingToForget) {
            assertThat(nothingToForget.errorCode).isEqualTo(XAException.XAER_NOTA);
        }
    }
}
