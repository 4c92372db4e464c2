package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.isthmus.jms.IsthmusQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Beans in transactions of a real manager, with what they send and write to a real database, over a real broker in this JVM. */
@Timeout(60)
class XaInboundTest extends XaRig {
    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();

    @Test
    void whatABeanReceivesSendsAndWritesHappensTogether() throws Exception {
        activate(
                server.beans(message -> {
                    var it = Received.of(message);
                    send(INVOICES, "invoice " + it.text());
                    accounts.write(it.text());
                }),
                queue());
        send(ORDERS, "one", "two");

        assertThat(consume(INVOICES, 2)).containsExactlyInAnyOrder("invoice one", "invoice two");
        adapter.stop();
        adapter.start(threads);
        assertThat(browse(ORDERS)).isEmpty();
        assertThat(accounts.texts()).containsExactly("one", "two");
    }

    @Test
    void aBeanThatThrowsUndoesItAllAndGetsItAgain() throws Exception {
        failsOnce(() -> {
            throw new IllegalStateException("not yet");
        });
    }

    @Test
    void aBeanThatSetsRollbackOnlyUndoesItAllAndGetsItAgain() throws Exception {
        failsOnce(server::setRollbackOnly);
    }

    private void failsOnce(Runnable failing) throws Exception {
        activate(
                server.beans(message -> {
                    var it = Received.of(message);
                    received.add(it);
                    send(INVOICES, "delivery " + it.deliveries());
                    accounts.write("delivery " + it.deliveries());
                    if (it.deliveries() == 1) {
                        failing.run();
                    }
                }),
                queue());
        send(ORDERS, "one");

        assertThat(next()).isEqualTo(new Received("one", 1));
        assertThat(next()).isEqualTo(new Received("one", 2));
        assertThat(consume(INVOICES, 1)).containsExactly("delivery 2");
        adapter.stop(); // which waits for the bean at work, and so for the database, which may be the last to commit
        adapter.start(threads);
        assertThat(accounts.texts()).containsExactly("delivery 2");
    }

    @Test
    void whatTheDatabaseDoesNotPrepareComesAgainBeforeWhatFollowsIt() throws Exception {
        databaseDoesNotPrepare(1);
        send(ORDERS, "one", "two", "three");
        var spec = queue();
        spec.setOrdering("partition");
        spec.setRedeliveryDelay(300L);
        activate(noting(), spec);

        assertThat(next()).isEqualTo(new Received("one", 1));
        assertThat(next()).isEqualTo(new Received("one", 2));
        assertThat(next()).isEqualTo(new Received("two", 1));
        assertThat(next()).isEqualTo(new Received("three", 1));
        adapter.stop(); // which waits for the beans at work
        adapter.start(threads);
        assertThat(accounts.texts()).containsExactly("one2", "three1", "two1");
    }

    @Test
    void whatTheDatabaseDoesNotPrepareAgainAndAgainComesBeforeWhatFollowsIt() throws Exception {
        databaseDoesNotPrepare(2);
        send(ORDERS, "one", "two");
        var spec = queue();
        spec.setOrdering("partition");
        spec.setRedeliveryDelay(50L);
        spec.setRedeliveryMultiplier(20.0);
        activate(noting(), spec);

        assertThat(List.of(next(), next(), next(), next()))
                .containsExactly(
                        new Received("one", 1), new Received("one", 2), new Received("one", 3), new Received("two", 1));
    }

    @Test
    void whatAListHadBehindAMessageThatTheDatabaseDoesNotPrepareStaysBehindIt() throws Exception {
        databaseDoesNotPrepare(1);
        send(ORDERS, "one", "two");
        var spec = new IsthmusBatchActivationSpec();
        ofQueue(spec);
        spec.setMaxBatchSize(2);
        spec.setBatchTimeout(20_000L);
        spec.setOrdering("partition");
        spec.setRedeliveryDelay(300L);
        activate(
                server.beansThatTakeLists(messages -> {
                    var list = messages.stream().map(Received::of).toList();
                    received.addAll(list);
                    if (list.size() > 1) {
                        server.setRollbackOnly();
                    } else {
                        accounts.write(list.get(0).text());
                    }
                }),
                spec);

        assertThat(List.of(next(), next())).containsExactly(new Received("one", 1), new Received("two", 1));
        assertThat(List.of(next(), next(), next()))
                .containsExactly(new Received("one", 2), new Received("one", 3), new Received("two", 2));
    }

