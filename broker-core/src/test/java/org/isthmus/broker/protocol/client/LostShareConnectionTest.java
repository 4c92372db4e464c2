package org.isthmus.broker.protocol.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.client.ShareStream.Settlement;
import org.isthmus.broker.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** What a member of a share group was handed, when the connection that brought it is lost and nobody polls. */
class LostShareConnectionTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
    /** In which both sides hear of a connection that was cut. */
    private static final Duration NOTICE = Duration.ofSeconds(1);

    private final SimulatedWorld world = new SimulatedWorld(1);

    @Test
    void isHeldNoLongerAndNotHandedOut() {
        var transport = world.newTransport();
        var client = world.connect(transport);
        world.get(client.createTopic(new NewTopic("orders", 1, Map.of())));
        for (var text : List.of("a", "b")) {
            world.get(client.send(
                    ORDERS, new NewRecord(world.clock.wallMs(), null, text.getBytes(UTF_8), List.of()), Acks.ALL));
        }
        var member = client.openShare("workers", ORDERS.topic(), ShareOptions.QUEUE);
        var held = world.get(member.poll(1, Duration.ofSeconds(1))).get(0);
        assertThat(member.holds(held)).isTrue();

        world.cut(transport);
        world.loops.runFor(NOTICE);

        assertThat(member.holds(held)).isFalse();
        assertThatThrownBy(() -> world.get(member.settle(held, 0, Settlement.ACCEPT)))
                .hasMessageContaining("not held");
        var again = world.get(member.poll(1, Duration.ofSeconds(1))).get(0);
        assertThat(again.record().offset()).isEqualTo(held.record().offset());
        assertThat(member.holds(again)).isTrue();
    }
}
