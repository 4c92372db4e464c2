package org.isthmus.broker.replica;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.BrokerConfigs;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.SessionState;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.FileStore;
import org.jspecify.annotations.Nullable;

/**
 * The partitions that this broker holds, brought in line with each new {@link ClusterImage}. Changed by the thread that follows the
 * metadata alone; read by any.
 *
 * <p>A topic lies in {@code NAME.UUID/}, with a directory for each partition: the id tells a topic from an earlier one of the same name,
 * and what no topic claims when the broker starts is what a deletion left behind.
 */
public final class Partitions {
    private static final System.Logger log = System.getLogger(Partitions.class.getName());
    private static final int UUID_LENGTH = 36;
    /** Of a file name's 255 bytes: the id and a dot need the rest. */
    private static final int MAX_NAME_IN_PATH = 200;

    private final BrokerId self;
    private final LogDirectories directories;
    private final List<? extends EventLoop> loops;
    private final Executor io;
    private final FileStore files;
    private final Clock clock;
    private final BrokerConfigs brokerConfigs;
    private final Map<TopicPartition, Partition> partitions = new ConcurrentHashMap<>();
    private final List<PartitionListener> listeners = new CopyOnWriteArrayList<>();
    private final TemporaryTopics temporary;
    private final ReplicationLimit sending;
    private final ReplicationLimit receiving;
    private final Map<TopicPartition, Role> roles = new HashMap<>();
    /** Of replicas that were moved away: one that comes back is not opened before its files are gone. */
    private final Map<TopicPartition, CompletionStage<Void>> removals = new HashMap<>();

    private Map<String, TopicImage> followed = Map.of();
    private Map<String, String> topicDefaults;
    private boolean started;
    /** False while the cluster does not count this broker among the living: it leads nothing then, and follows nobody. */
    private boolean takesPart = true;

    private @Nullable Replication replication;
    private @Nullable ReplicaFetchers fetchers;

    /**
     * @param directories where the logs lie, with those that failed already
     * @param loops own the partitions, each partition by the one that its name falls to
     * @param io opens and recovers logs: several at a time, and may block
     * @param brokerConfigs what topics have that say nothing themselves
     */
    public Partitions(
            BrokerId self,
            List<LogDirectory> directories,
            List<? extends EventLoop> loops,
            Executor io,
            FileStore files,
            Clock clock,
            BrokerConfigs brokerConfigs) {
        this.self = self;
        this.directories = new LogDirectories(directories, files);
        this.loops = List.copyOf(loops);
        this.io = io;
        this.files = files;
        this.clock = clock;
        this.brokerConfigs = brokerConfigs;
        this.topicDefaults = brokerConfigs.given();
        this.sending = new ReplicationLimit(ReplicationLimit.Side.LEADER, brokerConfigs, clock);
        this.receiving = new ReplicationLimit(ReplicationLimit.Side.FOLLOWER, brokerConfigs, clock);
        this.temporary = new TemporaryTopics(self, directories.get(0), loops, files, clock, io, listeners);
    }

    /** Before the first image is applied. */
    public void addListener(PartitionListener listener) {
        listeners.add(listener);
    }

    /**
     * Lets partitions have replicas on other brokers. Before the first image is applied.
     *
     * @param loop owns the fetching
     */
    public void replicate(Replication how, ReplicaLink link, EventLoop loop) {
        replication = how;
        fetchers = new ReplicaFetchers(how, link, receiving, loop);
    }

    public Optional<Partition> partition(TopicPartition id) {
        var kept = partitions.get(id);
        return kept != null ? Optional.of(kept) : temporary.partition(id);
    }

    /** Destinations that are not in the metadata and end with those who made them. */
    public TemporaryTopics temporary() {
        return temporary;
    }

    /** The limit of what goes to replicas on other brokers. */
    ReplicationLimit sending() {
        return sending;
    }

    /** Those of the metadata. */
    public Collection<Partition> all() {
        return List.copyOf(partitions.values());
    }

    /** The log directories, those that failed too. */
    public List<LogDirectory> directories() {
        return directories.all();
    }

