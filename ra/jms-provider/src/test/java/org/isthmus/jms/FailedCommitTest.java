package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.JMSException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.TransactionRolledBackException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
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
    private static final String TOO_SMALL = "too-small";

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
    void start() throws Exception {
        broker = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of()));
        var at = broker.listeners().get(0);
        factory = new IsthmusConnectionFactory(at.host() + ":" + at.port());
        try (var admin = Admin.create(Map.of("bootstrap.servers", at.host() + ":" + at.port()))) {
            var topic = new NewTopic(TOO_SMALL, 1, (short) 1).configs(Map.of("max.message.bytes", "1000"));
            admin.createTopics(List.of(topic)).all().get(SOON, TimeUnit.MILLISECONDS);
        }
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
            listen(session, session::commit);
            connection.start();
            assertOrder();
        }
    }

    @Test
    void ofAServersConnectionWithoutAManager() throws Exception {
        try (var connection = factory.createManagedConnection()) {
            var session = connection.createSession();
            connection.begin();
            listen(session, () -> {
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
            var resource = session.getXAResource();
            var branches = new Object() {
                private byte number;

                private Xid xid() {
                    return new ManagerXid(new org.isthmus.broker.common.Xid(7, new byte[] {1}, new byte[] {number}));
                }
            };
            resource.start(branches.xid(), XAResource.TMNOFLAGS);
            listen(session, () -> {
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

    /** Whose transactions cannot commit at the first delivery of a message: the broker refuses what they send. */
    private void listen(Session session, End end) throws JMSException {
        var refused = session.createProducer(session.createQueue(TOO_SMALL));
        session.createConsumer(session.createQueue("orders")).setMessageListener(message -> {
            try {
                seen.add(((TextMessage) message).getText());
                if (!message.getJMSRedelivered()) {
                    refused.send(session.createTextMessage("large".repeat(1_000)));
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
