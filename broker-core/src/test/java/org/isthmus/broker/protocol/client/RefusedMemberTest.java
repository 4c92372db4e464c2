package org.isthmus.broker.protocol.client;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.sim.Seeds;
import org.junit.jupiter.api.Test;

/** A member that a group lets in at one partition and not at another. */
class RefusedMemberTest {
    private static final TopicPartition OLD = new TopicPartition("orders", 0);
    private static final TopicPartition NEW = new TopicPartition("orders", 1);

    @Test
    void isInNoneOnceItHasLeft() {
        Seeds.each(20, seed -> run(new SimulatedWorld(seed)));
    }

    private static void run(SimulatedWorld world) {
        var client = world.connect(world.newTransport());
        world.get(client.createTopic(new NewTopic("orders", 1, Map.of())));
        var first = client.openShare("audit", "orders", SimulatedWorld.fromNow(Optional.of("n = 1")));
        world.get(first.poll(1, Duration.ZERO));
        world.get(first.leave());
        world.get(world.server.grow("orders", 2));

        var other = client.openShare("audit", "orders", SimulatedWorld.fromNow(Optional.of("n = 2")));
        assertThatThrownBy(() -> world.get(other.poll(1, Duration.ZERO))).hasMessageContaining("INVALID_CONFIG");
        world.get(other.leave());
        world.get(client.deleteShareGroup("audit", Set.of(OLD, NEW)));
    }
}