    /** Opens, changes and deletes partitions so that they are what the image says. Images come in order. */
    public void apply(ClusterImage image) {
        sending.follow(image);
        receiving.follow(image);
        var before = followed;
        followed = image.topics();
        before.values().forEach(topic -> {
            var now = followed.get(topic.name());
            if (now == null || !now.id().equals(topic.id())) {
                delete(topic);
            }
        });
        var defaults = brokerConfigs.in(image);
        var areNew = !defaults.equals(topicDefaults);
        topicDefaults = defaults;
        followed.values().forEach(topic -> {
            if (areNew || !topic.equals(before.get(topic.name()))) {
                follow(topic);
            }
        });
        started = true;
        fetch();
    }

    /** Called on the thread that follows the metadata. */
    public void follow(SessionState session) {
        var counts = session == SessionState.HELD || session == SessionState.SUSPENDED;
        if (counts != takesPart) {
            takesPart = counts;
            followed.values().forEach(this::follow);
            fetch();
        }
    }

    /** Lets go of replicas that lag, in what is led here. */
    public void lookAtReplicas() {
        partitions.values().forEach(partition -> partition.leaderSide().ifPresent(LeaderSide::dropLagging));
    }

    private void fetch() {
        var from = fetchers;
        if (from == null) {
            return;
        }
        var byLeader = new HashMap<BrokerId, List<ReplicaFetcher.Following>>();
        roles.forEach((id, role) -> {
            var partition = partitions.get(id);
            var topic = followed.get(id.topic());
            if (partition != null
                    && topic != null
                    && role instanceof Role.Follower as
                    && !as.leader().isNone()
                    && !as.leader().equals(self)) {
                byLeader.computeIfAbsent(as.leader(), leader -> new ArrayList<>())
                        .add(new ReplicaFetcher.Following(partition, topic.id(), as));
            }
        });
        from.follow(byLeader);
    }

    private void follow(TopicImage topic) {
        var config = PartitionConfig.of(topic.configs(), topicDefaults);
        for (var index = 0; index < topic.partitions().size(); index++) {
            var image = topic.partitions().get(index);
            var id = new TopicPartition(topic.name(), index);
            var present = partitions.get(id);
            if (image.replicas().contains(self)) {
                var now = present == null ? create(id, topic, config, role(image)) : present;
                now.follow(role(image), config, image);
                partitions.put(id, now);
                if (!role(image).equals(roles.put(id, role(image)))) {
                    announce(now);
                }
            } else if (present != null) {
                drop(present);
            }
        }
    }

    /** Its replica here is not wanted any more. */
    private void drop(Partition gone) {
        partitions.remove(gone.id());
        roles.remove(gone.id());
        gone.home().remove(gone);
        listeners.forEach(listener -> listener.resigned(gone.id()));
        removals.put(
                gone.id(),
                gone.close("it was moved to other brokers")
                        .thenRunAsync(
                                () -> gone.directories().stream()
                                        .filter(files::exists)
                                        .forEach(this::remove),
                                io));
    }

    private void remove(Path path) {
        try {
            Removal.of(files, path);
        } catch (IOException e) {
            log.log(System.Logger.Level.WARNING, "Left behind: " + path, e);
        }
    }

    private Partition create(TopicPartition id, TopicImage topic, PartitionConfig config, Role role) {
        var loop = loops.get(Math.floorMod(id.hashCode(), loops.size()));
        var place = folder(topic).resolve(Integer.toString(id.partition()));
        var home = started ? directories.place(place) : directories.homeOf(place);
        var storage = new Partition.Storage(files, clock, io, home);
        var created = new Partition(id, home.logs().resolve(place), loop, storage, config, role, replication);
        var removal = removals.remove(id);
        if (removal != null) {
            created.openAfter(removal);
        }
        home.add(created);
        return created;
    }

    private Role role(PartitionImage image) {
        if (!takesPart) {
            return new Role.Follower(image.leaderEpoch(), BrokerId.NONE);
        }
        return image.leader().equals(self)
                ? new Role.Leader(image.leaderEpoch())
                : new Role.Follower(image.leaderEpoch(), image.leader());
    }

