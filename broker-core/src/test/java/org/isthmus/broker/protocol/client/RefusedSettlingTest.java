package org.isthmus.broker.protocol.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.ShareStream.Settlement;
import org.isthmus.broker.client.ShareStream.ShareDelivery;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Transport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a member says of what it holds, while the broker cannot take it, as for want of replicas or of room. */
class RefusedSettlingTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final SimulatedWorld world = new SimulatedWorld(1);
    private final Transport transport = world.newTransport();
    private final BrokerClient client = world.connect(transport);
    private ShareStream member;

    @BeforeEach
    void start() {
        get(client.createTopic(new NewTopic("orders", 1, Map.of())));
        send(0, 1, 2, 3);
        member = join();
    }

    private void send(int... numbers) {
        for (int number : numbers) {
            var value = Integer.toString(number).getBytes(UTF_8);
            get(client.send(ORDERS, new NewRecord(world.clock.wallMs(), null, value, List.of()), Acks.ALL));
        }
    }

    private ShareStream join() {
        return client.openShare("workers", ORDERS.topic(), ShareOptions.QUEUE);
    }

    private <T> T get(CompletionStage<T> stage) {
        return world.get(stage);
    }

    private List<Long> polled(ShareStream by, int most) {
        return offsets(get(by.poll(most, PATIENCE)));
    }

    private static List<Long> offsets(List<ShareDelivery> deliveries) {
        return deliveries.stream().map(each -> each.record().offset()).toList();
    }

    private void isRefused(CompletionStage<Void> settled) {
        assertThatThrownBy(() -> get(settled)).hasMessageContaining("KAFKA_STORAGE_ERROR");
    }

    @ParameterizedTest
    @EnumSource(
            value = Settlement.class,
            names = {"RELEASE", "RELEASE_UNSEEN", "REJECT", "ACCEPT_EVENTUALLY"})
    void isSaidAgainUntilItIsTaken(Settlement settlement) {
        var held = get(member.poll(1, PATIENCE)).get(0);
        world.server.settling().refuse(ErrorCode.KAFKA_STORAGE_ERROR);
        isRefused(member.settle(held, 0, settlement));
        world.loops.runFor(PATIENCE);
        assertThat(world.server.settling().said()).hasSizeBetween(3, 7);

        world.server.settling().take();
        world.loops.runFor(PATIENCE);
        assertThat(world.server.settling().said()).hasSize(1);
        boolean comesAgain = settlement == Settlement.RELEASE || settlement == Settlement.RELEASE_UNSEEN;
        assertThat(polled(join(), 4)).first().isEqualTo(comesAgain ? 0L : 1L);
    }

    @ParameterizedTest
    @EnumSource(
            value = Settlement.class,
            names = {"ACCEPT", "SEEN"})
    void isSaidOnceWhereItsMemberDecidesWhatFollows(Settlement settlement) {
        var held = get(member.poll(1, PATIENCE)).get(0);
        world.server.settling().refuse(ErrorCode.KAFKA_STORAGE_ERROR);
        isRefused(member.settle(held, 0, settlement));
        world.loops.runFor(PATIENCE);
        assertThat(world.server.settling().said()).hasSize(1);
    }

    @Test
    void isNotSaidAgainOfWhatHasGoneBackByItself() {
        var held = get(member.poll(1, PATIENCE)).get(0);
        world.server.settling().refuse(ErrorCode.KAFKA_STORAGE_ERROR);
        isRefused(member.settle(held, 0, Settlement.ACCEPT_EVENTUALLY));
        world.cut(transport);
        world.server.settling().said();
        world.loops.runFor(PATIENCE);
        assertThat(world.server.settling().said()).isEmpty();

        world.server.settling().take();
        assertThat(polled(member, 4)).containsExactly(0L, 1L, 2L, 3L);
    }

    @Test
    void isNotSaidAgainWhereThePartitionBeganAnew() {
        var held = get(member.poll(1, PATIENCE)).get(0);
        world.server.settling().refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThatThrownBy(() -> get(member.settle(held, 0, Settlement.RELEASE)))
                .hasMessageContaining("NOT_LEADER");
        world.loops.runFor(PATIENCE);
        assertThat(world.server.settling().said()).hasSize(1);
    }

    @Test
    void isSaidOnceMoreByAMemberThatLeaves() {
        var held = get(member.poll(1, PATIENCE)).get(0);
        world.server.settling().refuse(ErrorCode.KAFKA_STORAGE_ERROR);
        isRefused(member.settle(held, 0, Settlement.ACCEPT_EVENTUALLY));
        world.server.settling().take();
        get(member.leave());
        assertThat(polled(join(), 4)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void keepsNoMemberFromLeaving() {
        var held = get(member.poll(1, PATIENCE)).get(0);
        world.server.settling().refuse(ErrorCode.KAFKA_STORAGE_ERROR);
        isRefused(member.settle(held, 0, Settlement.RELEASE));
        var left = world.clock.nanos();
        get(member.leave());
        assertThat(Duration.ofNanos(world.clock.nanos() - left)).isLessThan(Duration.ofMillis(500));
        assertThat(polled(join(), 4)).containsExactly(0L, 1L, 2L, 3L);
    }

    @Test
    void whatNobodyPolledIsSaidAgainToo() {
        get(member.poll(1, PATIENCE));
        world.streams.mostDelay(Duration.ofSeconds(100));
        var tooEarly = member.poll(1, Duration.ZERO);
        assertThat(get(tooEarly)).isEmpty();
        world.loops.runFor(Duration.ofSeconds(20)); // brings what was asked for
        world.streams.mostDelay(Duration.ofMillis(5));
        world.server.settling().refuse(ErrorCode.KAFKA_STORAGE_ERROR);
        get(member.giveBackUnpolled());
        world.loops.runFor(PATIENCE);
        world.server.settling().take();
        world.loops.runFor(PATIENCE);
        assertThat(world.server.settling().said()).contains(List.of("100 of 1 to 1"));
        assertThat(polled(join(), 4)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void whatGoesBackAtOnceIsNotSaidTogetherWithWhatMayBeRefusedLater() {
        send(4, 5);
        var held = get(member.poll(6, PATIENCE));
        for (int n = 0; n < 5; n++) {
            member.settle(held.get(n), n, Settlement.ACCEPT_EVENTUALLY);
        }
        get(member.settle(held.get(5), 5, Settlement.RELEASE_UNSEEN));
        assertThat(world.server.settling().said()).endsWith(List.of("1 of 0 to 4"), List.of("100 of 5 to 5"));
    }

    @Test
    void brokerHurriesOnlyForWhatSomebodyWaitsForAndForMany() {
        send(IntStream.rangeClosed(4, 99).toArray());
        var held = get(member.poll(100, PATIENCE));
        world.server.settling().awaited();
        get(member.settle(held.get(0), 0, Settlement.ACCEPT_EVENTUALLY));
        get(member.settle(held.get(1), 1, Settlement.ACCEPT));
        get(member.settle(held.get(2), 2, Settlement.RELEASE));
        get(member.settle(held.get(3), 99, Settlement.ACCEPT_EVENTUALLY));
        assertThat(world.server.settling().awaited()).containsExactly(false, true, true, true);
    }

    @Test
    void nothingThatLiesBehindComesBeforeIt() {
        var held = get(member.poll(2, PATIENCE));
        world.server.settling().refuse(ErrorCode.KAFKA_STORAGE_ERROR);
        var refused = member.settle(held.get(0), 1, Settlement.RELEASE_UNSEEN);
        var next = member.poll(2, PATIENCE.multipliedBy(3));
        isRefused(refused);
        world.loops.runFor(PATIENCE);
        assertThat(next.toCompletableFuture()).isNotDone();

        world.server.settling().take();
        assertThat(offsets(get(next))).containsExactly(0L, 1L);
    }

    @Test
    void whatWasAskedForBeforeBringsNothingThatLiesBehindEither() {
        var held = get(member.poll(4, PATIENCE));
        var next = member.poll(2, PATIENCE.multipliedBy(3));
        world.loops.runFor(Duration.ofSeconds(1)); // it waits at the broker
        world.server.settling().refuse(ErrorCode.KAFKA_STORAGE_ERROR);
        isRefused(member.settle(held.get(0), 3, Settlement.RELEASE_UNSEEN));
        send(4);
        world.loops.runFor(PATIENCE);
        assertThat(next.toCompletableFuture()).isNotDone();

        world.server.settling().take();
        assertThat(offsets(get(next))).containsExactly(0L, 1L);
    }

    @Test
    void whoPollsMeanwhileHearsInTimeThatThereIsNothing() {
        var held = get(member.poll(1, PATIENCE)).get(0);
        world.server.settling().refuse(ErrorCode.KAFKA_STORAGE_ERROR);
        isRefused(member.settle(held, 0, Settlement.RELEASE_UNSEEN));
        for (var wait : List.of(Duration.ZERO, Duration.ofMillis(300))) {
            var begun = world.clock.nanos();
            assertThat(get(member.poll(1, wait))).isEmpty();
            assertThat(Duration.ofNanos(world.clock.nanos() - begun)).isBetween(wait, wait.plusMillis(100));
        }
    }
}
