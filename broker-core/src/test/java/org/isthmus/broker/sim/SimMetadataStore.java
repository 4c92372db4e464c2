package org.isthmus.broker.sim;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.SessionState;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.sim.SimZooKeeper.Answer;
import org.isthmus.broker.sim.SimZooKeeper.Node;
import org.isthmus.broker.sim.SimZooKeeper.Write;

/**
 * One broker's view of the simulated ZooKeeper: late, and through a connection that breaks. It does one thing at a time on its loop, as the
 * store of production does: it reads all after a connection, or what a watch named, or makes a change with a note that is this attempt's alone.
 */
public final class SimMetadataStore implements MetadataStore {
    private static final Duration RECONNECT = Duration.ofMillis(200);

    private final SimZooKeeper zooKeeper;
    private final BrokerId self;
    private final EventLoop loop;
    private final Clock clock;
    private final String nonce;
    private final Deque<Change> waiting = new ArrayDeque<>();
    private final Set<String> dirty = new TreeSet<>();
    private final Set<Long> ownSessions = new HashSet<>();
    private final List<Consumer<ClusterImage>> followers = new ArrayList<>();
    private final List<Consumer<SessionState>> sessionFollowers = new ArrayList<>();
    private final CompletableFuture<SimMetadataStore> opened = new CompletableFuture<>();
    private Map<String, Node> nodes = new HashMap<>();
    private ClusterImage image;
    private SessionState session = SessionState.NEW;
    private SimZooKeeper.Wire wire;
    private long sessionId = -1;
    private long heardNanos;
    private long reconnects;
    private boolean connected;
    private boolean lookAtAll;
    private boolean busy;
    private boolean closed;
    /** Sent, and not answered yet. */
    private Attempt underWay;
    /** Of which the nodes tell what became of it. */
    private Attempt unknown;

    private long lostNanos = Long.MAX_VALUE;
    private long notes;
    private Consumer<Boolean> candidate;
    private boolean reigns;

    private record Change(Function<ClusterImage, List<ClusterDelta>> decide, CompletableFuture<ClusterImage> done) {}

    private static final class Attempt {
        private final Change change;
        private final Set<String> paths = new TreeSet<>();
        private String note = "";
        /** It may take effect at any time, or have done so. */
        private boolean isUnderWay;

        private boolean tookEffect;

        private Attempt(Change change) {
            this.change = change;
        }
    }

    private SimMetadataStore(SimZooKeeper zooKeeper, BrokerId self, EventLoop loop, Clock clock, String nonce) {
        this.zooKeeper = zooKeeper;
        this.self = self;
        this.loop = loop;
        this.clock = clock;
        this.nonce = nonce;
        this.image = zooKeeper.truth();
    }

    /**
     * Completes once everything has been read.
     *
     * @param nonce tells this process from earlier ones of the same broker
     */
    public static CompletionStage<SimMetadataStore> open(
            SimZooKeeper zooKeeper, BrokerId self, EventLoop loop, Clock clock, String nonce) {
        var store = new SimMetadataStore(zooKeeper, self, loop, clock, nonce);
        loop.execute(store::connect);
        return store.opened;
    }

    BrokerId self() {
        return self;
    }

    @Override
    public ClusterImage image() {
        return image;
    }

    @Override
    public SessionState session() {
        return session;
    }

    @Override
    public CompletionStage<ClusterImage> change(Function<ClusterImage, List<ClusterDelta>> decide) {
        var done = new CompletableFuture<ClusterImage>();
        loop.execute(() -> {
            if (closed) {
                done.completeExceptionally(closing());
                return;
            }
            waiting.add(new Change(decide, done));
            step();
        });
        return done;
    }

    @Override
    public void follow(Consumer<ClusterImage> listener) {
        loop.execute(() -> {
            listener.accept(image);
            followers.add(listener);
        });
    }

    @Override
    public void followSession(Consumer<SessionState> listener) {
        loop.execute(() -> {
            listener.accept(session);
            sessionFollowers.add(listener);
        });
    }

    /** Stands for controller: the listener is told, on the loop, whenever this broker should reign and whenever it no longer should. */
    public void stand(Consumer<Boolean> listener) {
        loop.execute(() -> {
            candidate = listener;
            standAgain();
            judge();
        });
    }

