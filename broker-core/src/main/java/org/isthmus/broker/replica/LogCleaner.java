package org.isthmus.broker.replica;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.log.CompactionNeed;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Compacts a broker's logs, one at a time, the one that needs it most first; rests while none does. A log whose compaction fails is left
 * alone for a while, so that it does not keep the others waiting. Owned by one loop.
 */
public final class LogCleaner {
    private static final System.Logger log = System.getLogger(LogCleaner.class.getName());
    private static final Duration REST_AFTER_FAILURE = Duration.ofMinutes(5);

    private final Supplier<Collection<Partition>> partitions;
    private final Supplier<CleanerConfig> config;
    private final EventLoop loop;
    private final Clock clock;
    private final Throttle throttle;
    private final Map<TopicPartition, Long> restingUntilNanos = new HashMap<>();

    private record Candidate(Partition partition, @Nullable CompactionNeed need) {}

    /** @param config asked each time, since it may change */
    public LogCleaner(
            Supplier<Collection<Partition>> partitions, Supplier<CleanerConfig> config, EventLoop loop, Clock clock) {
        this.partitions = partitions;
        this.config = config;
        this.loop = loop;
        this.clock = clock;
        this.throttle = new Throttle(() -> config.get().bytesPerSecond());
    }

    /** Looks after the logs from now on, for as long as the loop runs. */
    public void start() {
        if (config.get().enabled()) {
            loop.schedule(config.get().backoff(), this::look);
        }
    }

    private void look() {
        restingUntilNanos.values().removeIf(until -> until - clock.nanos() <= 0);
        var asked = partitions.get().stream()
                .filter(partition -> partition.isCompacted() && !restingUntilNanos.containsKey(partition.id()))
                .map(partition -> partition
                        .upkeep()
                        .compactionNeed()
                        .thenApply(need -> new Candidate(partition, need.orElse(null)))
                        .toCompletableFuture())
                .toList();
        var unused = CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenRunAsync(
                        () -> asked.stream()
                                .map(CompletableFuture::join)
                                .filter(candidate -> candidate.need() != null
                                        && candidate.need().pays())
                                .max(Comparator.comparing(
                                        Candidate::need, Comparator.nullsFirst(Comparator.naturalOrder())))
                                .ifPresentOrElse(
                                        candidate -> clean(candidate.partition()),
                                        () -> loop.schedule(config.get().backoff(), this::look)),
                        loop);
    }

    private void clean(Partition partition) {
        var unused = partition
                .upkeep()
                .compact(config.get().mapBytes(), throttle)
                .handleAsync(
                        (done, failure) -> {
                            if (failure != null) {
                                log.log(
                                        System.Logger.Level.WARNING,
                                        "Log was not compacted: " + partition.id(),
                                        failure);
                                restingUntilNanos.put(partition.id(), clock.nanos() + REST_AFTER_FAILURE.toNanos());
                            }
                            look();
                            return null;
                        },
                        loop);
    }
}
