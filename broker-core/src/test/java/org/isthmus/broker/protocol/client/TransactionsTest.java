package org.isthmus.broker.protocol.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.BranchEnd;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.PreparedBranch;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.ShareStream.ShareDelivery;
import org.isthmus.broker.client.Transaction;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.Xid;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transactions over queues, against a real broker. */
class TransactionsTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
    private static final TopicPartition INVOICES = new TopicPartition("invoices", 0);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Xid XID = new Xid(7, new byte[] {1, 2}, new byte[] {3});

    @TempDir
    Path data;

    private EmbeddedBroker broker;
    private BrokerClient client;

    @BeforeEach
    void start() throws IOException {
        open();
        get(client.createTopic(new NewTopic("orders", 1, Map.of())));
        get(client.createTopic(new NewTopic("invoices", 1, Map.of())));
    }

    private void open() throws IOException {
        broker = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(), Map.of()));
        client = BrokerClients.connect(List.of(broker.endpoint()), ClientConfig.defaults("test"));
    }

    private void restart() throws IOException {
        stop();
        open();
    }

    @AfterEach
    void stop() {
        client.close();
        broker.close();
    }

    @Test
    void committedSendsAndAcknowledgementsHappenTogether() {
        send(ORDERS, "one", "two", "three");
        var orders = join(ORDERS);
        var transaction = client.begin(MINUTE);
        var got = poll(orders, 2);
        get(transaction.acknowledge(orders, got.get(0), got.get(1).record().offset()));
        for (var i = 0; i < 500; i++) {
            transaction.send(INVOICES, record("invoice " + i));
        }
        var invoices = join(INVOICES);
        assertThat(get(invoices.poll(10, Duration.ZERO))).isEmpty();

        get(transaction.commit());

        assertThat(texts(poll(invoices, 500)))
                .isEqualTo(IntStream.range(0, 500).mapToObj(i -> "invoice " + i).toList());
        get(orders.leave());
        assertThat(texts(poll(join(ORDERS), 1))).containsExactly("three");
    }

    @Test
    void sendsThatAreTooManyForOneBatchOfTheirTopicAreCommitted() {
        get(client.createTopic(new NewTopic("narrow", 1, Map.of("max.message.bytes", "3000"))));
        var narrow = new TopicPartition("narrow", 0);
        var texts = IntStream.range(0, 100).mapToObj(i -> "p".repeat(500) + i).toList();
        var transaction = client.begin(MINUTE);
        texts.forEach(text -> transaction.send(narrow, record(text)));
        get(transaction.commit());

        assertThat(texts(poll(join(narrow), 100))).isEqualTo(texts);
    }

    @Test
    void rolledBackSendsAreNeverSeenAndAcknowledgementsComeBackInOrderAndCounted() {
        send(ORDERS, "one", "two", "three");
        var orders = join(ORDERS);
        var invoices = join(INVOICES);
        var transaction = client.begin(MINUTE);
        var got = poll(orders, 2);
        get(transaction.acknowledge(orders, got.get(0), 0));
        get(transaction.acknowledge(orders, got.get(1), 1));
        get(transaction.send(INVOICES, record("never")));

        get(transaction.rollback());

        var again = poll(orders, 3);
        assertThat(texts(again)).containsExactly("one", "two", "three");
        assertThat(again.stream().map(ShareDelivery::deliveryCount)).containsExactly(2, 2, 1);
        send(INVOICES, "ordinary");
        assertThat(texts(poll(invoices, 1))).containsExactly("ordinary");
    }

    @Test
    void whatWasAcknowledgedStaysWithItsTransactionWhenTheMemberLeaves() {
        send(ORDERS, "one", "two");
        var orders = join(ORDERS);
        var transaction = client.begin(MINUTE);
        get(transaction.acknowledge(orders, poll(orders, 1).get(0), 0));
        get(orders.leave());

        var other = join(ORDERS);
        assertThat(texts(poll(other, 1))).containsExactly("two");

        get(transaction.rollback());
        assertThat(texts(poll(other, 1))).containsExactly("one");
    }

    @Test
    void aRecordThatIsNotHeldRollsTheTransactionBack() {
        send(ORDERS, "one");
        var orders = join(ORDERS);
        var invoices = join(INVOICES);
        var transaction = client.begin(MINUTE);
        var got = poll(orders, 1).get(0);
        get(transaction.send(INVOICES, record("never")));
        assertThatThrownBy(() -> get(transaction.acknowledge(orders, got, 5)))
                .isInstanceOfSatisfying(BrokerException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.INVALID_RECORD_STATE));

        assertThatThrownBy(() -> get(transaction.commit()))
                .isInstanceOfSatisfying(BrokerException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.TRANSACTION_ABORTABLE));

        send(INVOICES, "ordinary");
        assertThat(texts(poll(invoices, 1))).containsExactly("ordinary");
    }

    @Test
    void whatFailsWhileTheCommitWaitsForItRollsTheTransactionBack() {
        send(ORDERS, "one");
        var orders = join(ORDERS);
        var got = poll(orders, 1).get(0);
        var failing = List.<Consumer<Transaction>>of(
                transaction -> transaction.send(new TopicPartition("orders", 7), record("nowhere")),
                transaction -> transaction.sendLater(new TopicPartition("orders", 7), record("nowhere"), 1),
                transaction -> transaction.acknowledge(orders, got, 5));
        for (var step : failing) {
            var transaction = client.begin(MINUTE);
            get(transaction.send(INVOICES, record("never")));
            step.accept(transaction);
            assertThatThrownBy(() -> get(transaction.commit()))
                    .isInstanceOfSatisfying(BrokerException.class, refused -> assertThat(refused.code())
                            .isEqualTo(ErrorCode.TRANSACTION_ABORTABLE));
        }
        send(INVOICES, "ordinary");
        assertThat(texts(poll(join(INVOICES), 1))).containsExactly("ordinary");
    }

    @Test
    void preparedBranchStallsNoQueueAndSurvivesTheBroker() throws IOException {
        send(ORDERS, "one", "two");
        var orders = join(ORDERS);
        var transaction = client.begin(MINUTE);
        get(transaction.acknowledge(orders, poll(orders, 1).get(0), 0));
        get(transaction.send(INVOICES, record("prepared")));
        assertThat(get(transaction.prepare(XID))).isTrue();
        send(INVOICES, "behind it");
        assertThat(texts(poll(join(INVOICES), 1))).containsExactly("behind it");

        restart();
        var branches = get(client.preparedBranches());
        assertThat(branches).extracting(PreparedBranch::xid).containsExactly(XID);
        assertThat(branches).extracting(PreparedBranch::state).containsExactly(PreparedBranch.State.PREPARED);
        var later = join(ORDERS);
        assertThat(texts(poll(later, 1))).containsExactly("two");
        var invoices = join(INVOICES);
        assertThat(texts(poll(invoices, 1))).containsExactly("behind it");

        assertThat(get(client.endBranch(XID, true, false))).isEqualTo(BranchEnd.AS_ASKED);
        assertThat(get(client.endBranch(XID, true, false))).isEqualTo(BranchEnd.AS_ASKED);
        assertThat(texts(poll(invoices, 1))).containsExactly("prepared");
        get(later.leave());
        assertThat(texts(poll(join(ORDERS), 1))).containsExactly("two");
        assertThat(get(client.preparedBranches())).isEmpty();
        assertThatThrownBy(() -> get(client.endBranch(XID, false, false)))
                .isInstanceOfSatisfying(BrokerException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.INVALID_TXN_STATE));
    }

    @Test
    void preparedBranchOfOneTransactionLetsTheNextBegin() {
        var first = client.begin(MINUTE);
        get(first.send(ORDERS, record("first")));
        get(first.prepare(XID));
        var second = client.begin(MINUTE);
        get(second.send(ORDERS, record("second")));
        get(second.commit());
        var orders = join(ORDERS);
        assertThat(texts(poll(orders, 1))).containsExactly("second");
        get(client.endBranch(XID, false, false));
        send(ORDERS, "third");
        assertThat(texts(poll(orders, 1))).containsExactly("third");
    }

    @Test
    void transactionManagerHearsWhatAnAdministratorDid() {
        var transaction = client.begin(MINUTE);
        get(transaction.send(ORDERS, record("kept")));
        get(transaction.prepare(XID));
        assertThat(get(client.endBranch(XID, true, true))).isEqualTo(BranchEnd.AS_ASKED);

        assertThat(get(client.preparedBranches()))
                .extracting(PreparedBranch::state)
                .containsExactly(PreparedBranch.State.HEURISTICALLY_COMMITTED);
        assertThat(get(client.endBranch(XID, false, false))).isEqualTo(BranchEnd.HEURISTICALLY_COMMITTED);

        get(client.forgetBranch(XID));
        assertThat(get(client.preparedBranches())).isEmpty();
        assertThat(texts(poll(join(ORDERS), 1))).containsExactly("kept");
    }

    @Test
    void emptyTransactionsEndWithoutABroker() {
        broker.close();
        get(client.begin(MINUTE).commit());
        get(client.begin(MINUTE).rollback());
        assertThat(get(client.begin(MINUTE).prepare(XID))).isFalse();
    }

    @Test
    void oneIdentityServesOneTransactionAfterAnother() {
        for (var i = 0; i < 20; i++) {
            Transaction transaction = client.begin(MINUTE);
            transaction.send(ORDERS, record("kept " + i));
            get(i % 2 == 0 ? transaction.commit() : transaction.rollback());
        }
        assertThat(texts(poll(join(ORDERS), 10)))
                .containsExactlyElementsOf(
                        IntStream.range(0, 10).mapToObj(i -> "kept " + 2 * i).toList());
    }

    private ShareStream join(TopicPartition partition) {
        return client.openShare("jms-queue/" + partition.topic(), partition.topic(), ShareOptions.QUEUE);
    }

    private static List<ShareDelivery> poll(ShareStream stream, int count) {
        var got = new ArrayList<ShareDelivery>();
        while (got.size() < count) {
            var more = get(stream.poll(count - got.size(), PATIENCE));
            assertThat(more).isNotEmpty();
            got.addAll(more);
        }
        return got;
    }

    private static List<String> texts(List<ShareDelivery> deliveries) {
        return deliveries.stream()
                .map(delivery -> new String(delivery.record().value(), UTF_8))
                .toList();
    }

    private void send(TopicPartition partition, String... texts) {
        for (var text : texts) {
            get(client.send(partition, record(text), Acks.ALL));
        }
    }

    private static NewRecord record(String text) {
        return new NewRecord(0, null, text.getBytes(UTF_8), List.of());
    }

    private static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof BrokerException cause ? cause : e;
        }
    }
}
