package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.TransactionInProgressException;
import jakarta.jms.TransactionInProgressRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** XA sessions (Jakarta Messaging, XASession; X/Open XA) against a real broker, with the test as the transaction manager. */
class XaSessionTest {
    private static final long SOON = 20_000;
    private static final Xid FIRST = xid("first");
    private static final Xid SECOND = xid("second");

    @TempDir
    Path data;

    private EmbeddedBroker broker;
    private IsthmusXAConnection connection;
    private IsthmusXASession session;
    private XAResource resource;

    @BeforeEach
    void start() throws IOException, JMSException {
        broker = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of()));
        var at = broker.listeners().get(0);
        connection = new IsthmusConnectionFactory(at.host() + ":" + at.port()).createXAConnection();
        connection.start();
        session = connection.createXASession();
        resource = session.getXAResource();
    }

    @AfterEach
    void stop() throws JMSException {
        connection.close();
        broker.close();
    }

    @Test
    void commitInTwoPhasesMakesSendsAndReceiptsHappenTogether() throws Exception {
        send("orders", "one", "two");
        resource.start(FIRST, XAResource.TMNOFLAGS);
        assertThat(text(consumer(session, "orders"))).isEqualTo("one");
        sendIn(session, "invoices", "invoice");
        resource.end(FIRST, XAResource.TMSUCCESS);
        var invoices = consumer("invoices");
        assertThat(resource.prepare(FIRST)).isEqualTo(XAResource.XA_OK);
        assertThat(invoices.receiveNoWait()).isNull();

        resource.commit(FIRST, false);

        assertThat(text(invoices)).isEqualTo("invoice");
        session.close();
        assertThat(text(consumer("orders"))).isEqualTo("two");
    }

    @Test
    void rollbackRedeliversInOrderAndSendsNothing() throws Exception {
        send("orders", "one", "two", "three");
        var orders = consumer(session, "orders");
        resource.start(FIRST, XAResource.TMNOFLAGS);
        assertThat(text(orders)).isEqualTo("one");
        assertThat(text(orders)).isEqualTo("two");
        sendIn(session, "invoices", "never");
        resource.end(FIRST, XAResource.TMFAIL);

        resource.rollback(FIRST);

        var again = (TextMessage) orders.receive(SOON);
        assertThat(again.getText()).isEqualTo("one");
        assertThat(again.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
        assertThat(text(orders)).isEqualTo("two");
        assertThat(text(orders)).isEqualTo("three");
        send("invoices", "ordinary");
        assertThat(text(consumer("invoices"))).isEqualTo("ordinary");
    }

    @Test
    void preparedBranchThatRollsBackComesAgain() throws Exception {
        send("orders", "one", "two");
        var orders = consumer(session, "orders");
        resource.start(FIRST, XAResource.TMNOFLAGS);
        assertThat(text(orders)).isEqualTo("one");
        resource.end(FIRST, XAResource.TMSUCCESS);
        resource.prepare(FIRST);
        resource.rollback(FIRST);
        assertThat(text(orders)).isEqualTo("one");
        assertThat(text(orders)).isEqualTo("two");
    }

    @Test
    void preparedBranchOutlivesItsBrokerAndIsCommittedByAnotherConnection() throws Exception {
        send("orders", "one", "two");
        resource.start(FIRST, XAResource.TMNOFLAGS);
        assertThat(text(consumer(session, "orders"))).isEqualTo("one");
        sendIn(session, "invoices", "invoice");
        resource.end(FIRST, XAResource.TMSUCCESS);
        resource.prepare(FIRST);
        stop();

        start();
        assertThat(consumer("invoices").receiveNoWait()).isNull();
        var found = resource.recover(XAResource.TMSTARTRSCAN);
        assertThat(resource.recover(XAResource.TMNOFLAGS)).isEmpty();
        assertThat(resource.recover(XAResource.TMENDRSCAN)).isEmpty();
        assertThat(found).hasSize(1);
        assertThat(found[0].getFormatId()).isEqualTo(FIRST.getFormatId());
        assertThat(found[0].getGlobalTransactionId()).isEqualTo(FIRST.getGlobalTransactionId());
        assertThat(found[0].getBranchQualifier()).isEqualTo(FIRST.getBranchQualifier());
        resource.commit(found[0], false);

        assertThat(text(consumer("invoices"))).isEqualTo("invoice");
        assertThat(text(consumer("orders"))).isEqualTo("two");
        assertThat(resource.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN))
                .isEmpty();
    }

    @Test
    void delayedMessagesOfAPreparedBranchOutliveTheirBroker() throws Exception {
        resource.start(FIRST, XAResource.TMNOFLAGS);
        var producer = session.createProducer(session.createQueue("reminders"));
        producer.setDeliveryDelay(1);
        producer.send(session.createTextMessage("remember"));
        resource.end(FIRST, XAResource.TMSUCCESS);
        resource.prepare(FIRST);
        stop();

        start();
        var reminders = consumer("reminders");
        assertThat(reminders.receive(100)).isNull();
        resource.commit(resource.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN)[0], false);
        assertThat(text(reminders)).isEqualTo("remember");
    }

    @Test
    void branchThatDidNothingIsReadOnlyAndGone() throws Exception {
        resource.start(FIRST, XAResource.TMNOFLAGS);
        resource.end(FIRST, XAResource.TMSUCCESS);
        assertThat(resource.prepare(FIRST)).isEqualTo(XAResource.XA_RDONLY);
        assertFails(XAException.XAER_NOTA, () -> resource.commit(FIRST, false));
    }

    @Test
    void commitInOnePhase() throws Exception {
        resource.start(FIRST, XAResource.TMNOFLAGS);
        sendIn(session, "orders", "one");
        resource.end(FIRST, XAResource.TMSUCCESS);
        resource.commit(FIRST, true);
        assertThat(text(consumer("orders"))).isEqualTo("one");
        assertFails(XAException.XAER_NOTA, () -> resource.rollback(FIRST));
    }

    @Test
    void branchesInterleaveBySuspendAndResume() throws Exception {
        resource.start(FIRST, XAResource.TMNOFLAGS);
        sendIn(session, "orders", "first 1");
        resource.end(FIRST, XAResource.TMSUSPEND);
        resource.start(SECOND, XAResource.TMNOFLAGS);
        sendIn(session, "orders", "second");
        resource.end(SECOND, XAResource.TMSUCCESS);
        resource.start(FIRST, XAResource.TMRESUME);
        sendIn(session, "orders", "first 2");
        resource.end(FIRST, XAResource.TMSUCCESS);
        resource.rollback(SECOND);
        resource.commit(FIRST, true);
        var orders = consumer("orders");
        assertThat(text(orders)).isEqualTo("first 1");
        assertThat(text(orders)).isEqualTo("first 2");
        assertThat(orders.receiveNoWait()).isNull();
    }

    @Test
    void sessionsOfOneConnectionJoinOneBranch() throws Exception {
        var other = connection.createXASession();
        assertThat(resource.isSameRM(other.getXAResource())).isTrue();
        resource.start(FIRST, XAResource.TMNOFLAGS);
        sendIn(session, "orders", "one");
        other.getXAResource().start(FIRST, XAResource.TMJOIN);
        sendIn(other, "orders", "two");
        resource.end(FIRST, XAResource.TMSUCCESS);
        assertFails(XAException.XAER_PROTO, () -> resource.prepare(FIRST));
        other.getXAResource().end(FIRST, XAResource.TMFAIL);
        assertFails(XAException.XA_RBROLLBACK, () -> resource.prepare(FIRST));
        assertThat(consumer("orders").receiveNoWait()).isNull();
    }

    @Test
    void connectionsToOneBrokerJoinOneBranch() throws Exception {
        joinOneBranch(connect());
    }

    @Test
    void clusterIsTheSameByWhicheverAddressItIsReached() throws Exception {
        var inThisProcess = new IsthmusConnectionFactory();
        inThisProcess.setDataDirectory(data.toString());

        joinOneBranch(inThisProcess.createXAConnection());
    }

    @Test
    void anotherClusterIsAnotherResource(@TempDir Path elsewhere) throws Exception {
        var factory = new IsthmusConnectionFactory();
        factory.setDataDirectory(elsewhere.toString());
        try (var other = factory.createXAConnection()) {
            assertThat(other.createXASession().getXAResource().isSameRM(resource))
                    .isFalse();
        }
    }

    private void joinOneBranch(IsthmusXAConnection another) throws Exception {
        send("orders", "one", "two");
        try (var second = another) {
            second.start();
            var other = second.createXASession();
            assertThat(other.getXAResource().isSameRM(resource)).isTrue();
            resource.start(FIRST, XAResource.TMNOFLAGS);
            sendIn(session, "invoices", "first");
            other.getXAResource().start(FIRST, XAResource.TMJOIN);
            assertThat(text(consumer(other, "orders"))).isEqualTo("one");
            sendIn(other, "invoices", "second");
            resource.end(FIRST, XAResource.TMSUCCESS);
            other.getXAResource().end(FIRST, XAResource.TMSUCCESS);

            assertThat(resource.prepare(FIRST)).isEqualTo(XAResource.XA_OK);
            other.getXAResource().commit(FIRST, false);
        }

        assertThat(text(consumer("orders"))).isEqualTo("two");
        var invoices = consumer("invoices");
        assertThat(text(invoices)).isEqualTo("first");
        assertThat(text(invoices)).isEqualTo("second");
    }

    @Test
    void whatAnotherConnectionReceivedInABranchComesAgainWhenThatRollsBack() throws Exception {
        send("orders", "one", "two");
        try (var second = connect()) {
            second.start();
            var other = second.createXASession();
            resource.start(FIRST, XAResource.TMNOFLAGS);
            other.getXAResource().start(FIRST, XAResource.TMJOIN);
            var orders = consumer(other, "orders");
            assertThat(text(orders)).isEqualTo("one");
            other.getXAResource().end(FIRST, XAResource.TMSUCCESS);
            resource.end(FIRST, XAResource.TMSUCCESS);
            resource.prepare(FIRST);
            resource.rollback(FIRST);

            assertThat(text(orders)).isEqualTo("one");
            assertThat(text(orders)).isEqualTo("two");
        }
    }

    @Test
    void closingTheConnectionThatBeganABranchRollsItBackForAll() throws Exception {
        try (var second = connect()) {
            var began = second.createXASession().getXAResource();
            began.start(FIRST, XAResource.TMNOFLAGS);
            resource.start(FIRST, XAResource.TMJOIN);
            sendIn(session, "orders", "never");
        }
        assertFails(XAException.XAER_NOTA, () -> resource.end(FIRST, XAResource.TMSUCCESS));
        assertThat(consumer("orders").receiveNoWait()).isNull();
        nextBranchSends("one");
    }

    @Test
    void whoGoesOnInABranchThatItsManagerGaveUpSendsNothing() throws Exception {
        resource.start(FIRST, XAResource.TMNOFLAGS);
        sendIn(session, "orders", "before");
        var manager = new FutureTask<Void>(() -> {
            resource.end(FIRST, XAResource.TMFAIL);
            resource.rollback(FIRST);
            return null;
        });
        new Thread(manager).start();
        manager.get();
        try {
            sendIn(session, "orders", "after");
        } catch (JMSException refused) { // which is how it ends where the client has looked before the send returns
            assertThat(refused).hasMessageContaining("the transaction has ended");
        }
        assertThat(consumer("orders").receiveNoWait()).isNull();
        nextBranchSends("next");
    }

    @Test
    void whatAManagerMustNotDoIsRefused() throws Exception {
        assertFails(XAException.XAER_NOTA, () -> resource.start(FIRST, XAResource.TMJOIN));
        assertFails(XAException.XAER_NOTA, () -> resource.start(FIRST, XAResource.TMRESUME));
        assertFails(XAException.XAER_NOTA, () -> resource.end(FIRST, XAResource.TMSUCCESS));
        assertFails(XAException.XAER_NOTA, () -> resource.prepare(FIRST));
        assertFails(XAException.XAER_NOTA, () -> resource.commit(FIRST, true));
        assertFails(XAException.XAER_NOTA, () -> resource.forget(FIRST));
        assertFails(XAException.XAER_INVAL, () -> resource.start(FIRST, XAResource.TMFAIL));
        assertFails(XAException.XAER_INVAL, () -> resource.recover(XAResource.TMJOIN));
        resource.start(FIRST, XAResource.TMNOFLAGS);
        assertFails(XAException.XAER_PROTO, () -> resource.start(SECOND, XAResource.TMNOFLAGS));
        assertFails(XAException.XAER_PROTO, () -> resource.commit(FIRST, true));
        sendIn(session, "orders", "one");
        resource.end(FIRST, XAResource.TMSUCCESS);
        assertFails(XAException.XAER_DUPID, () -> resource.start(FIRST, XAResource.TMNOFLAGS));
        assertFails(XAException.XAER_PROTO, () -> resource.start(FIRST, XAResource.TMRESUME));
        assertFails(XAException.XAER_PROTO, () -> resource.commit(FIRST, false));
        resource.prepare(FIRST);
        assertFails(XAException.XAER_PROTO, () -> resource.commit(FIRST, true));
        resource.commit(FIRST, false);
    }

    @Test
    void managerHearsOfAnAdministratorsDecisionUntilItForgets() throws Exception {
        resource.start(FIRST, XAResource.TMNOFLAGS);
        sendIn(session, "orders", "one");
        resource.end(FIRST, XAResource.TMSUCCESS);
        resource.prepare(FIRST);
        BrokerClient administrator = connection.client();
        JmsErrors.await(administrator.endBranch(ManagerXid.own(FIRST), false, true), "deciding");
        assertFails(XAException.XA_HEURRB, () -> resource.commit(FIRST, false));
        assertThat(resource.recover(XAResource.TMSTARTRSCAN)).hasSize(1);
        resource.forget(FIRST);
        assertThat(resource.recover(XAResource.TMSTARTRSCAN)).isEmpty();
        assertThat(consumer("orders").receiveNoWait()).isNull();
    }

    @Test
    void outsideOfABranchEachThingIsDoneByItself() throws Exception {
        sendIn(session, "orders", "one", "two");
        var orders = consumer(session, "orders");
        assertThat(text(orders)).isEqualTo("one");
        resource.start(FIRST, XAResource.TMNOFLAGS);
        assertThat(text(orders)).isEqualTo("two");
        assertThatThrownBy(session::recover).isInstanceOf(IllegalStateException.class);
        resource.end(FIRST, XAResource.TMSUCCESS);
        resource.rollback(FIRST);
        assertThat(text(orders)).isEqualTo("two");
        session.close();
        assertThat(consumer("orders").receiveNoWait()).isNull();
    }

    @Test
    void managerAloneEndsTransactions() throws Exception {
        assertThat(session.getTransacted()).isTrue();
        assertThat(session.getAcknowledgeMode()).isEqualTo(Session.SESSION_TRANSACTED);
        assertThatThrownBy(session::commit).isInstanceOf(TransactionInProgressException.class);
        assertThatThrownBy(session::rollback).isInstanceOf(TransactionInProgressException.class);
        var at = broker.listeners().get(0);
        try (var context = new IsthmusConnectionFactory(at.host() + ":" + at.port()).createXAContext()) {
            assertThat(context.getTransacted()).isTrue();
            assertThatThrownBy(context::commit).isInstanceOf(TransactionInProgressRuntimeException.class);
            context.getXAResource().start(FIRST, XAResource.TMNOFLAGS);
            context.createProducer().send(context.createQueue("orders"), "one");
            context.getXAResource().end(FIRST, XAResource.TMSUCCESS);
            context.getXAResource().commit(FIRST, true);
        }
        assertThat(text(consumer("orders"))).isEqualTo("one");
    }

    @Test
    void closingTheSessionLeavesTheBranchToItsManager() throws Exception {
        send("orders", "one");
        resource.start(FIRST, XAResource.TMNOFLAGS);
        assertThat(text(consumer(session, "orders"))).isEqualTo("one");
        sendIn(session, "invoices", "invoice");
        session.close();
        resource.end(FIRST, XAResource.TMSUCCESS);
        assertThat(resource.prepare(FIRST)).isEqualTo(XAResource.XA_OK);
        resource.commit(FIRST, false);
        assertThat(text(consumer("invoices"))).isEqualTo("invoice");
        assertThat(consumer("orders").receiveNoWait()).isNull();
    }

    @Test
    void closingTheConnectionRollsBackWhatIsNotPrepared() throws Exception {
        send("orders", "one");
        resource.start(FIRST, XAResource.TMNOFLAGS);
        assertThat(text(consumer(session, "orders"))).isEqualTo("one");
        connection.close();
        var at = broker.listeners().get(0);
        connection = new IsthmusConnectionFactory(at.host() + ":" + at.port()).createXAConnection();
        connection.start();
        assertThat(text(consumer("orders"))).isEqualTo("one");
    }

    @Test
    void timeOutsAreThoseThatBrokersAllow() throws Exception {
        assertThat(resource.setTransactionTimeout(30)).isTrue();
        assertThat(resource.getTransactionTimeout()).isEqualTo(30);
        assertThat(resource.setTransactionTimeout(100_000)).isFalse();
        assertThat(resource.getTransactionTimeout()).isEqualTo(30);
        assertThat(resource.setTransactionTimeout(0)).isTrue();
        assertThat(resource.getTransactionTimeout()).isEqualTo(900);
        assertFails(XAException.XAER_INVAL, () -> resource.setTransactionTimeout(-1));
    }

    private IsthmusXAConnection connect() throws JMSException {
        var at = broker.listeners().get(0);
        return new IsthmusConnectionFactory(at.host() + ":" + at.port()).createXAConnection();
    }

    private static void assertFails(int code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(XAException.class, e -> assertThat(e.errorCode)
                .isEqualTo(code));
    }

    private static Xid xid(String name) {
        var global = name.getBytes(StandardCharsets.US_ASCII);
        return new ManagerXid(new org.isthmus.broker.common.Xid(7, global, new byte[] {1}));
    }

    private MessageConsumer consumer(String queue) throws JMSException {
        return consumer(connection.createSession(), queue);
    }

    private static MessageConsumer consumer(Session by, String queue) throws JMSException {
        return by.createConsumer(by.createQueue(queue));
    }

    private void send(String queue, String... texts) throws JMSException {
        try (var plain = connection.createSession()) {
            sendIn(plain, queue, texts);
        }
    }

    private static void sendIn(Session by, String queue, String... texts) throws JMSException {
        var producer = by.createProducer(by.createQueue(queue));
        for (var text : texts) {
            producer.send(by.createTextMessage(text));
        }
    }

    private static @Nullable String text(MessageConsumer consumer) throws JMSException {
        var message = consumer.receive(SOON);
        return message == null ? null : ((TextMessage) message).getText();
    }

    private void nextBranchSends(String text) throws Exception {
        resource.start(SECOND, XAResource.TMNOFLAGS);
        sendIn(session, "orders", text);
        resource.end(SECOND, XAResource.TMSUCCESS);
        resource.commit(SECOND, true);
        assertThat(text(consumer("orders"))).isEqualTo(text);
    }
}
