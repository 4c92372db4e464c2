package org.isthmus.broker.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.isthmus.broker.client.ClientConfig;
import org.isthmus.broker.common.TlsSettings;
import org.isthmus.broker.controller.Controller;
import org.isthmus.broker.controller.Elections;
import org.isthmus.broker.controller.Registration;
import org.isthmus.broker.coordinator.share.MembershipConfig;
import org.isthmus.broker.coordinator.share.ShareMembership;
import org.isthmus.broker.metadata.BrokerConfigs;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.metadata.LocalMetadataStore;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.network.Tls;
import org.isthmus.broker.network.Transport;
import org.isthmus.broker.network.TransportConfig;
import org.isthmus.broker.protocol.client.BrokerPeers;
import org.isthmus.broker.protocol.client.WireReplicaLink;
import org.isthmus.broker.protocol.handler.HandlerTable;
import org.isthmus.broker.protocol.handler.IdleLimit;
import org.isthmus.broker.protocol.handler.RequestPipeline;
import org.isthmus.broker.replica.LogCleaner;
import org.isthmus.broker.replica.Partitions;
import org.isthmus.broker.replica.Replication;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.FileStore;
import org.isthmus.broker.runtime.IdSource;
import org.isthmus.broker.runtime.ThreadLoop;
import org.isthmus.broker.runtime.WaitingThread;
import org.isthmus.broker.zookeeper.CuratorMetadataStore;
import org.jspecify.annotations.Nullable;

/**
 * A running broker: every part, joined. It owns the threads and the data directory; nothing in it outlives {@link #close}. What was opened
 * is closed in the opposite order, also when the start fails half-way.
 */
final class Broker implements AutoCloseable {
    private static final System.Logger log = System.getLogger(Broker.class.getName());
    /** For what a broker asks of another while a client waits, who asks again. */
    private static final Duration PEER_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration DISK_LOOK_INTERVAL = Duration.ofSeconds(1);

    /** More gain little on one disk. */
    private static final int FORCES_AT_ONCE = 4;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Path directory;
    private final FileStore files;
    private final BrokerSettings settings;
    private final Endpoint.InVm inVm;
    private final List<Endpoint.Tcp> listeners = new ArrayList<>();
    private int disks;
    /** What happens in the cluster from now on is no longer this broker's: its parts are being closed. */
    private volatile boolean stopping;

    private Broker(Path directory, FileStore files, BrokerSettings settings) {
        this.directory = directory;
        this.files = files;
        this.settings = settings;
        this.inVm = new Endpoint.InVm(directory.toString());
    }

    /**
     * Starts a broker, ready to serve when this returns.
     *
     * @param directory the data directory, as its real path
     * @throws IllegalArgumentException where a setting cannot be
     */
    static Broker start(Path directory, BrokerConfig config) throws IOException {
        return start(directory, config, FileStore.local());
    }

    static Broker start(Path directory, BrokerConfig config, FileStore files) throws IOException {
        var broker = new Broker(directory, files, BrokerSettings.of(config.settings()));
        try {
            broker.open(config);
            return broker;
        } catch (IOException | RuntimeException e) {
            broker.close();
            throw e;
        }
    }

