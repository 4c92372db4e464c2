package org.isthmus.broker.replica;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
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
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.PartitionImage;
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
    private final Path directory;
    private final List<? extends EventLoop> loops;
    private final FileStore files;
    private final Map<String, String> brokerSettings;
    private final Partition.Storage storage;
    private final Map<TopicPartition, Partition> partitions = new ConcurrentHashMap<>();
    private final List<PartitionListener> listeners = new CopyOnWriteArrayList<>();
    private final TemporaryTopics temporary;
    private Map<String, TopicImage> followed = Map.of();

    /**
     * @param directory where the logs lie
     * @param loops own the partitions, each partition by the one that its name falls to
     * @param disk forces, closes and deletes: one task at a time, and may block
     * @param io opens and recovers logs: several at a time, and may block
     * @param brokerSettings settings by Kafka's broker names, from which topics take their defaults
     */
    public Partitions(
            BrokerId self,
            Path directory,
            List<? extends EventLoop> loops,
            Executor disk,
            Executor io,
            FileStore files,
            Clock clock,
            Map<String, String> brokerSettings) {
        this.self = self;
        this.directory = directory;
        this.loops = List.copyOf(loops);
        this.files = files;
        this.brokerSettings = Map.copyOf(brokerSettings);
        var space = new DiskSpace(directory, files);
        this.storage = new Partition.Storage(files, clock, io, new GroupCommit(disk), space);
        this.temporary = new TemporaryTopics(
                self, directory.resolveSibling("temporary"), loops, files, clock, io, space, listeners);
    }

    /** Before the first image is applied. */
    public void addListener(PartitionListener listener) {
        listeners.add(listener);
    }

    public Optional<Partition> partition(TopicPartition id) {
        var kept = partitions.get(id);
        return kept != null ? Optional.of(kept) : temporary.partition(id);
    }

    /** Destinations that are not in the metadata and end with those who made them. */
    public TemporaryTopics temporary() {
        return temporary;
    }

    /** Those of the metadata. */
    public Collection<Partition> all() {
        return List.copyOf(partitions.values());
    }

    /** Opens, changes and deletes partitions so that they are what the image says. Images come in order. */
    public void apply(ClusterImage image) {
        var before = followed;
        followed = image.topics();
        before.values().forEach(topic -> {
            var now = followed.get(topic.name());
            if (now == null || !now.id().equals(topic.id())) {
                delete(topic);
            }
        });
        followed.values().forEach(topic -> {
            var was = before.get(topic.name());
            if (was == null || !was.id().equals(topic.id())) {
                follow(topic, null);
            } else if (!was.equals(topic)) {
                follow(topic, was);
            }
        });
    }

    private void follow(TopicImage topic, @Nullable TopicImage before) {
        var config = PartitionConfig.of(topic.configs(), brokerSettings);
        for (var index = 0; index < topic.partitions().size(); index++) {
            var image = topic.partitions().get(index);
            var id = new TopicPartition(topic.name(), index);
            var present = partitions.get(id);
            if (present != null) {
                present.follow(role(image), config);
                if (before != null
                        && !before.partitions().get(index).leaderEpoch().equals(image.leaderEpoch())) {
                    announce(present, image);
                }
            } else if (image.replicas().contains(self)) {
                var loop = loops.get(Math.floorMod(id.hashCode(), loops.size()));
                var created = new Partition(
                        id, path(topic).resolve(Integer.toString(index)), loop, storage, config, role(image));
                partitions.put(id, created);
                announce(created, image);
            }
        }
    }

    private Role role(PartitionImage image) {
        return image.leader().equals(self)
                ? new Role.Leader(image.leaderEpoch())
                : new Role.Follower(image.leaderEpoch(), image.leader());
    }

    private void announce(Partition partition, PartitionImage image) {
        for (var listener : listeners) {
            if (image.leader().equals(self)) {
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
            if (gone == null) {
                closed[index] = CompletableFuture.completedFuture(null);
            } else {
                listeners.forEach(listener -> listener.resigned(id));
                closed[index] = gone.close("its topic was deleted").toCompletableFuture();
            }
        }
        var unused = CompletableFuture.allOf(closed).thenRunAsync(() -> deleteTree(path(topic)), storage.io());
    }

    private Path path(TopicImage topic) {
        var name = topic.name().length() <= MAX_NAME_IN_PATH
                ? topic.name()
                : topic.name().substring(0, MAX_NAME_IN_PATH);
        return directory.resolve(name + "." + topic.id());
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
    public void deleteUnclaimed(ClusterImage image) throws IOException {
        for (var path : files.list(directory)) {
            var name = path.getFileName().toString();
            if (name.length() > UUID_LENGTH && isUnclaimed(name.substring(name.length() - UUID_LENGTH), image)) {
                log.log(System.Logger.Level.INFO, "Deleting what is left of a deleted topic: {0}", path);
                storage.io().execute(() -> deleteTree(path));
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

    /** Deletes closed segments past their retention, in every partition that is open. */
    public void applyRetention() {
        partitions.values().forEach(Partition::applyRetention);
        temporary.applyRetention();
    }

    /** Looks, on the calling thread, whether the disk has room. */
    public void lookAtDisk() {
        storage.space().look();
    }

    /** Closes every log. The stage completes once the disk has everything. */
    public CompletionStage<Void> close() {
        temporary.close();
        return CompletableFuture.allOf(partitions.values().stream()
                .map(partition -> partition.close("the broker is stopping").toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }
}
