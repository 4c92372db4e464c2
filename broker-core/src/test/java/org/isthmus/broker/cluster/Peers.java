package org.isthmus.broker.cluster;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.transaction.Marker;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.log.AppendResult;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.replica.Durability;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.server.SimulatedCoordinators;
import org.isthmus.broker.sim.SimNetwork;

/**
 * What the coordinators of one broker ask of the others, over the simulated network. A request reaches the process that stood at the address when
 * it was sent, and no later one.
 */
final class Peers implements SimulatedCoordinators.Peers {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final SimNetwork network;
    private final BrokerId self;
    private final EventLoop loop;
    private final Function<Endpoint, SimulatedBroker> brokers;

    Peers(SimNetwork network, BrokerId self, EventLoop loop, Function<Endpoint, SimulatedBroker> brokers) {
        this.network = network;
        this.self = self;
        this.loop = loop;
        this.brokers = brokers;
    }

    @Override
    public CompletionStage<ErrorCode> writeMarker(Endpoint leader, TopicPartition participant, Marker marker) {
        return ask(leader, broker -> broker.coordinators()
                .markersHere()
                .write(participant, marker)
                .kept()
                .exceptionally(Route::code));
    }

    @Override
    public CompletionStage<ErrorCode> admit(
            Endpoint coordinator,
            String transactionalId,
            ProducerIdentity producer,
            Set<TopicPartition> partitions,
            boolean joins) {
        return ask(
                coordinator,
                broker -> broker.coordinators().admissionHere().admit(transactionalId, producer, partitions, joins));
    }

    @Override
    public CompletionStage<Void> append(Endpoint leader, TopicPartition id, UUID topicId, ByteBuffer batch) {
        return ask(leader, broker -> broker.produce(id, batch, Durability.COMMITTED, TIMEOUT))
                .thenAccept(AppendResult::requireWritten);
    }

    private <T> CompletionStage<T> ask(Endpoint peer, Function<SimulatedBroker, CompletionStage<T>> question) {
        var done = new CompletableFuture<T>();
        var unreached = new BrokerException(ErrorCode.NETWORK_EXCEPTION, peer + " does not answer in time");
        loop.schedule(TIMEOUT, () -> done.completeExceptionally(unreached));
        var broker = brokers.apply(peer);
        var listener = broker == null ? null : broker.listener();
        if (listener == null) {
            return done;
        }
        var to = broker.id().value();
        network.send(self.value(), to, listener, () -> stage(question, broker)
                .whenComplete((answer, failure) -> network.send(to, self.value(), loop, () -> {
                    if (failure == null) {
                        done.complete(answer);
                    } else {
                        done.completeExceptionally(failure);
                    }
                })));
        return done;
    }

    private static <T> CompletionStage<T> stage(
            Function<SimulatedBroker, CompletionStage<T>> question, SimulatedBroker broker) {
        try {
            return question.apply(broker);
        } catch (BrokerException refused) {
            return CompletableFuture.failedStage(refused);
        }
    }
}
