package org.isthmus.broker.protocol.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.client.ShareStream;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.sim.Seeds;
import org.junit.jupiter.api.Test;

/** What a client that is lost leaves open; in virtual time, since a living one must not be silent for long. */
class LostTransactionTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
    private static final TopicPartition INVOICES = new TopicPartition("invoices", 0);
    private static final Duration PATIENCE = ClientConfig.defaults("").transactionPatience();
    private static final Duration LONG = PATIENCE.multipliedBy(20);

    @Test
    void isRolledBackSoonAndWhatALivingOneDoesIsNot() {
        Seeds.each(20, seed -> run(new SimulatedWorld(seed)));
    }

    private static void run(SimulatedWorld world) {
        var living = world.connect(world.newTransport());
        world.get(living.createTopic(new NewTopic("orders", 1, Map.of())));
        world.get(living.createTopic(new NewTopic("invoices", 1, Map.of())));
        for (var text : List.of("one", "two")) {
            world.get(living.send(ORDERS, record(world, text), Acks.ALL));
        }
        var open = living.begin(LONG);
        world.get(open.send(INVOICES, record(world, "kept")));
        for (int n = 0; n < 3; n++) {
            // Each takes as long as the one that is kept may be silent, so that has to be told of all the time.
            var lost = world.connect(world.newTransport());
            var orders = join(lost, ORDERS);
            var left = lost.begin(LONG);
            var held = world.get(orders.poll(1, LONG)).get(0);
            world.get(left.acknowledge(orders, held, 0));
            var since = world.clock.nanos();
            lost.close();

            var other = join(living, ORDERS);
            assertThat(next(world, other)).isEqualTo("two");
            assertThat(next(world, other)).isEqualTo("one");
            assertThat(Duration.ofNanos(world.clock.nanos() - since))
                    .isBetween(PATIENCE.dividedBy(2), PATIENCE.multipliedBy(2));
            world.get(other.leave());
        }
        world.get(open.commit());
        assertThat(next(world, join(living, INVOICES))).isEqualTo("kept");
    }

    private static ShareStream join(BrokerClient client, TopicPartition partition) {
        return client.openShare("jms-queue/" + partition.topic(), partition.topic(), ShareOptions.QUEUE);
    }

    private static String next(SimulatedWorld world, ShareStream stream) {
        var delivery = world.get(stream.poll(1, LONG)).get(0);
        return new String(delivery.record().value(), UTF_8);
    }

    private static NewRecord record(SimulatedWorld world, String text) {
        return new NewRecord(world.clock.wallMs(), null, text.getBytes(UTF_8), List.of());
    }
}
