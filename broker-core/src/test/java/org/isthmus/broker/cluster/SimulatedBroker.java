package org.isthmus.broker.cluster;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.controller.Controller;
import org.isthmus.broker.controller.Elections;
import org.isthmus.broker.controller.Registration;
import org.isthmus.broker.coordinator.delay.Delayed;
import org.isthmus.broker.coordinator.delay.StagedBy;
import org.isthmus.broker.coordinator.share.Acknowledgement;
import org.isthmus.broker.coordinator.share.Transaction;
import org.isthmus.broker.coordinator.transaction.ProducerIdentity;
import org.isthmus.broker.coordinator.transaction.SideParticipant;
import org.isthmus.broker.log.AppendResult;
import org.isthmus.broker.metadata.BrokerConfigs;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.replica.CleanerConfig;
import org.isthmus.broker.replica.Consumption;
import org.isthmus.broker.replica.Durability;
import org.isthmus.broker.replica.LogCleaner;
import org.isthmus.broker.replica.LogDirectory;
import org.isthmus.broker.replica.Partition;
import org.isthmus.broker.replica.Partitions;
import org.isthmus.broker.replica.ReplicaReads;
import org.isthmus.broker.replica.Replication;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.server.SimulatedCoordinators;
import org.isthmus.broker.sim.SimDisk;
import org.isthmus.broker.sim.SimLoop;
import org.isthmus.broker.sim.SimMetadataStore;
import org.isthmus.broker.sim.SimNetwork;
import org.isthmus.broker.sim.SimReplicaLink;
import org.isthmus.broker.sim.SimZooKeeper;

/**
 * One broker with its disk and its clock, through all of its lives. Joins the parts of a broker as {@code server.Broker} does, on a machine
 * that can stand still, stop, or lose its power.
 */
final class SimulatedBroker {
    static final Duration SESSION_TIMEOUT = Duration.ofSeconds(2);
    static final Duration MAX_LAG = Duration.ofMillis(1_500);

    private static final Consumption NOBODY_CONSUMES =
            (partition, stockToo) -> CompletableFuture.completedStage(OptionalLong.empty());
    private static final Duration PEER_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(4);
    private static final Duration BALANCE_INTERVAL = Duration.ofSeconds(3);
    private static final CleanerConfig CLEANING =
            new CleanerConfig(true, Duration.ofSeconds(1), 64 << 10, Double.MAX_VALUE);
    private static final Path ROOT = Path.of("/data");
    /** So few that it begins again many times. */
    private static final int JOURNAL_BYTES = 32 << 10;

    private static final String HOST = "host-";
    private static final int PORT = 9092;

    /**
     * Where the broker is in the world.
     *
     * @param coordinates whether anybody needs its coordinators
     * @param cleans whether there is a log to compact
     */
    record World(
            Random random,
            Clock clock,
            SimLoop loops,
            SimZooKeeper zooKeeper,
            SimNetwork network,
            Function<BrokerId, SimulatedBroker> brokers,
            boolean coordinates,
            boolean cleans) {}

    private final BrokerId id;
    private final World world;
    private final Map<String, String> topicDefaults;
    private final SimDisk disk;
    private final LocalClock clock;
    private int lives;
    private String process;
    private Life life;

    SimulatedBroker(BrokerId id, World world, Map<String, String> topicDefaults) {
        this.id = id;
        this.world = world;
        this.topicDefaults = topicDefaults;
        this.disk = new SimDisk(world.random());
        this.clock = new LocalClock(world.clock());
    }

    /** What everything of one process is made of. */
    private final class Life {
        private final SimLoop.Machine machine = world.loops().newMachine();
        private final EventLoop metadataLoop = machine.newLoop();
        private final EventLoop network = machine.newLoop();
        private SimMetadataStore store;
        private Registration registration;
        private Partitions partitions;
        private SimulatedCoordinators coordinators;
        private SimReplicaLink.Peer peer;
        private boolean leaving;

        private void open() {
            SimMetadataStore.open(world.zooKeeper(), id, metadataLoop, clock, id + "#" + lives)
                    .thenAccept(this::register);
        }

        private void register(SimMetadataStore opened) {
            store = opened;
            var elections = new Elections(new BrokerConfigs(id, topicDefaults));
            registration = new Registration(opened, id, elections, metadataLoop, clock);
            registration
                    .giveUp(SESSION_TIMEOUT.multipliedBy(2))
                    .thenAcceptAsync(image -> join(image, elections), machine.newLoop())
                    .exceptionally(failure -> {
                        // In production the process ends, and somebody starts it again.
                        metadataLoop.execute(SimulatedBroker.this::crashProcess);
                        return null;
                    });
        }