    /** So many times; then it does. */
    private void databaseDoesNotPrepare(int times) {
        var refusals = new AtomicInteger(times);
        accounts.disguise = resource -> new DisguisedResource(resource) {
            @Override
            public int prepare(Xid xid) throws XAException {
                if (refusals.getAndDecrement() > 0) {
                    rollback(xid);
                    throw new XAException(XAException.XA_RBROLLBACK);
                }
                return super.prepare(xid);
            }
        };
    }

    @Test
    void aMessageWhoseTransactionsNeverCommitBecomesADeadLetter() throws Exception {
        var spec = queue();
        spec.setMaxDeliveries(2);
        spec.setDeadLetterDestination("dead");
        activate(
                server.beans(message -> {
                    received.add(Received.of(message));
                    server.setRollbackOnly();
                }),
                spec);
        send(ORDERS, "one");

        assertThat(consume(new IsthmusQueue("dead"), 1)).containsExactly("one");
        assertThat(received).containsExactly(new Received("one", 1), new Received("one", 2));
        while (!browse(ORDERS).isEmpty()) { // the queue is done with it a moment after its dead letter is there
            Thread.onSpinWait();
        }
    }

    @Test
    void aListIsOneTransaction() throws Exception {
        var spec = new IsthmusBatchActivationSpec();
        ofQueue(spec);
        spec.setMaxBatchSize(3);
        spec.setBatchTimeout(20_000L);
        activate(
                server.beansThatTakeLists(messages -> {
                    var texts = messages.stream()
                            .map(Received::of)
                            .map(Received::text)
                            .toList();
                    boolean first = received.isEmpty();
                    messages.forEach(message -> received.add(Received.of(message)));
                    texts.forEach(text -> send(INVOICES, text));
                    if (first) {
                        server.setRollbackOnly();
                    }
                }),
                spec);
        send(ORDERS, "one", "two", "three");

        assertThat(consume(INVOICES, 3)).containsExactlyInAnyOrder("one", "two", "three");
        assertThat(received.stream().filter(it -> it.deliveries() == 1)).hasSize(3);
        assertThat(received.stream().filter(it -> it.deliveries() == 2)).hasSize(3);
    }

    @Test
    void aBeanAndItsConnectionsHaveOneBranchWhichIsCommittedInOnePhase() throws Exception {
        var calls = new CopyOnWriteArrayList<String>();
        server.disguise = resource -> new DisguisedResource(resource) {
            @Override
            public void start(Xid xid, int flags) throws XAException {
                super.start(xid, flags);
                calls.add(flags == XAResource.TMJOIN ? "join" : "start");
            }

            @Override
            public int prepare(Xid xid) throws XAException {
                calls.add("prepare");
                return super.prepare(xid);
            }

            @Override
            public void commit(Xid xid, boolean onePhase) throws XAException {
                super.commit(xid, onePhase);
                calls.add(onePhase ? "commit in one phase" : "commit");
            }
        };
        activate(server.beans(message -> send(INVOICES, "invoice")), queue());
        try (var connection = adapter.connectionFactory().createConnection()) {
            var session = connection.createSession();
            session.createProducer(ORDERS).send(session.createTextMessage("one"));
        }

        assertThat(consume(INVOICES, 1)).containsExactly("invoice");
        adapter.stop();
        adapter.start(threads);
        assertThat(calls).containsExactly("start", "join", "commit in one phase");
        assertThat(browse(ORDERS)).isEmpty();
    }

    @Test
    void aBeanThatOnlyReceivesIsDoneWithItsMessageOnce() throws Exception {
        activate(server.beans(message -> received.add(Received.of(message))), queue());
        send(ORDERS, "one", "two");

        assertThat(List.of(next(), next())).containsExactlyInAnyOrder(new Received("one", 1), new Received("two", 1));
        adapter.stop();
        adapter.start(threads);
        assertThat(browse(ORDERS)).isEmpty();
        assertThat(received).isEmpty();
    }

