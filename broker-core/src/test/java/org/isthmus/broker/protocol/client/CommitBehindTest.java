package org.isthmus.broker.protocol.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.ShareStream.Settlement;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.network.Transport;
import org.isthmus.broker.server.SimulatedServer;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimIds;
import org.isthmus.broker.sim.SimLoop;
import org.isthmus.broker.sim.SimStreams;
import org.junit.jupiter.api.Test;

/** A commit that is asked for together with what belongs to the transaction: all or nothing, and known, whatever happens to one of them. */
class CommitBehindTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
    private static final TopicPartition INVOICES = new TopicPartition("invoices", 0);
    private static final Endpoint.Tcp BROKER = new Endpoint.Tcp("broker", 9092);
    private static final Duration WAIT = Duration.ofSeconds(1);
    /** After which an identity is used again. */
    private static final Duration REST = Duration.ofMillis(100);

    /** A client that has committed once, and so has an identity whose participants are known; it holds one order more. */
    private static final class World {
        private final Random random = new Random(1);
        private final SimClock clock = new SimClock();
        private final SimLoop loops = new SimLoop(random, clock);
        private final SimStreams streams = new SimStreams(random, clock, loops);
        private final SimulatedServer server = new SimulatedServer(BROKER, random, clock, loops, streams, Map.of());
        private final Transport transport;
        private final BrokerClient client;
        private final ShareStream orders;
        private final ShareStream invoices;
        private ShareStream.ShareDelivery held;

        World() {
            server.start();
            while (!server.serves()) {
                loops.step();
            }
            transport = streams.newTransport(loops.newMachine());
            client = SimulatedClients.connect(
                    List.of(BROKER), ClientConfig.defaults("test"), transport, clock, new SimIds(random));
            get(client.createTopic(new NewTopic("orders", 1, Map.of())));
            get(client.createTopic(new NewTopic("invoices", 1, Map.of())));
            orders = client.openShare("workers", Set.of(ORDERS), ShareOptions.QUEUE);
            invoices = client.openShare("readers", Set.of(INVOICES), ShareOptions.QUEUE);
            for (var text : List.of("first", "second")) {
                get(client.send(ORDERS, record(text), Acks.ALL));
                held = get(orders.poll(1, WAIT)).get(0);
                if (text.equals("first")) {
                    get(work(held.record().offset()));
                    var invoice = get(invoices.poll(1, WAIT)).get(0);
                    get(invoices.settle(invoice, invoice.record().offset(), Settlement.ACCEPT));
                    loops.runFor(REST);
                }
            }
        }

        private NewRecord record(String text) {
            return new NewRecord(clock.wallMs(), null, text.getBytes(UTF_8), List.of());
        }

        /** Acknowledges what is held, up to this offset, and sends an invoice for it. */
        CompletionStage<Void> work(long lastOffset) {
            var transaction = client.begin(Duration.ofMinutes(1));
            transaction.acknowledge(orders, held, lastOffset);
            transaction.send(INVOICES, record("invoice"));
            return transaction.commit();
        }

        <T> T get(CompletionStage<T> stage) {
            var answer = stage.toCompletableFuture();
            while (!answer.isDone()) {
                loops.step();
            }
            return answer.join();
        }

        void cut() {
            while (streams.cutSome(transport) > 0) {
                // until none is left
            }
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
        var world = new World();

        assertThatThrownBy(() -> world.get(world.work(world.held.record().offset() + 1)))
                .cause()
                .isInstanceOfSatisfying(BrokerException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.TRANSACTION_ABORTABLE));

        assertThat(world.hasInvoice()).as("an invoice").isFalse();
    }

    @Test
    void isKnownWheneverTheConnectionsAreCut() {
        var outcomes = new HashSet<String>();
        for (var steps = 0; !outcomes.contains("in time"); steps++) {
            var world = new World();
            var commit = world.work(world.held.record().offset()).toCompletableFuture();
            for (var step = 0; step < steps; step++) {
                world.loops.step();
            }
            var wasInTime = commit.isDone();
            world.cut();
            var isCommitted = isCommitted(world, commit);
            outcomes.add(wasInTime ? "in time" : isCommitted ? "found committed" : "found rolled back");
            assertThat(world.hasInvoice())
                    .as("an invoice, cut after %d steps", steps)
                    .isEqualTo(isCommitted);
            assertThat(world.hasOrder())
                    .as("the order again, cut after %d steps", steps)
                    .isEqualTo(!isCommitted);
        }
        assertThat(outcomes).containsExactlyInAnyOrder("in time", "found committed", "found rolled back");
    }

    private static boolean isCommitted(World world, CompletionStage<Void> commit) {
        try {
            world.get(commit);
            return true;
        } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOfSatisfying(BrokerException.class, refusal -> assertThat(refusal.code())
                    .isEqualTo(ErrorCode.TRANSACTION_ABORTABLE));
            return false;
        }
    }
}