    @Override
    public void close() {
        loop.execute(() -> {
            closed = true;
            waiting.forEach(change -> change.done().completeExceptionally(closing()));
            waiting.clear();
            if (unknown != null) {
                unknown.change.done().completeExceptionally(closing());
            }
            wire.close();
        });
    }

    private static BrokerException closing() {
        return new BrokerException(ErrorCode.BROKER_NOT_AVAILABLE, "the metadata store is closed");
    }

    // ---- the connection

    private void connect() {
        if (closed) {
            return;
        }
        var attempt = zooKeeper.wire(this, loop);
        wire = attempt;
        heardNanos = clock.nanos();
        attempt.connect(sessionId, present -> connected(attempt, present));
        var number = reconnects;
        loop.schedule(zooKeeper.sessionTimeout().dividedBy(2), () -> {
            if (reconnects == number && !connected) {
                reconnect();
            }
        });
    }

    private void reconnect() {
        reconnects++;
        wire.breakOff();
        loop.schedule(RECONNECT, this::connect);
        if (disconnectedNanos() > zooKeeper.sessionTimeout().toNanos()) {
            become(SessionState.LOST);
        }
    }

    private long disconnectedNanos() {
        return lostNanos == Long.MAX_VALUE ? 0 : clock.nanos() - lostNanos;
    }

    private void connected(SimZooKeeper.Wire by, long present) {
        if (wire != by || closed) {
            return;
        }
        connected = true;
        lostNanos = Long.MAX_VALUE;
        heardNanos = clock.nanos();
        lookAtAll = true;
        if (present != sessionId && session != SessionState.NEW) {
            become(SessionState.LOST);
        }
        sessionId = present;
        ownSessions.add(present);
        if (candidate != null) {
            standAgain();
        }
        ping(by);
        step();
    }

    /** Several times in a session's life; where nothing is heard for long enough, or the wire is seen to be broken, it is given up. */
    private void ping(SimZooKeeper.Wire by) {
        if (wire != by || closed) {
            return;
        }
        if (by.isBroken()
                || clock.nanos() - heardNanos > zooKeeper.sessionTimeout().toNanos() * 2 / 3) {
            disconnected();
            return;
        }
        by.ping(() -> heardNanos = clock.nanos());
        loop.schedule(zooKeeper.sessionTimeout().dividedBy(8), () -> ping(by));
    }

    private void disconnected() {
        connected = false;
        busy = false;
        lostNanos = clock.nanos();
        if (underWay != null) {
            unknown = underWay;
            unknown.isUnderWay = true;
            underWay = null;
        }
        if (session == SessionState.HELD) {
            become(SessionState.SUSPENDED);
        }
        reign(false);
        reconnect();
    }

    private void become(SessionState next) {
        if (next != session) {
            session = next;
            sessionFollowers.forEach(follower -> follower.accept(next));
        }
    }

    // ---- reading

    /** A watch says so. */
    void noticed(Set<String> paths) {
        dirty.addAll(paths);
        step();
    }

    private void step() {
        if (busy || closed || !connected) {
            return;
        }
        if (lookAtAll) {
            lookAtAll = false;
            busy = true;
            dirty.clear();
            var by = wire;
            by.read(Set.of(), all -> {
                if (by == wire) {
                    nodes = new HashMap<>(all);
                    looked();
                }
            });
        } else if (!dirty.isEmpty()) {
            busy = true;
            var paths = Set.copyOf(dirty);
            dirty.clear();
            var by = wire;
            by.read(paths, found -> {
                if (by == wire) {
                    nodes.keySet().removeAll(paths);
                    nodes.putAll(found);
                    looked();
                }
            });
        } else if (unknown != null) {
            settle(unknown);
        } else if (!waiting.isEmpty()) {
            attempt(new Attempt(waiting.remove()));
        }
    }

    private void looked() {
        busy = false;
        publish();
        judge();
        opened.complete(this);
        step();
    }

