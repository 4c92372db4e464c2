package org.isthmus.broker.replica;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.runtime.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Pulls everything that this broker follows and one other broker leads, in one request at a time. Owned by its loop.
 *
 * <p>A log is asked for only from where it is safely stored, so by asking, a follower acknowledges; what a request brought is therefore stored
 * before the next one is sent. A log that has a problem of its own is left out for a while, and holds up no other.
 */
final class ReplicaFetcher {
    private static final System.Logger log = System.getLogger(ReplicaFetcher.class.getName());
    private static final Duration MAX_WAIT = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final int MAX_BYTES = 10 << 20;

    private final BrokerId leader;
    private final BrokerId self;
    private final MetadataStore store;
    private final ReplicaLink link;
    private final ReplicationLimit receiving;
    private final EventLoop loop;
    /** In the order in which they are asked for: whoever got something comes last, so that nobody is kept waiting who has room for less. */
    private final Map<TopicPartition, Followed> followed = new LinkedHashMap<>();

    private boolean isAsking;
    private boolean wasReached = true;

    /** One partition, as what it is followed. */
    record Following(Partition partition, UUID topicId, Role.Follower as) {}

    private static final class Followed {
        private final Following what;
        private final Map<LogKind, Followed.Log> logs = new EnumMap<>(LogKind.class);

        private Followed(Following what) {
            this.what = what;
        }

        private static final class Log {
            private final LogKind kind;
            /** Null while it is being found out. */
            private FollowerSide.@Nullable Position position;

            private long highWatermark = -1;
            private long startOffset = -1;

            private Log(LogKind kind) {
                this.kind = kind;
            }
        }
    }

    private record Asked(Followed of, Followed.Log log) {}

    ReplicaFetcher(
            BrokerId leader,
            BrokerId self,
            MetadataStore store,
            ReplicaLink link,
            ReplicationLimit receiving,
            EventLoop loop) {
        this.leader = leader;
        this.self = self;
        this.store = store;
        this.link = link;
        this.receiving = receiving;
        this.loop = loop;
    }

    /** From now on these, and no others. From any thread. */
    void follow(Collection<Following> all) {
        loop.execute(() -> {
            var wanted = Set.copyOf(all);
            followed.values().removeIf(known -> !wanted.contains(known.what));
            for (var one : all) {
                if (!followed.containsKey(one.partition().id())) {
                    var begun = new Followed(one);
                    followed.put(one.partition().id(), begun);
                    begin(begun, LogKind.RECORDS);
                }
            }
        });
    }

    private void begin(Followed one, LogKind kind) {
        var begun = new Followed.Log(kind);
        one.logs.put(kind, begun);
        locate(new Asked(one, begun));
    }

    private void locate(Asked one) {
        var what = one.of.what;
        await(one, what.partition().followerSide().position(one.log.kind, what.as()))
                .thenRun(() -> loop.execute(this::ask));
    }

    /** Completes, on the loop, when the log has a position again or is left out for a while. */
    private CompletionStage<Void> await(Asked one, CompletionStage<FollowerSide.Position> next) {
        one.log.position = null;
        var done = new CompletableFuture<Void>();
        next.whenComplete((position, failure) -> loop.execute(() -> {
            if (failure == null) {
                one.log.position = position;
            } else {
                leaveOut(one);
            }
            done.complete(null);
        }));
        return done;
    }

    private void leaveOut(Asked one) {
        one.log.position = null;
        loop.schedule(PAUSE, () -> {
            if (isFollowed(one)) {
                locate(one);
            }
        });
    }

    private boolean isFollowed(Asked one) {
        return followed.get(one.of.what.partition().id()) == one.of;
    }