    @Test
    void beansAtWorkSideBySideHaveTransactionsOfTheirOwn() throws Exception {
        activate(
                server.beans(message -> {
                    var it = Received.of(message);
                    send(INVOICES, it.text());
                    accounts.write(it.text() + " " + it.deliveries());
                    if (it.deliveries() == 1 && Integer.parseInt(it.text()) % 5 == 0) {
                        server.setRollbackOnly();
                    }
                }),
                queue());
        var texts = new ArrayList<String>();
        for (int n = 0; n < 100; n++) {
            texts.add("" + n);
        }
        send(ORDERS, texts.toArray(String[]::new));

        assertThat(consume(INVOICES, 100)).containsExactlyInAnyOrderElementsOf(texts);
        adapter.stop();
        adapter.start(threads);
        assertThat(browse(ORDERS)).isEmpty();
        assertThat(browse(INVOICES)).isEmpty();
        assertThat(accounts.texts()).hasSize(100);
    }

    @Test
    void whatABeanHasInItsTransactionWhenTheBrokerGoesIsHandedToNoOtherAndDoneOnce(@TempDir Path directory)
            throws Exception {
        try (var broker = new RemoteBroker(directory, threads)) {
            var remote = broker.adapter;
            var begun = new CountDownLatch(1);
            var finish = new CountDownLatch(1);
            var beans = server.beans(message -> {
                var it = Received.of(message);
                received.add(it);
                accounts.write(it.text());
                if (it.text().equals("in hand")) {
                    begun.countDown();
                    Gate.await(finish, 30);
                }
            });
            var spec = queue();
            spec.setResourceAdapter(remote);
            remote.endpointActivation(beans, spec);
            sendTo(remote, "in hand");
            Gate.await(begun, 30);

            broker.goAway();
            broker.comeBack();
            sendTo(remote, "behind it");
            assertThat(List.of(next(), next()))
                    .containsExactly(new Received("in hand", 1), new Received("behind it", 1));
            finish.countDown();
            remote.endpointDeactivation(beans, spec);
            assertThat(browse(remote, ORDERS)).isEmpty();
            assertThat(accounts.texts()).containsExactly("behind it", "in hand");
            assertThat(received).isEmpty();
            broker.stopAdapter();
        }
    }

    @Test
    void theLateEndOfATransactionIsNotTakenForTheEndOfTheNext() throws Exception {
        var late = new AtomicReference<Ending>();
        server.disguise = resource -> new DisguisedResource(resource) {
            @Override
            public void commit(Xid xid, boolean onePhase) throws XAException {
                if (late.compareAndSet(null, () -> super.commit(xid, onePhase))) {
                    throw new XAException(XAException.XAER_RMFAIL);
                }
                super.commit(xid, onePhase);
            }
        };
        send(ORDERS, "one", "two");
        var spec = queue();
        spec.setMaxSession(1);
        activate(
                server.beans(message -> {
                    var it = Received.of(message);
                    received.add(it);
                    accounts.write(it.text() + it.deliveries());
                    if (it.equals(new Received("two", 1))) {
                        // As the manager's recovery does, whenever it comes.
                        commit(late.get());
                        server.setRollbackOnly();
                    }
                }),
                spec);

        assertThat(next()).isEqualTo(new Received("one", 1));
        assertThat(next()).isEqualTo(new Received("two", 1));
        assertThat(next()).isEqualTo(new Received("two", 2));
        adapter.stop(); // which waits for the beans at work
        adapter.start(threads);
        assertThat(browse(ORDERS)).isEmpty();
        assertThat(accounts.texts()).containsExactly("one1", "two2");
    }