    private void publish() {
        var own = nodes.get(SimNodes.broker(self));
        var ours = own != null && own.owner() == sessionId;
        if (!ours && session == SessionState.HELD) {
            become(SessionState.LOST);
        }
        var next = SimNodes.image(nodes, image.version() + 1);
        if (!next.equals(withVersion(image, next.version()))) {
            image = next;
            followers.forEach(follower -> follower.accept(next));
        }
        if (ours) {
            become(SessionState.HELD);
        } else if (session == SessionState.LOST) {
            become(SessionState.NEW);
        }
    }

    private static ClusterImage withVersion(ClusterImage image, long version) {
        return new ClusterImage(
                version,
                image.clusterId(),
                image.controller(),
                image.controllerEpoch(),
                image.brokers(),
                image.topics(),
                image.topicNames(),
                image.nextProducerId(),
                image.groupConfigs(),
                image.brokerConfigs());
    }

    // ---- changing

    private void attempt(Attempt attempt) {
        List<Write> writes;
        try {
            var deltas = attempt.change.decide().apply(image);
            if (!deltas.isEmpty()) {
                image.with(deltas);
            }
            writes = new ArrayList<>(SimNodes.writes(nodes, image, deltas, sessionId, ownSessions));
        } catch (RuntimeException refusal) {
            attempt.change.done().completeExceptionally(refusal);
            step();
            return;
        }
        if (writes.isEmpty()) {
            attempt.change.done().complete(image);
            step();
            return;
        }
        busy = true;
        attempt.note = nonce + " " + ++notes;
        writes.add(write(attempt.note));
        attempt.paths.clear();
        writes.forEach(write -> attempt.paths.add(write.path()));
        underWay = attempt;
        var by = wire;
        by.make(writes, answer -> {
            if (by == wire && underWay == attempt) {
                attempt.tookEffect = answer == Answer.DONE;
                answered(attempt);
            }
        });
    }

    private Write write(String note) {
        var path = SimNodes.attempts(self);
        var before = nodes.get(path);
        if (before == null) {
            return new Write(Write.Kind.CREATE, path, -1, List.of(note));
        }
        var lines = new ArrayList<>(List.of(note));
        noted().stream().filter(other -> !other.startsWith(nonce + " ")).forEach(lines::add);
        return new Write(Write.Kind.SET, path, before.version(), List.copyOf(lines));
    }

    /** The last attempt that took effect of each process under this id. */
    private List<String> noted() {
        var node = nodes.get(SimNodes.attempts(self));
        return node == null
                ? List.of()
                : ((List<?>) node.content()).stream().map(String.class::cast).toList();
    }

    /** From now on the last transaction cannot take effect any more, unless it already has. */
    private void fence(Attempt attempt) {
        busy = true;
        underWay = attempt;
        var by = wire;
        by.make(List.of(write(nonce + " " + ++notes)), answer -> {
            if (by == wire && underWay == attempt) {
                attempt.isUnderWay = answer != Answer.DONE;
                answered(attempt);
            }
        });
    }

    private void answered(Attempt attempt) {
        underWay = null;
        busy = false;
        unknown = attempt;
        dirty.addAll(attempt.paths);
        step();
    }

    /** The note tells whether the last attempt took effect. */
    private void settle(Attempt attempt) {
        unknown = null;
        if (attempt.tookEffect || noted().contains(attempt.note)) {
            attempt.change.done().complete(image);
            step();
        } else if (attempt.isUnderWay) {
            fence(attempt);
        } else {
            attempt(attempt);
        }
    }

    // ---- the controller's latch

    private void standAgain() {
        var path = SimZooKeeper.LATCH + sessionId;
        wire.make(List.of(new Write(Write.Kind.CREATE_FOR_SESSION, path, -1, self)), ignored -> {});
    }

    private void judge() {
        if (candidate != null && connected) {
            var first = nodes.entrySet().stream()
                    .filter(node -> node.getKey().startsWith(SimZooKeeper.LATCH))
                    .map(Map.Entry::getValue)
                    .min(Comparator.comparingLong(Node::created));
            reign(first.isPresent() && first.get().owner() == sessionId);
        }
    }

    private void reign(boolean now) {
        if (now != reigns) {
            reigns = now;
            candidate.accept(now);
        }
    }
}
