package org.isthmus.ra;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ActivationSpec;
import jakarta.resource.spi.BootstrapContext;
import jakarta.resource.spi.ResourceAdapterInternalException;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.transaction.xa.XAResource;
import org.isthmus.broker.common.TlsSettings;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.BrokerConfig;
import org.isthmus.broker.server.EmbeddedBroker;
import org.isthmus.ra.inbound.Activation;
import org.isthmus.ra.inbound.ServerThreads;
import org.jspecify.annotations.Nullable;

/**
 * What an adapter has between start and stop: its share of the embedded broker, the server's threads, and the activations by endpoint.
 * Safe for use by many threads.
 */
final class RunningAdapter {
    private static final System.Logger log = System.getLogger(RunningAdapter.class.getName());

    private final IsthmusResourceAdapter configuration;
    private final @Nullable EmbeddedBroker broker;
    private final ServerThreads threads;
    private final RecoveryConnections recovery;
    private final BrokerOverview overview;
    private final Management management;
    private final Map<Activated, Activation> activations = new ConcurrentHashMap<>();

    private RunningAdapter(
            IsthmusResourceAdapter configuration,
            @Nullable EmbeddedBroker broker,
            List<? extends Endpoint> brokers,
            ServerThreads threads) {
        this.configuration = configuration;
        this.broker = broker;
        this.threads = threads;
        recovery = new RecoveryConnections(configuration);
        overview = new BrokerOverview(
                brokers, Duration.ofSeconds(15), configuration.credentials(), spoken(configuration, brokers));
        management = Management.show(
                configuration.toString(),
                Map.of("RecoverableBranches", new RecoverableBranches(recovery), "BrokerOverview", overview));
    }

    static RunningAdapter start(IsthmusResourceAdapter configuration, BootstrapContext context)
            throws ResourceAdapterInternalException {
        var broker = configuration.isEmbedded() ? embed(configuration) : null;
        var brokers = broker == null ? remote(configuration) : List.of(broker.endpoint());
        log.log(Level.INFO, "Isthmus resource adapter started: {0}", configuration);
        if (broker != null && !broker.listeners().isEmpty()) {
            log.log(Level.INFO, "Kafka clients connect to {0}", broker.listeners());
        }
        return new RunningAdapter(configuration, broker, brokers, new ServerThreads(context));
    }

    /** Nothing where an address says that there is no TLS, whatever is set for those that do not say. */
    private static @Nullable TlsSettings spoken(
            IsthmusResourceAdapter configuration, List<? extends Endpoint> brokers) {
        return brokers.stream().anyMatch(broker -> broker instanceof Endpoint.Tcp tcp && !tcp.tls())
                ? null
                : configuration.tlsSettings();
    }

    private static List<Endpoint.Tcp> remote(IsthmusResourceAdapter configuration)
            throws ResourceAdapterInternalException {
        try {
            return PropertyText.addresses(
                    "bootstrapServers", configuration.getBootstrapServers(), configuration.tlsSettings() != null);
        } catch (IllegalArgumentException e) {
            throw new ResourceAdapterInternalException(e.getMessage(), e);
        }
    }

    private static EmbeddedBroker embed(IsthmusResourceAdapter configuration) throws ResourceAdapterInternalException {
        try {
            return EmbeddedBroker.acquire(new BrokerConfig(
                    configuration.effectiveDataDirectory(),
                    PropertyText.addresses("listeners", configuration.getListeners(), false),
                    PropertyText.settings(configuration.getSettings())));
        } catch (IOException | IllegalArgumentException e) {
            throw new ResourceAdapterInternalException("Cannot start the embedded broker: " + e.getMessage(), e);
        }
    }

    void activate(MessageEndpointFactory endpoints, IsthmusActivationSpec spec) throws ResourceException {
        var activation = new Activation(spec.subscription(), spec.connectionFactory(configuration), endpoints, threads);
        // First known, then started: a deactivation that overtakes the start must find it.
        if (activations.putIfAbsent(new Activated(endpoints, spec), activation) != null) {
            throw new ResourceException("Already activated: " + spec);
        }
        activation.start();
    }

    void deactivate(MessageEndpointFactory endpoints, ActivationSpec spec) {
        var activation = activations.remove(new Activated(endpoints, spec));
        if (activation != null) {
            activation.close();
        }
    }

    XAResource[] xaResources(ActivationSpec[] specs) throws ResourceException {
        var ours = Stream.of(specs)
                .filter(IsthmusActivationSpec.class::isInstance)
                .map(IsthmusActivationSpec.class::cast)
                .toList();
        return recovery.resources(ours);
    }

    void stop() {
        activations.values().forEach(Activation::close);
        activations.clear();
        management.close();
        overview.close();
        recovery.close();
        threads.close();
        if (broker != null) {
            broker.close();
        }
    }

    /** An activation's name: these two instances, whatever their own idea of equality. */
    private record Activated(MessageEndpointFactory endpoints, ActivationSpec spec) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Activated that && endpoints == that.endpoints && spec == that.spec;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(endpoints) * 31 + System.identityHashCode(spec);
        }
    }
}
