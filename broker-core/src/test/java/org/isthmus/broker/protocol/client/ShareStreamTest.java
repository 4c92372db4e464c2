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
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.ShareStream.Settlement;
import org.isthmus.broker.client.ShareStream.ShareDelivery;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.record.Header;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A share group's members against a real broker. */
class ShareStreamTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path data;

    private EmbeddedBroker broker;
    private BrokerClient client;
    private final List<ShareStream> open = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        broker = EmbeddedBroker.acquire(new BrokerConfig(data, List.of(new Endpoint.Tcp("127.0.0.1", 0)), Map.of()));
        client = BrokerClients.connect(List.of(broker.endpoint()), ClientConfig.defaults("test"));
        get(client.createTopic(new NewTopic("orders", 1, Map.of())));
    }

    @AfterEach
    void stop() {
        open.forEach(stream -> get(stream.leave()));
        client.close();
        broker.close();
    }

    @Test
    void competingMembersGetEachRecordOnce() {
        send(200);
        var one = join(ShareOptions.QUEUE);
        var two = join(ShareOptions.QUEUE);
        var seen = new TreeSet<Long>();
        while (seen.size() < 200) {
            for (var member : List.of(one, two)) {
                for (var delivery : get(member.poll(7, Duration.ZERO))) {
                    assertThat(seen.add(delivery.record().offset())).isTrue();
                    assertThat(delivery.deliveryCount()).isEqualTo(1);
                    get(member.settle(delivery, delivery.record().offset(), Settlement.ACCEPT));
                }
            }
        }
        assertThat(get(one.poll(10, Duration.ZERO))).isEmpty();
    }

    @Test
    void whatIsAcceptedIsGoneForLaterMembersToo() {
        send(3);
        var member = join(ShareOptions.QUEUE);
        var deliveries = get(member.poll(2, PATIENCE));
        get(member.settle(deliveries.get(0), 1, Settlement.ACCEPT));
        get(member.leave());
        assertThat(values(get(join(ShareOptions.QUEUE).poll(10, PATIENCE)))).containsExactly("v2");
    }

    @Test
    void aMemberThatLeavesGivesBackInOrderAndOnlyWhatWasSeenCounts() {
        send(4);
        var member = join(ShareOptions.QUEUE);
        var deliveries = get(member.poll(4, PATIENCE));
        get(member.settle(deliveries.get(0), 0, Settlement.SEEN));
        get(member.leave());
        var again = get(join(ShareOptions.QUEUE).poll(4, PATIENCE));
        assertThat(values(again)).containsExactly("v0", "v1", "v2", "v3");
        assertThat(again.stream().map(ShareDelivery::deliveryCount)).containsExactly(2, 1, 1, 1);
    }

    @Test
    void aReleasedRecordComesAgainAndCounts() {
        send(1);
        var member = join(ShareOptions.QUEUE);
        var first = get(member.poll(1, PATIENCE)).get(0);
        get(member.settle(first, 0, Settlement.RELEASE));
        assertThat(get(member.poll(1, PATIENCE)).get(0).deliveryCount()).isEqualTo(2);
    }

    @Test
    void whatIsGivenBackComesAgainFirstHoweverMuchIsUnderWay() throws IOException {
        throughProxy((proxy, member) -> {
            var deliveries = get(member.poll(5, PATIENCE));
            proxy.hold(true);
            for (var accepted : deliveries.subList(0, 4)) {
                member.settle(accepted, accepted.record().offset(), Settlement.ACCEPT);
            }
            member.settle(deliveries.get(4), 4, Settlement.RELEASE_UNSEEN);
            var again = member.poll(5, PATIENCE);
            proxy.hold(false);
            assertThat(values(get(again))).startsWith("v4");
        });
    }

    @Test
    void whatIsGivenBackComesBeforeWhatAPollHasAskedForThatIsOver() throws IOException {
        throughProxy((proxy, member) -> {
            var deliveries = get(member.poll(5, PATIENCE));
            proxy.hold(true);
            assertThat(get(member.poll(3, Duration.ZERO))).isEmpty();
            member.giveBackUnpolled();
            member.settle(deliveries.get(4), 4, Settlement.RELEASE_UNSEEN);
            proxy.hold(false);
            assertThat(values(get(member.poll(5, PATIENCE)))).startsWith("v4");
        });
    }

    @Test
    void whatIsGivenBackComesBeforeWhatHasComeForAPollThatIsOver() throws IOException {
        throughProxy((proxy, member) -> {
            var deliveries = get(member.poll(5, PATIENCE));
            proxy.hold(true);
            assertThat(get(member.poll(3, Duration.ZERO))).isEmpty();
            proxy.hold(false);
            // Answered behind what that poll has asked for, which has come by then.
            get(member.settle(deliveries.get(0), 0, Settlement.ACCEPT));
            get(member.giveBackUnpolled());
            get(member.settle(deliveries.get(4), 4, Settlement.RELEASE_UNSEEN));
            assertThat(values(get(member.poll(5, PATIENCE)))).startsWith("v4");
        });
    }

    private interface Far {
        void take(HoldingProxy proxy, ShareStream member);
    }

    /** A member of a group that has ten records before it, behind a proxy. */
    private void throughProxy(Far far) throws IOException {
        try (var proxy = new HoldingProxy();
                var slow = EmbeddedBroker.acquire(new BrokerConfig(
                        data.resolve("slow"),
                        List.of(new Endpoint.Tcp("127.0.0.1", 0)),
                        Map.of("advertised.listeners", "PLAINTEXT://" + proxy.endpoint())))) {
            proxy.passTo(slow.listeners().get(0).port());
            try (var client = BrokerClients.connect(List.of(proxy.endpoint()), ClientConfig.defaults("far"))) {
                get(client.createTopic(new NewTopic("orders", 1, Map.of())));
                send(client, 10);
                far.take(proxy, client.openShare("workers", ORDERS.topic(), ShareOptions.QUEUE));
            }
        }
    }

    @Test
    void aWaitingPollGetsWhatIsSentLater() {
        var member = join(ShareOptions.QUEUE);
        var waiting = member.poll(5, PATIENCE);
        send(1);
        assertThat(values(get(waiting))).containsExactly("v0");
    }

    @Test
    void aConnectionThatIsLostGivesBackAndWhatWasHeldCannotBeSettled() {
        send(2);
        var doomed = BrokerClients.connect(List.of(broker.endpoint()), ClientConfig.defaults("doomed"));
        var member = doomed.openShare("workers", ORDERS.topic(), ShareOptions.QUEUE);
        var held = get(member.poll(2, PATIENCE)).get(0);
        doomed.close();
        assertThat(values(get(join(ShareOptions.QUEUE).poll(2, PATIENCE)))).hasSizeBetween(1, 2);
        assertThatThrownBy(() -> get(member.settle(held, 0, Settlement.ACCEPT))).isInstanceOf(BrokerException.class);
        assertThat(member.holds(held)).isFalse();
    }

    @Test
    void aMembersSelectorLeavesTheRestToOthers() {
        for (int i = 0; i < 10; i++) {
            send(
                    client,
                    "v" + i,
                    List.of(
                            new Header("size", String.valueOf(i).getBytes(UTF_8)),
                            new Header("jms.types", "size=i".getBytes(UTF_8))));
        }
        var picky = join(new ShareOptions(
                Optional.empty(),
                Optional.empty(),
                Optional.of("size >= 8"),
                false,
                10,
                ShareOptions.Redelivery.AT_ONCE,
                Optional.empty(),
                new OffsetSpec.Earliest(),
                false));
        assertThat(values(get(picky.poll(100, PATIENCE)))).containsExactly("v8", "v9");
        assertThat(get(join(ShareOptions.QUEUE).poll(100, PATIENCE))).hasSize(8);
    }

    @Test
    void anExclusiveGroupRefusesASecondMemberUntilTheFirstHasLeft() {
        var exclusive = new ShareOptions(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                true,
                10,
                ShareOptions.Redelivery.AT_ONCE,
                Optional.empty(),
                new OffsetSpec.Latest(),
                false);
        var first = join(exclusive);
        assertThat(get(first.poll(1, Duration.ZERO))).isEmpty();
        assertThatThrownBy(() -> get(join(exclusive).poll(1, Duration.ZERO))).isInstanceOf(BrokerException.class);
        get(first.leave());
        assertThat(get(join(exclusive).poll(1, Duration.ZERO))).isEmpty();
    }

    private ShareStream join(ShareOptions options) {
        var stream = client.openShare("workers", ORDERS.topic(), options);
        open.add(stream);
        return stream;
    }

    private void send(int count) {
        send(client, count);
    }

    private static void send(BrokerClient by, int count) {
        for (int i = 0; i < count; i++) {
            send(by, "v" + i, List.of());
        }
    }

    private static void send(BrokerClient by, String value, List<Header> headers) {
        get(by.send(ORDERS, new NewRecord(System.currentTimeMillis(), null, value.getBytes(UTF_8), headers), Acks.ALL));
    }

    private static List<String> values(List<ShareDelivery> deliveries) {
        return deliveries.stream()
                .map(delivery -> new String(delivery.record().value(), UTF_8))
                .toList();
    }

    private static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new AssertionError(e);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }
}
