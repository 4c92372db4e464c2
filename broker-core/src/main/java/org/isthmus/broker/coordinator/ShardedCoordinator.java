package org.isthmus.broker.coordinator;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.isthmus.broker.common.Backoff;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.runtime.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * The shards of one internal topic that are led by this broker. A key belongs to the partition that its hash names, and is served where
 * that partition is led. Safe for use by many threads: what happens on a shard is handed to its loop.
 *
 * @param <T> what serves requests on a shard
 */
public final class ShardedCoordinator<T extends ShardedCoordinator.Tenant> {
    /** What lives on one shard, for as long as that shard does. Owned by the shard's loop. */
    public interface Tenant {
        Shard<?, ?> shard();
    }

    /** Makes the tenant of a partition that was elected here, or whose shard broke and begins anew. Called on the partition's loop. */
    public interface Tenancy<T> {
        T begin(int partition, ShardLog log, EventLoop loop);
    }

    private static final System.Logger LOG = System.getLogger(ShardedCoordinator.class.getName());
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final String topic;
    private final Supplier<ClusterImage> cluster;
    private final Tenancy<T> tenancy;
    private final Map<Integer, Term> terms = new ConcurrentHashMap<>();

    public ShardedCoordinator(String topic, Supplier<ClusterImage> cluster, Tenancy<T> tenancy) {
        this.topic = topic;
        this.cluster = cluster;
        this.tenancy = tenancy;
    }

    /** The internal topic whose partitions are the shards. */
    public String topic() {
        return topic;
    }

    /**
     * This broker leads the partition from now on. Its log is replayed; until that is done, requests wait, within the bounds of {@link
     * LoadQueue}. A second election of the same partition ends the first.
     *
     * @param loop the loop that owns the partition
     */
    public void elected(int partition, ShardLog log, EventLoop loop) {
        var term = new Term(partition, log, loop);
        var earlier = terms.put(partition, term);
        if (earlier != null) {
            earlier.end();
        }
        loop.execute(term::begin);
    }

    /** This broker does not lead the partition any more. Whoever waits there is told {@code NOT_COORDINATOR}. */
    public void resigned(int partition) {
        var term = terms.remove(partition);
        if (term != null) {
            term.end();
        }
    }

    /** Whether none of the partitions is led here. */
    public boolean isEmpty() {
        return terms.isEmpty();
    }

    /**
     * Puts a question to the shard that the key belongs to, on its loop. Fails with {@link BrokerException} {@code NOT_COORDINATOR}, {@code
     * COORDINATOR_LOAD_IN_PROGRESS} or {@code COORDINATOR_NOT_AVAILABLE} where that shard does not serve here and now.
     */
    public <A> CompletionStage<A> ask(String key, Function<T, CompletionStage<A>> question) {
        var partitions =
                cluster.get().topic(topic).map(found -> found.partitions().size());
        if (partitions.isEmpty()) {
            return CompletableFuture.failedStage(new BrokerException(
                    ErrorCode.COORDINATOR_NOT_AVAILABLE, "topic " + topic + " does not exist yet; asked for " + key));
        }
        return ask(partitionOf(key, partitions.get()), question);
    }

    /** As {@link #ask(String, Function)}, for a shard that is known by its partition. */
    public <A> CompletionStage<A> ask(int partition, Function<T, CompletionStage<A>> question) {
        var term = terms.get(partition);
        if (term == null) {
            return CompletableFuture.failedStage(notLed(partition));
        }
        return term.ask(question);
    }

    private BrokerException notLed(int partition) {
        return new BrokerException(
                ErrorCode.NOT_COORDINATOR, "partition " + partition + " of " + topic + " is not led here");
    }

    /** Puts a question to every shard that is led here. */
    public <A> List<CompletionStage<A>> askAll(Function<T, CompletionStage<A>> question) {
        var answers = new ArrayList<CompletionStage<A>>();
        terms.values().forEach(term -> answers.add(term.ask(question)));
        return answers;
    }

    /** The partition, of so many, that a key belongs to. Never changes for a topic, so the number of its partitions must not either. */
    public static int partitionOf(String key, int partitions) {
        return (key.hashCode() & Integer.MAX_VALUE) % partitions;
    }

    /** One reign over one partition. Owned by the partition's loop; {@link #ended} may be set from any thread. */
    private final class Term {
        private final int partition;
        private final ShardLog log;
        private final EventLoop loop;
        private final LoadQueue arrivals;
        private @Nullable T tenant;
        private final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
        private volatile boolean ended;

        Term(int partition, ShardLog log, EventLoop loop) {
            this.partition = partition;
            this.log = log;
            this.loop = loop;
            this.arrivals = new LoadQueue(topic + "-" + partition, loop);
        }

        void begin() {
            if (ended) {
                return;
            }
            var next = tenancy.begin(partition, log, loop);
            tenant = next;
            next.shard().onBroken(this::beginAgainLater);
            next.shard().load().thenRun(() -> {
                backoff.reset();
                arrivals.admitAll();
            });
        }

        private void beginAgainLater(Throwable cause) {
            if (ended) {
                return;
            }
            LOG.log(
                    Level.WARNING,
                    "Shard begins anew from its log: topic=" + topic + " partition=" + partition + " pauseMs="
                            + backoff.pause().toMillis(),
                    cause);
            loop.schedule(backoff.next(), this::begin);
        }

        void end() {
            ended = true;
            loop.execute(() -> {
                if (tenant != null) {
                    tenant.shard().close();
                }
                arrivals.refuseAll(notLed(partition));
            });
        }

        <A> CompletionStage<A> ask(Function<T, CompletionStage<A>> question) {
            var answer = new CompletableFuture<A>();
            loop.perform(() -> {
                var serving = tenant;
                if (serving == null) {
                    answer.completeExceptionally(notLed(partition));
                } else if (serving.shard().isLoading()) {
                    // Whoever is there when the log has been read, which may be another than the one that reads it now.
                    arrivals.hold(() -> put(question, answer), answer::completeExceptionally);
                } else {
                    put(question, answer);
                }
            });
            return answer;
        }

        private <A> void put(Function<T, CompletionStage<A>> question, CompletableFuture<A> answer) {
            try {
                question.apply(Objects.requireNonNull(tenant)).whenComplete((value, failure) -> {
                    if (failure == null) {
                        answer.complete(value);
                    } else {
                        answer.completeExceptionally(failure);
                    }
                });
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        }
    }
}
