package org.isthmus.broker.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.client.ShareStream.Settlement;
import org.isthmus.broker.client.ShareStream.ShareDelivery;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.sim.Seeds;
import org.junit.jupiter.api.Test;

/** A member of a share group whose topic gets partitions while it is there. */
class GrowingTopicTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    /** How often it asks for records until it has looked for partitions, and asked those. */
    private static final int POLLS = 4;

    @Test
    void isHandedWhatIsInThemFromTheFirstRecordOnAndKeepsWhatItHas() {
        Seeds.each(50, seed -> run(new SimulatedWorld(seed), false));
    }

    @Test
    void isHandedItOnceAlsoWhereItsConnectionsAreLost() {
        Seeds.each(50, seed -> run(new SimulatedWorld(seed), true));
    }

    private static void run(SimulatedWorld world, boolean loses) {
        var transport = world.newTransport();
        var producer = world.connect(world.newTransport());
        var client = world.connect(transport);
        world.get(producer.createTopic(new NewTopic("orders", 1, Map.of())));
        send(world, producer, 0, "before");
        var member = client.openShare("audit", "orders", SimulatedWorld.fromNow(Optional.empty()));
        assertThat(world.get(member.poll(1, Duration.ZERO))).isEmpty();
        send(world, producer, 0, "held");
        var held = world.get(member.poll(1, LONG)).get(0);

        world.get(world.server.grow("orders", 3));
        send(world, producer, 1, "first");
        send(world, producer, 2, "second");
        var came = poll(world, member);
        assertThat(texts(came)).containsExactlyInAnyOrder("first", "second");
        assertThat(member.holds(held)).isTrue();
        came.add(held);
        came.forEach(
                delivery -> world.get(member.settle(delivery, delivery.record().offset(), Settlement.ACCEPT)));

        if (loses) {
            world.cut(transport);
        }
        send(world, producer, 1, "third");
        assertThat(texts(poll(world, member))).containsExactly("third");
    }

    private static void send(SimulatedWorld world, BrokerClient producer, int partition, String text) {
        var record = new NewRecord(world.clock.wallMs(), null, text.getBytes(StandardCharsets.UTF_8), List.of());
        world.get(producer.send(new TopicPartition("orders", partition), record, Acks.ALL));
    }

    private static List<ShareDelivery> poll(SimulatedWorld world, ShareStream member) {
        var came = new ArrayList<ShareDelivery>();
        for (var i = 0; i < POLLS; i++) {
            came.addAll(world.get(member.poll(10, LONG)));
        }
        return came;
    }

    private static List<String> texts(List<ShareDelivery> deliveries) {
        return deliveries.stream()
                .map(delivery -> new String(delivery.record().value(), StandardCharsets.UTF_8))
                .toList();
    }
}
