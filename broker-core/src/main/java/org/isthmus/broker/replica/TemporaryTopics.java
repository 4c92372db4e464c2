package org.isthmus.broker.replica;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TemporaryName;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.FileStore;

/**
 * Temporary destinations of this broker: topics of one partition that no other broker and no metadata know of, neither replicated nor synced,
 * in memory as long as they are small. They live until somebody deletes them, which whoever made them must see to. Safe for use by many
 * threads.
 */
public final class TemporaryTopics {
    private static final System.Logger log = System.getLogger(TemporaryTopics.class.getName());

    private static final long MOST_IN_MEMORY = 64L << 20;
    private static final int MOST_TOPICS = 100_000;
    private static final int SEGMENT_BYTES = 4 << 20;
    /** What a topic keeps for consumers that are slow; a queue keeps what was not consumed. */
    private static final long TOPIC_BYTES = 256L << 20;

    private static final Epoch EPOCH = new Epoch(0);

    private final BrokerId self;
    private final LogDirectory home;
    private final List<? extends EventLoop> loops;
    private final FileStore disk;
    private final Clock clock;
    private final Executor io;
    private final MemoryBudget budget = new MemoryBudget(MOST_IN_MEMORY);
    private final ConcurrentMap<String, Topic> topics = new ConcurrentHashMap<>();
    private final Collection<PartitionListener> listeners;

    private record Topic(TopicImage image, Partition partition, TemporaryFiles files) {}

    /** @param beside whose disk what is large lies on, in a directory of its own; what is left there from earlier is deleted */
    TemporaryTopics(
            BrokerId self,
            LogDirectory beside,
            List<? extends EventLoop> loops,
            FileStore disk,
            Clock clock,
            Executor io,
            Collection<PartitionListener> listeners) {
        this.self = self;
        this.home = new LogDirectory(beside.root().resolve("temporary"), disk, io, Runnable::run, clock);
        this.loops = List.copyOf(loops);
        this.disk = disk;
        this.clock = clock;
        this.io = io;
        this.listeners = listeners;
    }

    /** Deletes what an earlier run left behind. Call before the first is made. */
    public void begin() throws IOException {
        disk.createDirectories(home.logs());
        for (var left : disk.list(home.logs())) {
            disk.delete(left);
        }
    }

    /** Makes one, under a name that nothing ever had. Fails with {@code POLICY_VIOLATION} where there are very many. */
    public TopicImage create(UUID id, boolean queue) {
        if (topics.size() >= MOST_TOPICS) {
            throw new BrokerException(
                    ErrorCode.POLICY_VIOLATION, "there are " + MOST_TOPICS + " temporary destinations");
        }
        var image = image(new TemporaryName(self, id));
        var name = image.name();
        var partitionId = new TopicPartition(name, 0);
        var files = new TemporaryFiles(home.logs(), id.toString(), disk, budget);
        var storage = new Partition.Storage(files, clock, io, home);
        var loop = loops.get(Math.floorMod(partitionId.hashCode(), loops.size()));
        var partition = new Partition(partitionId, Path.of(name), loop, storage, config(queue), new Role.Leader(EPOCH));
        topics.put(name, new Topic(image, partition, files));
        return image;
    }

    private static TopicImage image(TemporaryName name) {
        var broker = name.broker();
        var partition = new PartitionImage(broker, EPOCH, List.of(broker), List.of(broker));
        return new TopicImage(name.toString(), name.id(), Map.of(), List.of(partition));
    }

    private static PartitionConfig config(boolean queue) {
        var settings = Map.of(
                "isthmus.flush", "os",
                "isthmus.queue", Boolean.toString(queue),
                "segment.bytes", Integer.toString(SEGMENT_BYTES),
                "max.message.bytes", Integer.toString(64 << 20),
                "retention.ms", Long.toString(Duration.ofDays(7).toMillis()),
                "retention.bytes", Long.toString(TOPIC_BYTES));
        return PartitionConfig.of(settings, Map.of());
    }

    /** Deletes one and all that is in it; nothing where it is gone already. */
    public void delete(String name) {
        var topic = topics.remove(name);
        if (topic == null) {
            return;
        }
        listeners.forEach(listener -> listener.resigned(topic.partition().id()));
        topic.partition().close("it was temporary").thenRun(() -> {
            try {
                topic.files().discard();
            } catch (IOException e) {
                log.log(System.Logger.Level.WARNING, "Left behind until the next start: files of " + name, e);
            }
        });
    }

    public Optional<TopicImage> topic(String name) {
        return Optional.ofNullable(topics.get(name)).map(Topic::image);
    }

    /** One that another broker made, by its name. Whether it is still there that one alone can tell. */
    public Optional<TopicImage> elsewhere(String name, Set<BrokerId> alive) {
        return TemporaryName.parse(name)
                .filter(made -> !made.broker().equals(self) && alive.contains(made.broker()))
                .map(TemporaryTopics::image);
    }

    public Optional<TopicImage> topic(UUID id) {
        return topic(new TemporaryName(self, id).toString());
    }

    Optional<Partition> partition(TopicPartition id) {
        return id.partition() > 0
                ? Optional.empty()
                : Optional.ofNullable(topics.get(id.topic())).map(Topic::partition);
    }

    void applyRetention(Consumption consumption) {
        topics.values().forEach(topic -> topic.partition().upkeep().applyRetention(consumption));
    }

    void close() {
        List.copyOf(topics.keySet()).forEach(this::delete);
    }
}