    private void ask() {
        if (isAsking) {
            return;
        }
        var image = store.image();
        var broker = image.brokers().get(leader);
        var own = image.brokers().get(self);
        var asked = new ArrayList<Asked>();
        var asks = new ArrayList<ReplicaFetch.Ask>();
        var rest = receiving.rest();
        var someRest = false;
        for (var one : followed.values()) {
            var isThrottled = isThrottled(one);
            if (isThrottled && !rest.isZero()) {
                someRest = true;
                continue;
            }
            for (var located : one.logs.values()) {
                if (located.position != null) {
                    var ask = new Asked(one, located);
                    asked.add(ask);
                    asks.add(ask(ask, isThrottled ? receiving.most(MAX_BYTES) : MAX_BYTES));
                }
            }
        }
        if (asked.isEmpty() && !someRest) {
            return;
        }
        isAsking = true;
        var maxWait = someRest && rest.compareTo(MAX_WAIT) < 0 ? rest : MAX_WAIT;
        if (asked.isEmpty()) {
            loop.schedule(maxWait, this::askAgain);
            return;
        }
        if (broker == null || own == null) {
            loop.schedule(PAUSE, this::askAgain);
            return;
        }
        link.fetch(broker, new ReplicaFetch(self, own.epoch(), maxWait, MAX_BYTES, asks))
                .whenComplete((answers, failure) -> loop.execute(() -> {
                    if (failure == null) {
                        wasReached = true;
                        take(asked, answers);
                    } else {
                        failed(failure);
                    }
                }));
    }

    private boolean isThrottled(Followed one) {
        var id = one.what.partition().id();
        return receiving.concerns(id)
                && store.image()
                        .partition(id)
                        .filter(partition -> partition.isr().contains(self))
                        .isEmpty();
    }

    private static ReplicaFetch.Ask ask(Asked one, int maxBytes) {
        var position = one.log.position;
        if (position == null) {
            throw new IllegalStateException("asked for without a position: " + one.of.what);
        }
        var what = one.of.what;
        return new ReplicaFetch.Ask(
                what.partition().id(),
                what.topicId(),
                one.log.kind,
                what.as().epoch(),
                position.offset(),
                position.lastEpoch(),
                maxBytes);
    }

    private void failed(Throwable failure) {
        if (wasReached) {
            log.log(
                    System.Logger.Level.INFO,
                    "Broker {0} is not reached for replication: {1}",
                    leader,
                    failure.getMessage());
        }
        wasReached = false;
        loop.schedule(PAUSE, this::askAgain);
    }

    private void askAgain() {
        isAsking = false;
        ask();
    }

    private void take(List<Asked> asked, List<ReplicaFetch.Answer> answers) {
        var stored = new ArrayList<CompletableFuture<Void>>();
        for (var i = 0; i < asked.size(); i++) {
            if (isFollowed(asked.get(i))) {
                var next = take(asked.get(i), answers.get(i));
                if (next != null) {
                    stored.add(await(asked.get(i), next).toCompletableFuture());
                }
            }
        }
        var unused = CompletableFuture.allOf(stored.toArray(CompletableFuture<?>[]::new))
                .thenRun(() -> loop.execute(this::askAgain));
    }

    /** Null where there is nothing to do. */
    private @Nullable CompletionStage<FollowerSide.Position> take(Asked one, ReplicaFetch.Answer answer) {
        var what = one.of.what;
        if (answer.differs() != null
                || (answer.error() == ErrorCode.OFFSET_OUT_OF_RANGE && answer.startOffset() >= 0)) {
            return what.partition().followerSide().align(one.log.kind, what.as(), answer);
        }
        if (answer.error() != ErrorCode.NONE) {
            leaveOut(one);
            return null;
        }
        for (var kind : LogKind.values()) {
            if ((answer.kinds() & kind.bit()) != 0 && !one.of.logs.containsKey(kind)) {
                begin(one.of, kind);
            }
        }
        var records = answer.records();
        if ((records == null || !records.hasRemaining())
                && answer.highWatermark() == one.log.highWatermark
                && answer.startOffset() == one.log.startOffset) {
            return null;
        }
        if (records != null && records.hasRemaining()) {
            got(one.of, records.remaining());
        }
        one.log.highWatermark = answer.highWatermark();
        one.log.startOffset = answer.startOffset();
        return what.partition().followerSide().replicate(one.log.kind, what.as(), answer);
    }

    private void got(Followed one, int bytes) {
        if (isThrottled(one)) {
            receiving.gave(bytes);
        }
        var id = one.what.partition().id();
        followed.remove(id);
        followed.put(id, one);
    }
}