        private void join(ClusterImage image, Elections elections) {
            disk.createDirectories(ROOT.resolve("logs"));
            var io = machine.newThreads(Duration.ofMillis(3));
            var directory = new LogDirectory(ROOT, disk, machine.newThread(Duration.ofMillis(3)), Runnable::run, clock);
            directory.recover(JOURNAL_BYTES);
            var made = new Partitions(
                    id,
                    List.of(directory),
                    List.of(machine.newLoop(), machine.newLoop()),
                    io,
                    disk,
                    clock,
                    new BrokerConfigs(id, topicDefaults));
            made.deleteUnclaimed(image);
            var replication = machine.newLoop();
            made.replicate(
                    new Replication(id, store, MAX_LAG),
                    new SimReplicaLink(world.network(), id, replication, PEER_TIMEOUT, other -> world.brokers()
                            .apply(other)
                            .peer()),
                    replication);
            if (world.coordinates()) {
                coordinators = coordinators(made, io);
            }
            partitions = made;
            peer = new SimReplicaLink.Peer(
                    network, machine.newThread(Duration.ofMillis(10)), new ReplicaReads(made, io, network));
            store.follow(next -> {
                if (!leaving) {
                    made.apply(next);
                }
            });
            registration.register(new BrokerImage(id, HOST + id, PORT)).thenRun(() -> takePart(elections, made));
        }

        private SimulatedCoordinators coordinators(Partitions made, Executor io) {
            return new SimulatedCoordinators(
                    id,
                    store,
                    made,
                    new Peers(world.network(), id, machine.newLoop(), other -> world.brokers()
                            .apply(at(other))),
                    io,
                    clock,
                    () -> new UUID(world.random().nextLong(), world.random().nextLong()));
        }

        private void takePart(Elections elections, Partitions made) {
            var controller = new Controller(store, id, metadataLoop, elections, BALANCE_INTERVAL);
            store.stand(controller::reign);
            store.followSession(state -> metadataLoop.execute(() -> {
                if (!leaving) {
                    made.follow(state);
                }
            }));
            every(MAX_LAG.dividedBy(2), made::lookAtReplicas);
            every(Duration.ofSeconds(1), made::lookAtDisks);
            every(
                    Duration.ofSeconds(5),
                    () -> made.applyRetention(coordinators == null ? NOBODY_CONSUMES : coordinators.consumption()));
            if (world.cleans()) {
                new LogCleaner(made::all, () -> CLEANING, metadataLoop, clock).start();
            }
        }

        private void every(Duration interval, Runnable task) {
            metadataLoop.schedule(interval, () -> {
                task.run();
                every(interval, task);
            });
        }

        /** Others lead before this broker turns anybody away. */
        private void leave() {
            var begun = partitions != null && registration != null;
            if (!begun) {
                end();
                return;
            }
            var left = new CompletableFuture<Void>();
            registration.leave().whenComplete((image, failure) -> left.complete(null));
            network.schedule(LEAVE_TIMEOUT, () -> left.complete(null));
            left.thenRunAsync(
                    () -> {
                        leaving = true;
                        if (coordinators != null) {
                            coordinators.resignAll();
                        }
                        partitions.close().thenRunAsync(this::end, network);
                    },
                    network);
        }

        private void end() {
            if (store != null) {
                store.close();
            }
            network.schedule(Duration.ofMillis(100), SimulatedBroker.this::crashProcess);
        }
    }

    private static BrokerId at(Endpoint endpoint) {
        return new BrokerId(Integer.parseInt(endpoint.host().substring(HOST.length())));
    }

    BrokerId id() {
        return id;
    }

    /** Tells this process from earlier ones. */
    int lives() {
        return lives;
    }

    /** As {@link #lives}, and from those of other brokers. */
    String process() {
        return process;
    }

    boolean isUp() {
        return life != null;
    }

    boolean isPaused() {
        return life != null && life.machine.isPaused();
    }

    void start() {
        lives++;
        process = "broker " + id + " in life " + lives;
        life = new Life();
        life.open();
    }

    void stop() {
        life.leave();
    }

    void pause() {
        life.machine.pause();
    }

    void resume() {
        life.machine.resume();
    }

    /** The machine loses its power: what was not forced is gone, or torn. */
    void crashMachine() {
        disk.crash();
        endLife();
    }

    /** The process dies, and the machine does not. */
    void crashProcess() {
        disk.killProcess();
        endLife();
    }

    private void endLife() {
        if (life != null) {
            life.machine.stop();
            life = null;
        }
    }

    /** Whether the power went in the middle of something. */
    boolean hasLostPower() {
        return life != null && (disk.isDown() || life.machine.hasCrashed());
    }

    SimDisk disk() {
        return disk;
    }

    LocalClock clock() {
        return clock;
    }