    private void open(BrokerConfig config) throws IOException {
        opened.add(DirectoryLock.take(directory));
        var ids = IdSource.random();

        var metadataLoop = loop("isthmus-metadata");
        var loops = IntStream.range(0, settings.loops())
                .mapToObj(number -> loop("isthmus-partitions-" + number))
                .toList();
        var io = ioThreads();
        var forces = forcingThreads();
        var metadata = metadata(ids, metadataLoop);
        opened.add(metadata);
        var configs = new BrokerConfigs(settings.brokerId(), settings.changeable());
        var running = new RunningSettings(settings, configs, metadata);
        var elections = new Elections(configs);
        var registration = new Registration(metadata, settings.brokerId(), elections, metadataLoop, Clock.system());
        if (isOfCluster()) {
            await(registration.giveUp(settings.cluster()
                    .zooKeeper()
                    .orElseThrow()
                    .sessionTimeout()
                    .multipliedBy(2)));
        } else {
            await(registration.leadAnew());
        }
        var directories = new DataDirectories(files, directory, metadata.image().clusterId(), ids, this::disk, forces);
        opened.add(directories);
        var partitions = new Partitions(
                settings.brokerId(),
                directories.open(config.moreDirectories()),
                loops,
                io,
                files,
                Clock.system(),
                configs);
        opened.add(() -> await(partitions.close()));
        partitions.deleteUnclaimed(metadata.image());
        partitions.temporary().begin();

        var transport = Transport.open(new TransportConfig(
                settings.networkThreads(),
                settings.maxRequestBytes(),
                TransportConfig.DEFAULT.maxPendingBytes(),
                settings.connections().most(),
                settings.connections().mostPerAddress()));
        opened.add(transport);
        var users = users();
        var tlsBetweenBrokers = speaksTlsToOthers(config.listeners());
        var tlsToOthers = tlsBetweenBrokers ? settings.tls() : null;
        var peers = BrokerPeers.over(transport, peerClient("broker-", users, tlsToOthers));
        var leaders = new Leaders(settings.brokerId(), metadata, tlsBetweenBrokers);
        var coordinators = new JoinedCoordinators(
                metadata,
                partitions,
                new JoinedCoordinators.Elsewhere(leaders, peers::writeMarker, peers::admit, peers::append),
                settings.groups(),
                new DeadLetterTopics(
                        metadata, settings.placement(), ids, settings.deadLetterTopics(), running.topicDefaults()),
                io,
                Clock.system(),
                ids);
        coordinators.listen();
        opened.add(coordinators::resignAll);
        var membership = new ShareMembership(MembershipConfig.DEFAULT, metadata::image, loops.get(0));

        var maxLag = settings.cluster().maxReplicaLag();
        if (isOfCluster()) {
            partitions.replicate(
                    new Replication(settings.brokerId(), metadata, maxLag),
                    new WireReplicaLink(transport, peerClient("replica-", users, tlsToOthers)),
                    loop("isthmus-replication"));
        }
        metadata.follow(image -> {
            if (!stopping) {
                partitions.apply(image);
                running.limitClients(image, transport);
            }
        });
        var addresses = new AdvertisedAddresses(settings.brokerId(), new ConcurrentHashMap<>(), tlsBetweenBrokers);
        if (!isOfCluster()) {
            // Before the first client can ask who is there, and again once the port is known.
            register(registration, inVm, null);
        }
        var table = new Apis(
                        settings,
                        users,
                        configs,
                        metadata,
                        partitions,
                        coordinators,
                        membership,
                        new PeersOfCluster(leaders, peers),
                        io,
                        loops.get(0),
                        Clock.system(),
                        ids,
                        addresses)
                .table();
        var maxIdle = settings.connections().maxIdle();
        var idle = maxIdle == null ? null : new IdleLimit(maxIdle, loops.get(0), Clock.system());
        listen(transport, config.listeners(), addresses, table, idle);
        register(
                registration,
                reached(false, addresses)
                        .or(() -> reached(true, addresses))
                        .<Endpoint>map(at -> at)
                        .orElse(inVm),
                reached(true, addresses)
                        .map(at -> new BrokerImage.Address(at.host(), at.port()))
                        .orElse(null));
        opened.add(() -> stopping = true);
        if (metadata instanceof CuratorMetadataStore shared) {
            takePart(shared, registration, elections, metadataLoop);
            metadata.followSession(state -> metadataLoop.execute(() -> {
                if (!stopping) {
                    partitions.follow(state);
                }
            }));
            every(maxLag.dividedBy(2), metadataLoop, partitions::lookAtReplicas);
        }
        every(DISK_LOOK_INTERVAL, metadataLoop, partitions::lookAtDisks);
        every(settings.retentionCheckInterval(), metadataLoop, () -> partitions.applyRetention(coordinators.shares()));
        new LogCleaner(partitions::all, running::cleaner, metadataLoop, Clock.system()).start();
    }