    private void announce(Partition partition) {
        for (var listener : listeners) {
            if (roles.get(partition.id()) instanceof Role.Leader) {
                listener.elected(partition);
            } else {
                listener.resigned(partition.id());
            }
        }
    }

    private void delete(TopicImage topic) {
        var closed = new CompletableFuture<?>[topic.partitions().size()];
        for (var index = 0; index < closed.length; index++) {
            var id = new TopicPartition(topic.name(), index);
            var gone = partitions.remove(id);
            roles.remove(id);
            if (gone == null) {
                closed[index] = CompletableFuture.completedFuture(null);
            } else {
                gone.home().remove(gone);
                listeners.forEach(listener -> listener.resigned(id));
                closed[index] = gone.close("its topic was deleted").toCompletableFuture();
            }
        }
        var unused = CompletableFuture.allOf(closed)
                .thenRunAsync(
                        () -> directories
                                .working()
                                .forEach(
                                        directory -> deleteTree(directory.logs().resolve(folder(topic)))),
                        io);
    }

    private static Path folder(TopicImage topic) {
        var name = topic.name().length() <= MAX_NAME_IN_PATH
                ? topic.name()
                : topic.name().substring(0, MAX_NAME_IN_PATH);
        return Path.of(name + "." + topic.id());
    }

    private void deleteTree(Path path) {
        try {
            for (var child : files.list(path)) {
                deleteTree(child);
            }
            files.delete(path);
        } catch (IOException e) {
            log.log(System.Logger.Level.WARNING, "Left behind until the next start: " + path, e);
        }
    }

    /** Deletes what deletions of an earlier run left behind. Call before the first image is applied, with that image. */
    public void deleteUnclaimed(ClusterImage image) {
        for (var directory : directories.working()) {
            try {
                deleteUnclaimed(directory, image);
            } catch (IOException e) {
                directory.fail(e);
            }
        }
    }

    private void deleteUnclaimed(LogDirectory directory, ClusterImage image) throws IOException {
        for (var path : files.list(directory.logs())) {
            var name = path.getFileName().toString();
            if (name.length() > UUID_LENGTH && isUnclaimed(name.substring(name.length() - UUID_LENGTH), image)) {
                log.log(System.Logger.Level.INFO, "Deleting what is left of a deleted topic: {0}", path);
                io.execute(() -> deleteTree(path));
            }
        }
    }

    private static boolean isUnclaimed(String id, ClusterImage image) {
        try {
            return !image.topicNames().containsKey(UUID.fromString(id));
        } catch (IllegalArgumentException notOurs) {
            return false;
        }
    }

    /** Deletes what is not kept any more, in every partition that is open and led here. */
    public void applyRetention(Consumption consumption) {
        partitions.values().forEach(partition -> partition.upkeep().applyRetention(consumption));
        temporary.applyRetention(consumption);
    }

    /**
     * Looks, soon, whether the disks have room, and lets partitions go on for which there is some. Called on the thread that follows the
     * metadata.
     */
    public void lookAtDisks() {
        for (var directory : directories.working()) {
            directory.look();
            directory.withRoomAgain().forEach(this::goOn);
        }
    }

    private void goOn(TopicPartition id) {
        var partition = partitions.get(id);
        var topic = followed.get(id.topic());
        if (partition != null && topic != null) {
            var image = topic.partitions().get(id.partition());
            listeners.forEach(listener -> listener.resigned(id));
            partition.goOn(role(image));
            announce(partition);
        }
    }

    /** Closes every log. The stage completes once the disk has everything. */
    public CompletionStage<Void> close() {
        temporary.close();
        return CompletableFuture.allOf(partitions.values().stream()
                        .map(partition ->
                                partition.close("the broker is stopping").toCompletableFuture())
                        .toArray(CompletableFuture<?>[]::new))
                .thenRun(() -> directories.all().forEach(LogDirectory::close));
    }
}
