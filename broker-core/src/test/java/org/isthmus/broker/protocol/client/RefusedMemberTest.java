package org.isthmus.broker.protocol.client;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.SimulatedServer;
import org.isthmus.broker.sim.Seeds;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimIds;
import org.isthmus.broker.sim.SimLoop;
import org.isthmus.broker.sim.SimStreams;
import org.junit.jupiter.api.Test;

/** A member that a group lets in at one partition and not at another. */
class RefusedMemberTest {
    private static final TopicPartition OLD = new TopicPartition("orders", 0);
    private static final TopicPartition NEW = new TopicPartition("orders", 1);
    private static final Endpoint.Tcp BROKER = new Endpoint.Tcp("broker", 9092);

    @Test
    void isInNoneOnceItHasLeft() {
        Seeds.each(20, seed -> new World(seed).run());
    }

    private static final class World {
        private final Random random;
        private final SimClock clock = new SimClock();
        private final SimLoop loops;
        private final SimStreams streams;
        private final SimulatedServer server;

        private World(long seed) {
            random = new Random(seed);
            loops = new SimLoop(random, clock);
            streams = new SimStreams(random, clock, loops);
            server = new SimulatedServer(BROKER, random, clock, loops, streams, Map.of());
        }

        private <T> T get(CompletionStage<T> stage) {
            var answer = stage.toCompletableFuture();
            while (!answer.isDone()) {
                loops.step();
            }
            return answer.join();
        }

        private void run() {
            server.start();
            while (!server.serves()) {
                loops.step();
            }
            var client = SimulatedClients.connect(
                    List.of(BROKER),
                    ClientConfig.defaults("test"),
                    streams.newTransport(loops.newMachine()),
                    clock,
                    new SimIds(random));
            get(client.createTopic(new NewTopic("orders", 2, Map.of())));
            var first = client.openShare("audit", Set.of(OLD), wanting("n = 1"));
            get(first.poll(1, Duration.ZERO));
            get(first.leave());

            var other = client.openShare("audit", Set.of(OLD, NEW), wanting("n = 2"));
            assertThatThrownBy(() -> get(other.poll(1, Duration.ZERO))).hasMessageContaining("INVALID_CONFIG");
            get(other.leave());
            get(client.deleteShareGroup("audit", Set.of(OLD, NEW)));
        }

        private static ShareOptions wanting(String selector) {
            return new ShareOptions(
                    Optional.of(selector),
                    Optional.empty(),
                    Optional.empty(),
                    false,
                    10,
                    ShareOptions.Redelivery.AT_ONCE,
                    Optional.empty(),
                    new OffsetSpec.Latest(),
                    false);
        }
    }
}
