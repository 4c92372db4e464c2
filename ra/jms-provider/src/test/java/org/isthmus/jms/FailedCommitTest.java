package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.TransactionRolledBackException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a commit or a prepare rolls back comes again before what had come ahead of it, whoever ends the transaction and how. */
class FailedCommitTest {
    private static final long SOON = 20_000;

    @TempDir
    Path data;

    private final BlockingQueue<String> seen = new ArrayBlockingQueue<>(20);
    private EmbeddedBroker broker;
    private IsthmusConnectionFactory factory;

    /** Ends the transaction, and begins the next. */
    private interface End {
        void run() throws JMSException, XAException;
    }

    @BeforeEach
    void start() throws IOException, JMSException {
        broker = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of()));
        var at = broker.listeners().get(0);
        factory = new IsthmusConnectionFactory(at.host() + ":" + at.port());
        try (var connection = factory.createConnection();
                var session = connection.createSession()) {
            var orders = session.createProducer(session.createQueue("orders"));
            for (var text : List.of("one", "two", "three")) {
                orders.send(session.createTextMessage(text));
            }
        }
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void ofATransactedSession() throws Exception {
        try (var connection = factory.createConnection()) {
            var session = connection.createSession(Session.SESSION_TRANSACTED);
            var refused = producerOfWhatIsRefused(connection, session);
            listen(session, refused, session::commit);
            connection.start();
            assertOrder();
        }
    }

    @Test
    void ofAServersConnectionWithoutAManager() throws Exception {
        try (var connection = factory.createManagedConnection()) {
            var session = connection.createSession();
            var refused = producerOfWhatIsRefused(connection, session);
            connection.begin();
            listen(session, refused, () -> {
                try {
                    connection.commit();
                } finally {
                    connection.begin();
                }
            });
            connection.start();
            assertOrder();
        }
    }

    @Test
    void ofABranchThatIsCommittedInOnePhase() throws Exception {
        ofABranch((resource, xid) -> resource.commit(xid, true));
    }

    @Test
    void ofABranchThatIsPrepared() throws Exception {
        ofABranch((resource, xid) -> {
            resource.prepare(xid);
            resource.commit(xid, false);
        });
    }

    private interface BranchEnd {
        void run(XAResource resource, Xid xid) throws XAException;
    }

    private void ofABranch(BranchEnd end) throws Exception {
        try (var connection = factory.createXAConnection()) {
            var session = connection.createXASession();
            var refused = producerOfWhatIsRefused(connection, session);
            var resource = session.getXAResource();
            var branches = new Object() {
                private byte number;

                private Xid xid() {
                    return new ManagerXid(new org.isthmus.broker.common.Xid(7, new byte[] {1}, new byte[] {number}));
                }
            };
            resource.start(branches.xid(), XAResource.TMNOFLAGS);
            listen(session, refused, () -> {
                resource.end(branches.xid(), XAResource.TMSUCCESS);
                try {
                    end.run(resource, branches.xid());
                } finally {
                    branches.number++;
                    resource.start(branches.xid(), XAResource.TMNOFLAGS);
                }
            });
            connection.start();
            assertOrder();
        }
    }

    /** By which a transaction sends what cannot be sent, so it cannot commit. */
    private static MessageProducer producerOfWhatIsRefused(Connection connection, Session session) throws JMSException {
        try (var outside = connection.createSession()) {
            var gone = outside.createTemporaryQueue();
            var producer = session.createProducer(gone);
            outside.createProducer(gone).send(outside.createTextMessage("while it is there"));
            gone.delete();
            return producer;
        }
    }

    private void listen(Session session, MessageProducer refused, End end) throws JMSException {
        session.createConsumer(session.createQueue("orders")).setMessageListener(message -> {
            try {
                seen.add(((TextMessage) message).getText());
                if (!message.getJMSRedelivered()) {
                    refused.send(session.createTextMessage("too late"));
                }
                end.run();
            } catch (TransactionRolledBackException e) {
                seen.add("rolled back");
            } catch (XAException e) {
                seen.add(e.errorCode == XAException.XA_RBROLLBACK ? "rolled back" : e.toString());
            } catch (JMSException e) {
                seen.add(e.toString());
            }
        });
    }

    private void assertOrder() throws InterruptedException {
        for (var text :
                List.of("one", "rolled back", "one", "two", "rolled back", "two", "three", "rolled back", "three")) {
            assertThat(seen.poll(SOON, TimeUnit.MILLISECONDS)).isEqualTo(text);
        }
    }
}