    @ParameterizedTest
    @CsvSource({"partition,COMMIT", "partition,ROLLBACK", "key,COMMIT", "key,ROLLBACK"})
    void whatFollowsAMessageWhoseOutcomeIsNotKnownWaitsForThat(String ordering, Decision decision) throws Exception {
        var inDoubt = new CountDownLatch(1);
        server.disguise = resource -> new DisguisedResource(resource) {
            @Override
            public void commit(Xid xid, boolean onePhase) throws XAException {
                if (inDoubt.getCount() > 0) {
                    inDoubt.countDown();
                    throw new XAException(XAException.XAER_RMFAIL);
                }
                super.commit(xid, onePhase);
            }
        };
        sendOfOneKey("one", "two", "three");
        var spec = queue();
        spec.setOrdering(ordering);
        activate(noting(), spec);

        assertThat(next()).isEqualTo(new Received("one", 1));
        Gate.await(inDoubt, 20);
        assertThat(received.poll(500, TimeUnit.MILLISECONDS)).isNull();
        decide(decision);
        if (decision == Decision.ROLLBACK) {
            assertThat(next()).isEqualTo(new Received("one", 2));
        }
        assertThat(List.of(next(), next())).containsExactly(new Received("two", 1), new Received("three", 1));
    }

    @Test
    void beansGoOnWhereAnAdministratorHasCommittedWhatTheManagerThenRollsBack() throws Exception {
        databaseDoesNotPrepare(1);
        server.disguise = resource -> new DisguisedResource(resource) {
            @Override
            public void rollback(Xid xid) throws XAException {
                decide(Decision.COMMIT);
                super.rollback(xid);
            }
        };
        sendOfOneKey("one", "two");
        var spec = queue();
        spec.setOrdering("partition");
        activate(noting(), spec);

        assertThat(List.of(next(), next())).containsExactly(new Received("one", 1), new Received("two", 1));
    }

    /** On the only branch that waits, and somewhere else: nothing of this server hears of it. */
    private void decide(Decision decision) {
        try (var elsewhere = adapter.connectionFactory().createManagedConnection()) {
            var branch = elsewhere.recoverableBranches().get(0);
            elsewhere.decide(branch.xid(), decision == Decision.COMMIT);
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    private enum Decision {
        COMMIT,
        ROLLBACK
    }

    private interface Ending {
        void end() throws XAException;
    }

    private static void commit(Ending late) {
        try {
            late.end();
        } catch (XAException e) {
            throw new IllegalStateException(e);
        }
    }

    private void sendOfOneKey(String... texts) {
        try (var context = factory.createContext()) {
            for (var text : texts) {
                context.createProducer().setProperty("JMSXGroupID", "one").send(ORDERS, text);
            }
        }
    }

    private static void sendTo(IsthmusResourceAdapter adapter, String text) {
        try (var context = adapter.connectionFactory().createContext()) {
            context.createProducer().send(ORDERS, text);
        }
    }

    private static IsthmusActivationSpec queue() {
        var spec = new IsthmusActivationSpec();
        ofQueue(spec);
        return spec;
    }

    private static void ofQueue(IsthmusActivationSpec spec) {
        spec.setDestination("orders");
        spec.setDestinationType("jakarta.jms.Queue");
        spec.setRedeliveryDelay(1L);
    }

    private void activate(MessageEndpointFactory beans, IsthmusActivationSpec spec) throws Exception {
        spec.setResourceAdapter(adapter);
        spec.validate();
        adapter.endpointActivation(beans, spec);
    }

    private Received next() throws InterruptedException {
        return received.poll(20, TimeUnit.SECONDS);
    }

    private List<String> consume(IsthmusQueue queue, int count) throws JMSException {
        try (var connection = adapter.connectionFactory().createConnection()) {
            connection.start();
            var consumer = connection.createSession().createConsumer(queue);
            var texts = new ArrayList<String>();
            while (texts.size() < count) {
                var message = (TextMessage) consumer.receive(20_000);
                if (message == null) {
                    break;
                }
                texts.add(message.getText());
            }
            return texts;
        }
    }

    /** Beans that note what they received, here and in the database. */
    private MessageEndpointFactory noting() {
        return server.beans(message -> {
            var it = Received.of(message);
            received.add(it);
            accounts.write(it.text() + it.deliveries());
        });
    }
}
