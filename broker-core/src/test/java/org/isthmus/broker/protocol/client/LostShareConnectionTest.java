package org.isthmus.broker.protocol.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.client.Acks;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.NewRecord;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.client.ShareStream.Settlement;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.SimulatedServer;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimIds;
import org.isthmus.broker.sim.SimLoop;
import org.isthmus.broker.sim.SimStreams;
import org.junit.jupiter.api.Test;

/** What a member of a share group was handed, when the connection that brought it is lost and nobody polls. */
class LostShareConnectionTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
    private static final Endpoint.Tcp BROKER = new Endpoint.Tcp("broker", 9092);
    /** In which both sides hear of a connection that was cut. */
    private static final Duration NOTICE = Duration.ofSeconds(1);

    private final Random random = new Random(1);
    private final SimClock clock = new SimClock();
    private final SimLoop loops = new SimLoop(random, clock);
    private final SimStreams streams = new SimStreams(random, clock, loops);
    private final SimulatedServer server = new SimulatedServer(BROKER, random, clock, loops, streams, Map.of());

    private <T> T get(CompletionStage<T> stage) {
        var answer = stage.toCompletableFuture();
        while (!answer.isDone()) {
            loops.step();
        }
        return answer.join();
    }

    @Test
    void isHeldNoLongerAndNotHandedOut() {
        server.start();
        while (!server.serves()) {
            loops.step();
        }
        var transport = streams.newTransport(loops.newMachine());
        var client = SimulatedClients.connect(
                List.of(BROKER), ClientConfig.defaults("test"), transport, clock, new SimIds(random));
        get(client.createTopic(new NewTopic("orders", 1, Map.of())));
        for (var text : List.of("a", "b")) {
            get(client.send(ORDERS, new NewRecord(clock.wallMs(), null, text.getBytes(UTF_8), List.of()), Acks.ALL));
        }
        var member = client.openShare("workers", Set.of(ORDERS), ShareOptions.QUEUE);
        var held = get(member.poll(1, Duration.ofSeconds(1))).get(0);
        assertThat(member.holds(held)).isTrue();

        while (streams.cutSome(transport) > 0) {
            // until none is left
        }
        loops.runFor(NOTICE);

        assertThat(member.holds(held)).isFalse();
        assertThatThrownBy(() -> get(member.settle(held, 0, Settlement.ACCEPT))).hasMessageContaining("not held");
        var again = get(member.poll(1, Duration.ofSeconds(1))).get(0);
        assertThat(again.record().offset()).isEqualTo(held.record().offset());
        assertThat(member.holds(again)).isTrue();
    }
}
