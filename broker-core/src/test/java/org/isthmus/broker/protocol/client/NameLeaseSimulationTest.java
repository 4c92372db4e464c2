package org.isthmus.broker.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.NameLease;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.network.Transport;
import org.isthmus.broker.server.SimulatedServer;
import org.isthmus.broker.sim.Seeds;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimIds;
import org.isthmus.broker.sim.SimLoop;
import org.isthmus.broker.sim.SimStreams;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Processes that want the same name of a broker, while their connections are cut: whoever has it keeps it until it gives it up, is closed or killed,
 * and then another one gets it soon.
 */
class NameLeaseSimulationTest {
    /** What fails would be logged, and everything fails all the time. Held here, or the setting would be collected. */
    private static final Logger QUIET = Logger.getLogger("org.isthmus");

    /** Seeds that found something once. */
    private static final long[] FOUND = {80};

    private static final Endpoint.Tcp BROKER = new Endpoint.Tcp("broker", 9092);
    private static final Duration TIME = Duration.ofSeconds(60);
    /** Those who want the name ask at least so often. */
    private static final Duration PAUSE = Duration.ofMillis(300);
    /** In which somebody has the name that was given up, and the one whose holder was killed. */
    private static final Duration SOON = Duration.ofMillis(800);

    private static final Duration AFTER_A_DEATH = Duration.ofSeconds(6);

    @BeforeAll
    static void silence() {
        QUIET.setLevel(Level.OFF);
    }

    @AfterAll
    static void speak() {
        QUIET.setLevel(null);
    }

    @Test
    void whoHasANameKeepsItWhateverConnectionsAreLost() {
        Seeds.each(40, seed -> new World(seed).run(), FOUND);
    }

    private static final class World {
        private final Random random;
        private final SimClock clock = new SimClock();
        private final SimLoop loops;
        private final SimStreams streams;
        private final SimulatedServer server;

        private Contender holder;
        private long freeNanos;
        private Duration freeWithin = TIME;
        private int times;
        /** Where it cannot be thrown to whoever runs the simulation. */
        private AssertionError finding;

        private World(long seed) {
            random = new Random(seed);
            loops = new SimLoop(random, clock);
            streams = new SimStreams(random, clock, loops);
            server = new SimulatedServer(
                    BROKER, random, clock, loops, streams, Map.of("offsets.topic.num.partitions", "1"));
        }

        private void run() {
            server.start();
            while (!server.serves()) {
                loops.step();
            }
            var contenders = Stream.generate(Contender::new).limit(3).toList();
            contenders.forEach(Contender::begin);
            var end = clock.nanos() + TIME.toNanos();
            while (clock.nanos() < end) {
                loops.runFor(Duration.ofMillis(1_000 + random.nextInt(2_000)));
                var whose = contenders.get(random.nextInt(contenders.size()));
                whose.connectionsAreCut();
                if (finding != null) {
                    throw finding;
                }
                if (holder == null) {
                    assertThat(Duration.ofNanos(clock.nanos() - freeNanos))
                            .as("how long nobody has had the name")
                            .isLessThan(freeWithin);
                }
            }
            assertThat(times).as("how often somebody took it").isGreaterThan(5);
        }

        private void isFree(Duration within) {
            holder = null;
            freeNanos = clock.nanos();
            freeWithin = within;
        }

        /** Wants the name, has it for a while, and wants it again. */
        private final class Contender {
            private SimLoop.Machine machine;
            private Transport transport;
            private BrokerClient client;
            private boolean isCutOff;

            private void begin() {
                machine = loops.newMachine();
                transport = streams.newTransport(machine);
                connect();
            }

            private void connect() {
                client = SimulatedClients.connect(
                        List.of(BROKER), ClientConfig.defaults("test"), transport, clock, new SimIds(random));
                take();
            }

            private void connectionsAreCut() {
                isCutOff |= streams.cutSome(transport) > 0;
            }

            private void later(int mostMs, Runnable task) {
                machine.newLoop().schedule(Duration.ofMillis(1 + random.nextInt(mostMs)), task);
            }

            private void take() {
                client.lease("name", "", false, lost -> finding = new AssertionError("a holder lost the name", lost))
                        .whenComplete((lease, thrown) -> {
                            try {
                                answered(lease, thrown);
                            } catch (AssertionError found) {
                                finding = found;
                            }
                        });
            }

            private void answered(NameLease lease, Throwable thrown) {
                if (thrown != null) {
                    assertThat(Failures.of(thrown).code()).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
                    later((int) PAUSE.toMillis(), this::take);
                    return;
                }
                assertThat(holder).as("who else has the name").isNull();
                assertThat(Duration.ofNanos(clock.nanos() - freeNanos))
                        .as("how long nobody had the name")
                        .isLessThan(freeWithin);
                holder = this;
                isCutOff = false;
                times++;
                later(6_000, () -> leave(lease));
            }

            private void leave(NameLease lease) {
                // Where its connection was lost a moment ago, what it says may not be heard.
                var within = isCutOff ? AFTER_A_DEATH : SOON;
                switch (random.nextInt(3)) {
                    case 0 -> {
                        isFree(within);
                        lease.end().thenRun(this::take);
                    }
                    case 1 -> {
                        isFree(within);
                        client.close();
                        connect();
                    }
                    default -> {
                        isFree(AFTER_A_DEATH);
                        machine.stop();
                        streams.died(transport);
                        begin();
                    }
                }
            }
        }
    }
}