    /** Whether a directory failed, which lasts until the next start. */
    boolean hasFailedDirectory() {
        return life != null
                && life.partitions != null
                && life.partitions.directories().stream()
                        .anyMatch(directory -> directory.failure().isPresent());
    }

    /** What it knows of the cluster; null where it is not far enough yet. */
    ClusterImage image() {
        return life == null || life.store == null ? null : life.store.image();
    }

    SimReplicaLink.Peer peer() {
        return life == null ? null : life.peer;
    }

    SimMetadataStore store() {
        return life == null ? null : life.store;
    }

    SimulatedCoordinators coordinators() {
        return life.coordinators;
    }

    Partition partition(TopicPartition partition) {
        return life == null || life.partitions == null
                ? null
                : life.partitions.partition(partition).orElse(null);
    }

    /** Where requests of clients arrive; null where nobody listens. */
    EventLoop listener() {
        return life == null || life.peer == null ? null : life.network;
    }

    /** As {@link #produce}, for a batch of a transaction, of which the partition is a part from then on. */
    CompletionStage<AppendResult> produceInTransaction(
            String transactionalId,
            ProducerIdentity producer,
            TopicPartition partition,
            ByteBuffer batch,
            Duration patience) {
        return coordinators()
                .admission()
                .admit(transactionalId, producer, Set.of(partition), true)
                .thenCompose(refusal -> refusal == ErrorCode.NONE
                        ? produce(partition, batch, Durability.COMMITTED, patience)
                        : CompletableFuture.failedStage(new BrokerException(refusal, "not admitted")));
    }

    /** As the handler of an acknowledgement in a transaction does it; called on the listener. */
    CompletionStage<Void> acknowledgeInTransaction(
            String transactionalId,
            ProducerIdentity producer,
            TopicPartition partition,
            String group,
            String member,
            List<Acknowledgement> acknowledgements) {
        var transaction = new Transaction(producer.producerId(), producer.epoch());
        var participant = SideParticipant.SHARES.of(partition);
        return asked(() -> coordinators()
                .shares()
                .ask(
                        partition,
                        share -> share.acknowledge(
                                group,
                                member,
                                acknowledgements,
                                transaction,
                                () -> admit(transactionalId, producer, participant),
                                order -> {})));
    }

    /**
     * As the handler of records that wait for their time from the end of a transaction on; called on the listener.
     *
     * @param first how many of the transaction were sent before these
     */
    CompletionStage<Void> delayInTransaction(
            String transactionalId,
            ProducerIdentity producer,
            TopicPartition partition,
            int first,
            List<Delayed> records) {
        var transaction = new StagedBy(producer.producerId(), producer.epoch());
        var participant = SideParticipant.DELAYS.of(partition);
        return asked(() -> coordinators()
                .delays()
                .ask(
                        partition,
                        waiting -> waiting.stage(
                                transaction, first, records, () -> admit(transactionalId, producer, participant))));
    }

    /** A coordinator that is not here says so at once. */
    private static CompletionStage<Void> asked(Supplier<CompletionStage<Void>> question) {
        try {
            return question.get();
        } catch (BrokerException refused) {
            return CompletableFuture.failedStage(refused);
        }
    }

    private CompletionStage<Void> admit(String transactionalId, ProducerIdentity producer, TopicPartition participant) {
        return coordinators()
                .admission()
                .admit(transactionalId, producer, Set.of(participant), true)
                .thenAccept(refusal -> {
                    if (refusal != ErrorCode.NONE) {
                        throw new BrokerException(refusal, "not admitted");
                    }
                });
    }

    /** As the handler of Produce does it; called on the listener. */
    CompletionStage<AppendResult> produce(
            TopicPartition partition, ByteBuffer batch, Durability durability, Duration patience) {
        var found = partition(partition);
        if (found == null) {
            return CompletableFuture.failedStage(new BrokerException(ErrorCode.NOT_LEADER_OR_FOLLOWER, "not here"));
        }
        try {
            found.leadership();
        } catch (BrokerException refused) {
            return CompletableFuture.failedStage(refused);
        }
        return found.append(batch, durability, patience, order -> {});
    }

    /** The machine's clock: it runs as the world does, and what it says of the date may jump. */
    static final class LocalClock implements Clock {
        private final Clock world;
        private long jumpedMs;
        private long mostAheadMs;

        private LocalClock(Clock world) {
            this.world = world;
        }

        void jump(long ms) {
            jumpedMs += ms;
            mostAheadMs = Math.max(mostAheadMs, jumpedMs);
        }

        void setRight() {
            jumpedMs = 0;
        }

        long mostAheadMs() {
            return mostAheadMs;
        }

        @Override
        public long wallMs() {
            return world.wallMs() + jumpedMs;
        }

        @Override
        public long nanos() {
            return world.nanos();
        }
    }
}