    private Optional<PasswordFile> users() throws IOException {
        var file = settings.users();
        if (file.isEmpty()) {
            return Optional.empty();
        }
        var users = PasswordFile.read(file.get());
        if (isOfCluster() && users.of(settings.peerUser()).isEmpty()) {
            throw new IllegalArgumentException("isthmus.users: " + file.get() + " has no user " + settings.peerUser()
                    + ", as whom brokers come to each other (isthmus.users.peer)");
        }
        return Optional.of(users);
    }

    /** Unless it is told, as on the first listener. */
    private boolean speaksTlsToOthers(List<Endpoint.Tcp> wanted) {
        boolean tls = settings.tlsBetweenBrokers()
                .orElseGet(() -> !wanted.isEmpty() && wanted.get(0).tls());
        if (isOfCluster() && wanted.stream().noneMatch(listener -> listener.tls() == tls)) {
            throw new IllegalArgumentException("security.inter.broker.protocol: this broker has no listener "
                    + (tls ? "with" : "without") + " TLS, on which the others would come to it");
        }
        return tls;
    }

    private ClientConfig peerClient(String kind, Optional<PasswordFile> users, @Nullable TlsSettings tls) {
        return ClientConfig.defaults(kind + settings.brokerId())
                .withRequestTimeout(PEER_TIMEOUT)
                .withTls(tls)
                .withCredentials(
                        users.flatMap(known -> known.of(settings.peerUser())).orElse(null));
    }

    private boolean isOfCluster() {
        return settings.isOfCluster();
    }

    private MetadataStore metadata(IdSource ids, EventLoop loop) throws IOException {
        if (!isOfCluster()) {
            refuseLogsWithoutMetadata();
            return LocalMetadataStore.open(metadataFile(), settings.brokerId(), files, ids, loop);
        }
        if (files.exists(metadataFile())) {
            throw new IOException(directory + " belongs to a broker that is a cluster by itself; "
                    + "its topics are not those of the cluster at ZooKeeper");
        }
        return CuratorMetadataStore.open(settings.cluster().zooKeeper().orElseThrow(), settings.brokerId(), ids, loop);
    }

    private Optional<Endpoint.Tcp> reached(boolean byTls, AdvertisedAddresses addresses) {
        return listeners.stream()
                .filter(listener -> listener.tls() == byTls)
                .findFirst()
                .map(addresses::reached);
    }

    private void register(Registration registration, Endpoint reachedAt, BrokerImage.@Nullable Address byTls)
            throws IOException {
        await(registration.register(new BrokerImage(
                settings.brokerId(),
                reachedAt.host(),
                reachedAt.port(),
                0,
                settings.cluster().rack(),
                byTls)));
    }

