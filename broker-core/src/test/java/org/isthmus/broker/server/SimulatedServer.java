package org.isthmus.broker.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.controller.Elections;
import org.isthmus.broker.controller.Registration;
import org.isthmus.broker.coordinator.share.MembershipConfig;
import org.isthmus.broker.coordinator.share.ShareMembership;
import org.isthmus.broker.metadata.BrokerConfigs;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.LocalMetadataStore;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.network.Transport;
import org.isthmus.broker.protocol.client.BrokerPeers;
import org.isthmus.broker.protocol.handler.ClusterIdentity;
import org.isthmus.broker.protocol.handler.RequestPipeline;
import org.isthmus.broker.protocol.handler.SettlingByTheTest;
import org.isthmus.broker.replica.LogDirectory;
import org.isthmus.broker.replica.Partitions;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.IdSource;
import org.isthmus.broker.sim.SimDisk;
import org.isthmus.broker.sim.SimIds;
import org.isthmus.broker.sim.SimLoop;
import org.isthmus.broker.sim.SimStreams;

/**
 * A broker that is a cluster by itself, through all of its lives: joined of the same parts as {@link Broker}, the whole protocol included, on a
 * simulated disk, network and clock.
 */
public final class SimulatedServer {
    private static final Path ROOT = Path.of("/data");
    private static final Duration DISK = Duration.ofMillis(3);
    /** So few that it begins again many times. */
    private static final int JOURNAL_BYTES = 32 << 10;

    private final Endpoint.Tcp address;
    private final Clock clock;
    private final SimLoop loops;
    private final SimStreams streams;
    private final BrokerSettings settings;
    private final SimDisk disk;
    private final IdSource ids;
    private final SettlingByTheTest settling = new SettlingByTheTest();
    private Life life;

    public SimulatedServer(
            Endpoint.Tcp address,
            Random random,
            Clock clock,
            SimLoop loops,
            SimStreams streams,
            Map<String, String> settings) {
        this.address = address;
        this.clock = clock;
        this.loops = loops;
        this.streams = streams;
        this.settings = BrokerSettings.of(settings);
        this.disk = new SimDisk(random);
        this.ids = new SimIds(random);
    }

    /** What everything of one process is made of. */
    private final class Life {
        private final SimLoop.Machine machine = loops.newMachine();
        private final Transport transport = streams.newTransport(machine);
        private final EventLoop metadataLoop = machine.newLoop();
        private final BrokerConfigs configs = new BrokerConfigs(settings.brokerId(), settings.changeable());
        private LocalMetadataStore metadata;
        private Registration registration;
        private Partitions partitions;
        private JoinedCoordinators coordinators;
        private boolean serves;
        private boolean stopping;

        private void open() {
            try {
                disk.createDirectories(ROOT.resolve("logs"));
                metadata =
                        LocalMetadataStore.open(ROOT.resolve("metadata"), settings.brokerId(), disk, ids, metadataLoop);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            registration = new Registration(metadata, settings.brokerId(), new Elections(configs), metadataLoop, clock);
            registration.leadAnew().thenAccept(this::join);
        }

        private void join(ClusterImage image) {
            var owners = List.of(machine.newLoop(), machine.newLoop());
            var io = machine.newThreads(DISK);
            var directory = new LogDirectory(ROOT, disk, machine.newThread(DISK), Runnable::run, clock);
            directory.recover(JOURNAL_BYTES);
            partitions = new Partitions(settings.brokerId(), List.of(directory), owners, io, disk, clock, configs);
            partitions.deleteUnclaimed(image);
            try {
                partitions.temporary().begin();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            var peers = BrokerPeers.over(transport, ClientConfig.defaults("broker-" + settings.brokerId()));
            var leaders = new Leaders(settings.brokerId(), metadata, false);
            coordinators = new JoinedCoordinators(
                    metadata,
                    partitions,
                    new JoinedCoordinators.Elsewhere(leaders, peers::writeMarker, peers::admit, peers::append),
                    settings.groups(),
                    new DeadLetterTopics(
                            metadata,
                            settings.placement(),
                            ids,
                            settings.deadLetterTopics(),
                            () -> configs.in(metadata.image())),
                    io,
                    clock,
                    ids);
            coordinators.listen();
            metadata.follow(next -> {
                if (!stopping) {
                    partitions.apply(next);
                }
            });
            var table = settling.in(
                    new Apis(
                                    settings,
                                    Optional.empty(),
                                    configs,
                                    metadata,
                                    partitions,
                                    coordinators,
                                    new ShareMembership(MembershipConfig.DEFAULT, metadata::image, owners.get(0)),
                                    new PeersOfCluster(leaders, peers),
                                    io,
                                    owners.get(0),
                                    clock,
                                    ids,
                                    new AdvertisedAddresses(settings.brokerId(), new ConcurrentHashMap<>(), false))
                            .table(),
                    new ClusterIdentity(image.clusterId(), settings.brokerId()));
            registration
                    .register(new BrokerImage(settings.brokerId(), address.host(), address.port()))
                    .thenCompose(known ->
                            transport.bind(address, connection -> new RequestPipeline(connection, table, null)))
                    .thenRun(() -> serves = true);
            every(Duration.ofSeconds(1), partitions::lookAtDisks);
            every(Duration.ofSeconds(2), () -> partitions.applyRetention(coordinators.shares()));
        }

        private void every(Duration interval, Runnable task) {
            metadataLoop.schedule(interval, () -> {
                if (!stopping) {
                    task.run();
                    every(interval, task);
                }
            });
        }

        /** In the order in which a broker closes its parts. */
        private void stop() {
            stopping = true;
            coordinators.resignAll();
            transport.close();
            partitions.close().thenRunAsync(SimulatedServer.this::crashProcess, metadataLoop);
        }
    }

    public SimDisk disk() {
        return disk;
    }

    /** An administrator gives a topic more partitions. */
    public CompletionStage<ClusterImage> grow(String topic, int partitions) {
        return life.metadata.change(
                image -> List.of(settings.placement().createPartitions(image, topic, partitions, null)));
    }

    /** What members of share groups say of what they hold. */
    public SettlingByTheTest settling() {
        return settling;
    }

    public boolean isUp() {
        return life != null;
    }

    /** Whether clients find it. */
    public boolean serves() {
        return life != null && life.serves && !life.stopping;
    }

    public void start() {
        life = new Life();
        life.metadataLoop.execute(life::open);
    }

    /** It ends as it should, by and by. */
    public void stop() {
        life.metadataLoop.execute(life::stop);
    }

    /** The machine loses its power: what was not forced is gone, or torn. */
    public void crashMachine() {
        disk.crash();
        endLife();
    }

    /** The process dies, and the machine does not. */
    public void crashProcess() {
        disk.killProcess();
        endLife();
    }

    private void endLife() {
        if (life != null) {
            life.machine.stop();
            streams.died(life.transport);
            life = null;
        }
    }

    /** Whether the power went in the middle of something. */
    public boolean hasLostPower() {
        return life != null && (disk.isDown() || life.machine.hasCrashed());
    }
}
