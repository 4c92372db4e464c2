package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.IllegalStateException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.TransactionInProgressException;
import jakarta.resource.spi.LocalTransactionException;
import jakarta.transaction.RollbackException;
import java.util.List;
import javax.transaction.xa.XAException;
import org.isthmus.ra.outbound.Login;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An application's connections in the transactions of a real manager, together with a real database, over a real broker in this JVM. */
@Timeout(60)
class XaOutboundTest extends XaRig {
    @Test
    void whatIsSentAndReceivedAndWrittenHappensTogether() throws Exception {
        send(ORDERS, "one", "two");
        server.manager().begin();
        try (var context = factory.createContext()) {
            assertThat(context.createConsumer(ORDERS).receiveBody(String.class, 20_000))
                    .isEqualTo("one");
            context.createProducer().send(INVOICES, "invoice");
            accounts.write("paid");
        }
        assertThat(browse(INVOICES)).isEmpty();
        server.manager().commit();

        assertThat(browse(ORDERS)).containsExactly("two");
        assertThat(browse(INVOICES)).containsExactly("invoice");
        assertThat(accounts.texts()).containsExactly("paid");
    }

    @Test
    void aRollbackUndoesAllOfIt() throws Exception {
        send(ORDERS, "one");
        server.manager().begin();
        try (var context = factory.createContext()) {
            assertThat(context.createConsumer(ORDERS).receiveBody(String.class, 20_000))
                    .isEqualTo("one");
            context.createProducer().send(INVOICES, "invoice");
            accounts.write("paid");
        }
        server.manager().rollback();

        assertThat(browse(INVOICES)).isEmpty();
        assertThat(accounts.texts()).isEmpty();
        try (var context = factory.createContext()) {
            var again = context.createConsumer(ORDERS).receive(20_000);
            assertThat(again.getBody(String.class)).isEqualTo("one");
            assertThat(again.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
        }
    }

    @Test
    void aDatabaseThatDoesNotPrepareUndoesWhatTheBrokerHasPrepared() throws Exception {
        send(ORDERS, "one");
        accounts.disguise = resource -> new DisguisedResource(resource) {
            @Override
            public int prepare(javax.transaction.xa.Xid xid) throws XAException {
                rollback(xid);
                throw new XAException(XAException.XA_RBROLLBACK);
            }
        };
        server.manager().begin();
        try (var context = factory.createContext()) {
            assertThat(context.createConsumer(ORDERS).receiveBody(String.class, 20_000))
                    .isEqualTo("one");
            context.createProducer().send(INVOICES, "invoice");
            accounts.write("paid");
        }
        assertThatThrownBy(() -> server.manager().commit()).isInstanceOf(RollbackException.class);

        assertThat(browse(INVOICES)).isEmpty();
        assertThat(accounts.texts()).isEmpty();
        try (var context = factory.createContext()) {
            assertThat(context.createConsumer(ORDERS).receiveBody(String.class, 20_000))
                    .isEqualTo("one");
        }
    }

    @Test
    void allSessionsOfAConnectionWorkInOneTransaction() throws Exception {
        server.manager().begin();
        try (var first = factory.createConnection();
                var second = factory.createConnection()) {
            for (var connection : List.of(first, second)) {
                var session = connection.createSession();
                session.createProducer(ORDERS).send(session.createTextMessage("part"));
            }
        }
        server.manager().rollback();
        assertThat(browse(ORDERS)).isEmpty();
    }

    @Test
    void factoriesOfDifferentLoginsShareABranch() throws Exception {
        var one = managed.createManagedConnection(null, Login.CONFIGURED);
        var other = managed.createManagedConnection(null, new Login("ann", "a"));
        try {
            assertThat(one.getXAResource().isSameRM(other.getXAResource())).isTrue();
        } finally {
            one.destroy();
            other.destroy();
        }
    }

    @Test
    void insideATransactionASessionIsTheContainersWhateverItsArguments_12_3() throws Exception {
        server.manager().begin();
        try (var connection = factory.createConnection()) {
            var session = connection.createSession(false, Session.CLIENT_ACKNOWLEDGE);
            assertThat(session.getTransacted()).isTrue();
            assertThat(session.getAcknowledgeMode()).isEqualTo(Session.SESSION_TRANSACTED);
            assertThatThrownBy(session::commit).isInstanceOf(TransactionInProgressException.class);
            assertThatThrownBy(session::rollback).isInstanceOf(TransactionInProgressException.class);
            assertThatThrownBy(session::recover).isInstanceOf(IllegalStateException.class);
        }
        server.manager().commit();
    }

    @Test
    void outsideOfATransactionASessionAcknowledgesByItselfWhateverItsArguments_12_3() throws Exception {
        send(ORDERS, "one");
        try (var connection = factory.createConnection()) {
            connection.start();
            var session = connection.createSession(true, Session.SESSION_TRANSACTED);
            assertThat(session.getTransacted()).isFalse();
            assertThat(session.getAcknowledgeMode()).isEqualTo(Session.AUTO_ACKNOWLEDGE);
            assertThatThrownBy(session::commit).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(session::rollback).isInstanceOf(IllegalStateException.class);
            assertThat(((TextMessage) session.createConsumer(ORDERS).receive(20_000)).getText())
                    .isEqualTo("one");
            session.createProducer(INVOICES).send(session.createTextMessage("at once"));
        }
        assertThat(browse(ORDERS)).isEmpty();
        assertThat(browse(INVOICES)).containsExactly("at once");
    }

    @Test
    void aConnectionIsUsedByOneTransactionAfterAnother() throws Exception {
        for (int n = 0; n < 10; n++) {
            server.manager().begin();
            send(ORDERS, "message " + n);
            if (n % 2 == 0) {
                server.manager().commit();
            } else {
                server.manager().rollback();
            }
        }
        assertThat(browse(ORDERS)).containsExactly("message 0", "message 2", "message 4", "message 6", "message 8");
    }

    @Test
    void whatASuspendedTransactionSendsIsItsOwn() throws Exception {
        server.manager().begin();
        send(ORDERS, "outer");
        var outer = server.manager().suspend();
        send(ORDERS, "at once");
        server.manager().resume(outer);
        assertThat(browse(ORDERS)).containsExactly("at once");
        server.manager().rollback();
        assertThat(browse(ORDERS)).containsExactly("at once");
    }

    @Test
    void aServerMayBeginAndEndTransactionsWithoutAManager() throws Exception {
        var connection = managed.createManagedConnection(null, null);
        try {
            var local = connection.getLocalTransaction();
            local.begin();
            assertThatThrownBy(local::begin).isInstanceOf(LocalTransactionException.class);
            sendBy((jakarta.jms.Connection) connection.getConnection(null, null), "never");
            local.rollback();
            assertThat(browse(ORDERS)).isEmpty();
            local.begin();
            sendBy((jakarta.jms.Connection) connection.getConnection(null, null), "kept");
            assertThat(browse(ORDERS)).isEmpty();
            local.commit();
            assertThat(browse(ORDERS)).containsExactly("kept");
            assertThatThrownBy(local::commit).isInstanceOf(LocalTransactionException.class);
        } finally {
            connection.destroy();
        }
    }

    @Test
    void whatNobodyEndedIsRolledBackWhenTheConnectionGoesBackToThePool() throws Exception {
        send(ORDERS, "one");
        var connection = managed.createManagedConnection(null, null);
        try {
            connection.getLocalTransaction().begin();
            var handle = (jakarta.jms.Connection) connection.getConnection(null, null);
            handle.start();
            assertThat(handle.createSession().createConsumer(ORDERS).receive(20_000))
                    .isNotNull();
            connection.cleanup();

            try (var context = factory.createContext()) {
                assertThat(context.createConsumer(ORDERS).receiveBody(String.class, 10_000))
                        .isEqualTo("one");
            }
            connection.getLocalTransaction().begin();
        } finally {
            connection.destroy();
        }
    }

    private static void sendBy(jakarta.jms.Connection connection, String text) throws Exception {
        try (connection) {
            var session = connection.createSession();
            session.createProducer(ORDERS).send(session.createTextMessage(text));
        }
    }
}