    private void takePart(CuratorMetadataStore cluster, Registration registration, Elections elections, EventLoop loop)
            throws IOException {
        var controller = new Controller(
                cluster,
                settings.brokerId(),
                loop,
                elections,
                settings.cluster().balanceInterval());
        opened.add(cluster.stand(controller::reign));
        // The first to be closed: others lead before this broker turns anybody away.
        opened.add(
                () -> registration.leave().toCompletableFuture().get(LEAVE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
    }

    private void listen(
            Transport transport,
            List<Endpoint.Tcp> wanted,
            AdvertisedAddresses addresses,
            HandlerTable table,
            @Nullable IdleLimit idle)
            throws IOException {
        if (!settings.advertised().isEmpty() && settings.advertised().size() != wanted.size()) {
            throw new IllegalArgumentException("advertised.listeners has "
                    + settings.advertised().size() + " addresses for " + wanted.size() + " listeners");
        }
        for (int i = 0; i < settings.advertised().size(); i++) {
            if (settings.advertised().get(i).tls() && !wanted.get(i).tls()) {
                throw new IllegalArgumentException("advertised.listeners promises TLS at "
                        + settings.advertised().get(i) + ", but the listener " + wanted.get(i) + " does not speak it");
            }
        }
        var tls = wanted.stream().anyMatch(Endpoint.Tcp::tls) ? Tls.ofListener(settings.tls()) : null;
        await(transport.bind(inVm, connection -> new RequestPipeline(connection, table, null)));
        for (var endpoint : wanted) {
            var bound = await(transport.bind(
                    endpoint, endpoint.tls() ? tls : null, connection -> new RequestPipeline(connection, table, idle)));
            if (bound instanceof Endpoint.Tcp tcp) {
                if (!settings.advertised().isEmpty()) {
                    addresses.advertised().put(tcp, settings.advertised().get(listeners.size()));
                }
                listeners.add(tcp);
            }
        }
    }

    /** Until the broker closes, and never while what was opened before is being closed. */
    private void every(Duration interval, EventLoop loop, Runnable task) {
        var ended = new AtomicBoolean();
        loop.schedule(interval, new Runnable() {
            @Override
            public void run() {
                if (!ended.get()) {
                    task.run();
                    loop.schedule(interval, this);
                }
            }
        });
        // On the loop, so that no round is under way any more.
        opened.add(() -> CompletableFuture.runAsync(() -> ended.set(true), loop).join());
    }

    private Path metadataFile() {
        return directory.resolve("metadata");
    }

    /** A lost metadata file must not look like a new cluster, which would take every log for a deleted topic's. */
    private void refuseLogsWithoutMetadata() throws IOException {
        if (!files.exists(metadataFile())
                && !files.list(directory.resolve("logs")).isEmpty()) {
            throw new IOException(directory + " holds logs but no file 'metadata' that says what they are; "
                    + "restore it, or move the logs away");
        }
    }

    /** Each log directory forces on a loop of its own: a slow disk holds up nobody else's commits. */
    private Executor disk() {
        var loop = EventLoop.start("isthmus-disk-" + disks++);
        opened.add(loop);
        return task -> WaitingThread.handOverBlocking(loop, task);
    }

    private ThreadLoop loop(String name) {
        var loop = EventLoop.start(name);
        opened.add(loop);
        return loop;
    }

    private ExecutorService ioThreads() {
        var number = new AtomicInteger();
        var io = Executors.newFixedThreadPool(settings.ioThreads(), task -> {
            var thread = new Thread(task, "isthmus-io-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        });
        opened.add(io::shutdown);
        return io;
    }

    /** For the disk threads, which do by themselves what none of these is free for. */
    private Executor forcingThreads() {
        var threads = new ThreadPoolExecutor(
                0,
                FORCES_AT_ONCE - 1,
                10,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                task -> {
                    var thread = new Thread(task, "isthmus-force");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.CallerRunsPolicy());
        opened.add(threads::shutdown);
        return threads;
    }

    private static <T> T await(CompletionStage<T> stage) throws IOException {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException(
                    e.getCause() == null ? e.toString() : e.getCause().getMessage(), e);
        }
    }

    Endpoint.InVm endpoint() {
        return inVm;
    }

    /** As bound, with their real ports. */
    List<Endpoint.Tcp> listeners() {
        return List.copyOf(listeners);
    }

    /** Tells who waits, closes the connections, and then every log. Returns once the disk has everything. */
    @Override
    public void close() {
        for (var i = opened.size() - 1; i >= 0; i--) {
            try {
                opened.get(i).close();
            } catch (Exception e) {
                log.log(System.Logger.Level.WARNING, "A part of the broker did not stop cleanly", e);
            }
        }
        opened.clear();
    }
}
