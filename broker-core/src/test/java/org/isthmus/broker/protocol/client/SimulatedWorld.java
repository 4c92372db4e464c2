package org.isthmus.broker.protocol.client;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.client.BrokerClient;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.client.OffsetSpec;
import org.isthmus.broker.client.ShareOptions;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.network.Transport;
import org.isthmus.broker.server.SimulatedServer;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimIds;
import org.isthmus.broker.sim.SimLoop;
import org.isthmus.broker.sim.SimStreams;

/** One broker that serves, and clients of it, on one thread and in virtual time; what happens follows from the seed. */
final class SimulatedWorld {
    private static final Endpoint.Tcp BROKER = new Endpoint.Tcp("broker", 9092);

    final SimClock clock = new SimClock();
    final SimLoop loops;
    final SimStreams streams;
    final SimulatedServer server;
    private final Random random;

    SimulatedWorld(long seed) {
        random = new Random(seed);
        loops = new SimLoop(random, clock);
        streams = new SimStreams(random, clock, loops);
        server = new SimulatedServer(BROKER, random, clock, loops, streams, Map.of());
        server.start();
        while (!server.serves()) {
            loops.step();
        }
    }

    /** For the connections of one process. */
    Transport newTransport() {
        return streams.newTransport(loops.newMachine());
    }

    BrokerClient connect(Transport transport) {
        return SimulatedClients.connect(
                List.of(BROKER), ClientConfig.defaults("test"), transport, clock, new SimIds(random));
    }

    /** Of a group that begins with what comes from now on. */
    static ShareOptions fromNow(Optional<String> selector) {
        return new ShareOptions(
                selector,
                Optional.empty(),
                Optional.empty(),
                false,
                10,
                ShareOptions.Redelivery.AT_ONCE,
                Optional.empty(),
                new OffsetSpec.Latest(),
                false);
    }

    /** Cuts all connections of a process; both sides hear of it later. */
    void cut(Transport transport) {
        while (streams.cutSome(transport) > 0) {
            // until none is left
        }
    }

    /** Goes on until that is there. */
    <T> T get(CompletionStage<T> stage) {
        var answer = stage.toCompletableFuture();
        while (!answer.isDone()) {
            loops.step();
        }
        return answer.join();
    }
}
