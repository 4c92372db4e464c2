package org.isthmus.broker.protocol.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.ShareStream.Settlement;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Transport;
import org.junit.jupiter.api.Test;

/** A commit that is asked for together with what belongs to the transaction: all or nothing, and known, whatever happens to one of them. */
class CommitBehindTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
    private static final TopicPartition INVOICES = new TopicPartition("invoices", 0);
    private static final Duration WAIT = Duration.ofSeconds(1);
    /** After which an identity is used again. */
    private static final Duration REST = Duration.ofMillis(100);

    /** A client that has committed once, and so has an identity whose participants are known; it holds one order more. */
    private static final class Session {
        private final SimulatedWorld world;
        private final Transport transport;
        private final BrokerClient client;
        private final ShareStream orders;
        private final ShareStream invoices;
        private ShareStream.ShareDelivery held;

        Session() {
            this(1);
        }

        Session(long seed) {
            world = new SimulatedWorld(seed);
            transport = world.newTransport();
            client = world.connect(transport);
            get(client.createTopic(new NewTopic("orders", 1, Map.of())));
            get(client.createTopic(new NewTopic("invoices", 1, Map.of())));
            orders = client.openShare("workers", ORDERS.topic(), ShareOptions.QUEUE);
            invoices = client.openShare("readers", INVOICES.topic(), ShareOptions.QUEUE);
            for (var text : List.of("first", "second")) {
                get(client.send(ORDERS, record(text), Acks.ALL));
                held = get(orders.poll(1, WAIT)).get(0);
                if (text.equals("first")) {
                    get(work(held.record().offset()));
                    var invoice = get(invoices.poll(1, WAIT)).get(0);
                    get(invoices.settle(invoice, invoice.record().offset(), Settlement.ACCEPT));
                    world.loops.runFor(REST);
                }
            }
        }

        private NewRecord record(String text) {
            return new NewRecord(world.clock.wallMs(), null, text.getBytes(UTF_8), List.of());
        }

        /** Acknowledges what is held, up to this offset, and sends an invoice for it. */
        CompletionStage<Void> work(long lastOffset) {
            var transaction = client.begin(Duration.ofMinutes(1));
            transaction.acknowledge(orders, held, lastOffset);
            transaction.send(INVOICES, record("invoice"));
            return transaction.commit();
        }

        <T> T get(CompletionStage<T> stage) {
            return world.get(stage);
        }

        void cut() {
            world.cut(transport);
        }

        boolean hasInvoice() {
            return !get(invoices.poll(1, WAIT)).isEmpty();
        }

        boolean hasOrder() {
            return !get(orders.poll(1, WAIT)).isEmpty();
        }
    }

    @Test
    void doesNotHappenWhereSomethingBeforeItIsRefused() {
        var session = new Session();

        assertThatThrownBy(() -> session.get(session.work(session.held.record().offset() + 1)))
                .cause()
                .isInstanceOfSatisfying(BrokerException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.TRANSACTION_ABORTABLE));

        assertThat(session.hasInvoice()).as("an invoice").isFalse();
    }

    @Test
    void isKnownWheneverTheConnectionsAreCut() {
        var outcomes = new HashSet<String>();
        for (var steps = 0; !outcomes.contains("in time"); steps++) {
            var session = new Session();
            var commit = session.work(session.held.record().offset()).toCompletableFuture();
            for (var step = 0; step < steps; step++) {
                session.world.loops.step();
            }
            var wasInTime = commit.isDone();
            session.cut();
            var isCommitted = isCommitted(session, commit);
            outcomes.add(wasInTime ? "in time" : isCommitted ? "found committed" : "found rolled back");
            assertThat(session.hasInvoice())
                    .as("an invoice, cut after %d steps", steps)
                    .isEqualTo(isCommitted);
            assertThat(session.hasOrder())
                    .as("the order again, cut after %d steps", steps)
                    .isEqualTo(!isCommitted);
        }
        assertThat(outcomes).containsExactlyInAnyOrder("in time", "found committed", "found rolled back");
    }

    @Test
    void takesOneForceOfTheDiskWithAllThatItCommits() {
        var session = new Session();
        var before = session.world.server.disk().forces();

        session.get(session.work(session.held.record().offset()));

        assertThat(session.world.server.disk().forces() - before).isOne();
    }

    @Test
    void isAllOrNothingWheneverTheMachineLosesItsPower() {
        var outcomes = new HashSet<String>();
        for (var seed = 0; seed < 10; seed++) {
            for (var operations = 1; !outcomes.contains("in time, seed " + seed); operations++) {
                var session = new Session(seed);
                var server = session.world.server;
                server.disk().crashAfter(operations);
                var commit = session.work(session.held.record().offset()).toCompletableFuture();
                while (!commit.isDone() && !server.hasLostPower()) {
                    session.world.loops.step();
                }
                var wasInTime = commit.isDone();
                server.crashMachine();
                server.start();
                var isCommitted = isCommitted(session, commit);
                outcomes.add(
                        wasInTime ? "in time, seed " + seed : isCommitted ? "found committed" : "found rolled back");
                assertThat(session.hasInvoice())
                        .as("an invoice, power lost after %d operations, seed %d", operations, seed)
                        .isEqualTo(isCommitted);
                assertThat(session.hasOrder())
                        .as("the order again, power lost after %d operations, seed %d", operations, seed)
                        .isEqualTo(!isCommitted);
            }
        }
        assertThat(outcomes).contains("found committed", "found rolled back");
    }

    private static boolean isCommitted(Session session, CompletionStage<Void> commit) {
        try {
            session.get(commit);
            return true;
        } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOfSatisfying(BrokerException.class, refusal -> assertThat(refusal.code())
                    .isEqualTo(ErrorCode.TRANSACTION_ABORTABLE));
            return false;
        }
    }
}
