package org.isthmus.broker.zookeeper;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.framework.recipes.watch.PersistentWatcher;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.SessionState;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.IdSource;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of a cluster in ZooKeeper. One loop owns everything here and does one thing at a time: it reads all after a connection, or
 * what a watch named, or makes a change; each ends with a new image where there is news.
 *
 * <p>A refusal is told only once all is known here that others had done when it was asked for. Clients ask several brokers, and what one of
 * them has told them no other one may deny.
 *
 * <p>A change is one transaction of writes that name the versions they are based on, and of a note that is this attempt's alone. Where an
 * answer is lost, the note tells whether the attempt took effect. Where it did not, another note is written first of all, based on the version of
 * the last: after that the lost one cannot take effect any more, and only then is it decided again. Nothing is repeated blindly. Whoever notes
 * something leaves the last notes of other processes under its broker's id, which may be alive: one that had stood still, or that somebody started twice.
 */
public final class CuratorMetadataStore implements MetadataStore {
    private static final System.Logger log = System.getLogger(CuratorMetadataStore.class.getName());
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final int MAX_CHANGES_TOGETHER = 100;
    private static final int MAX_WRITES_TOGETHER = 2_000;
    /** Attempts that others came before. Each means that somebody made progress, so this many mean that something is wrong. */
    private static final int MAX_ATTEMPTS = 1_000;
    /** Processes under one id whose last notes are kept. */
    private static final int MAX_NOTES = 8;

    private final CuratorFramework client;
    private final BrokerId self;
    private final EventLoop loop;
    private final String nonce;
    private final PersistentWatcher watcher;
    private final List<Consumer<ClusterImage>> followers = new CopyOnWriteArrayList<>();
    private final List<Consumer<SessionState>> sessionFollowers = new CopyOnWriteArrayList<>();
    private final Set<String> dirty = new HashSet<>();
    private final Deque<Change> waiting = new ArrayDeque<>();
    /** Refused on what was known here, which others may have changed meanwhile. */
    private final Deque<Change> doubted = new ArrayDeque<>();

    private final Set<Long> ownSessions = new HashSet<>();

    private Mirror mirror;
    private volatile ClusterImage image;
    private volatile SessionState session = SessionState.NEW;
    private @Nullable Attempt unknown;
    private long sessionId;
    private int attemptVersion;
    /** Of each process under this id, latest first. */
    private List<String> lastNotes = List.of();

    private long notes;
    private boolean connected;
    private boolean lookAtAll;
    private boolean busy;
    private boolean closed;

    /** @param isCaughtUp whether all is known here that anybody knew when it was asked for */
    private record Change(
            Function<ClusterImage, List<ClusterDelta>> decide,
            CompletableFuture<ClusterImage> done,
            boolean isCaughtUp) {
        Change caughtUp() {
            return new Change(decide, done, true);
        }
    }

    /** Changes that are made together, and what is known of the last transaction that was to make them. */
    private static final class Attempt {
        final List<Change> changes = new ArrayList<>();
        final Set<String> paths = new HashSet<>();
        List<String> after = List.of();
        String note = "";
        int count;
        /** It may take effect at any time, or have done so. */
        boolean isUnderWay;

        boolean tookEffect;
    }

    private CuratorMetadataStore(CuratorFramework client, BrokerId self, UUID clusterId, EventLoop loop, IdSource ids) {
        this.client = client;
        this.self = self;
        this.loop = loop;
        this.nonce = ids.nextUuid().toString();
        this.mirror = new Mirror(clusterId);
        this.image = mirror.image(0);
        this.watcher = new PersistentWatcher(client, ZNodes.STATE, true);
        watcher.getListenable().addListener(this::noticed);
        // What happened before the watch was set is not told.
        watcher.getResetListenable()
                .addListener(() -> loop.execute(() -> {
                    lookAtAll = true;
                    step();
                }));
        client.getConnectionStateListenable().addListener((ignored, state) -> loop.execute(() -> connection(state)));
    }

    /**
     * Connects, makes the cluster where there is none, and returns once everything has been read. This broker is not registered yet.
     *
     * @throws IOException where ZooKeeper is not reached in time, or refuses
     */
    public static CuratorMetadataStore open(ZooKeeperConfig config, BrokerId self, IdSource ids, EventLoop loop)
            throws IOException {
        return open(builder(config).build(), config, self, ids, loop);
    }

    static CuratorFrameworkFactory.Builder builder(ZooKeeperConfig config) {
        return CuratorFrameworkFactory.builder()
                .connectString(config.servers())
                .namespace(config.root())
                .sessionTimeoutMs(Math.toIntExact(config.sessionTimeout().toMillis()))
                .connectionTimeoutMs(Math.toIntExact(config.connectTimeout().toMillis()))
                // What to do about a lost answer is decided here, by looking.
                .retryPolicy((retries, elapsedMs, sleeper) -> false);
    }

    static CuratorMetadataStore open(
            CuratorFramework client, ZooKeeperConfig config, BrokerId self, IdSource ids, EventLoop loop)
            throws IOException {
        client.start();
        try {
            if (!client.blockUntilConnected(
                    Math.toIntExact(config.connectTimeout().toMillis()), TimeUnit.MILLISECONDS)) {
                throw new IOException("no ZooKeeper answers at " + config.servers() + " within "
                        + config.connectTimeout().toSeconds() + " s");
            }
            var store = new CuratorMetadataStore(client, self, clusterId(client, ids), loop, ids);
            store.begin();
            return store;
        } catch (Exception e) {
            client.close();
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw e instanceof IOException failure ? failure : new IOException(config.servers() + ": " + e, e);
        }
    }

    private static UUID clusterId(CuratorFramework client, IdSource ids) throws Exception {
        make(client, ZNodes.CLUSTER, ZNodes.encodeText(ids.nextUuid().toString()));
        return UUID.fromString(ZNodes.text(client.getData().forPath(ZNodes.CLUSTER)));
    }

    private static void make(CuratorFramework client, String path, byte[] content) throws Exception {
        try {
            client.create().creatingParentsIfNeeded().forPath(path, content);
        } catch (KeeperException.NodeExistsException there) {
            log.log(System.Logger.Level.TRACE, "Is there: {0}", path);
        }
    }

    private void begin() throws Exception {
        for (var folder :
                List.of(ZNodes.BROKERS, ZNodes.TOPICS, ZNodes.PARTITIONS, ZNodes.GROUPS, ZNodes.BROKER_SETTINGS)) {
            make(client, folder, new byte[0]);
        }
        make(client, ZNodes.CONTROLLER, ZNodes.encode(BrokerId.NONE));
        make(client, ZNodes.PRODUCER_IDS, ZNodes.encode(0));
        make(client, ZNodes.attempts(self), new byte[0]);
        watcher.start();
        var first = new CompletableFuture<ClusterImage>();
        loop.execute(() -> {
            waiting.add(new Change(present -> List.of(), first, false));
            connection(ConnectionState.CONNECTED);
        });
        first.get(client.getZookeeperClient().getConnectionTimeoutMs(), TimeUnit.MILLISECONDS);
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
            waiting.add(new Change(decide, done, false));
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

    /**
     * Stands for controller: the listener is told, on the loop, whenever this broker becomes the one that should reign and whenever it no
     * longer is. Who reigns has still to say so with {@link ClusterDelta.ControllerElected}.
     */
    public AutoCloseable stand(Consumer<Boolean> listener) throws IOException {
        var latch = new LeaderLatch(client, ZNodes.LATCH, self.toString());
        latch.addListener(new LeaderLatchListener() {
            @Override
            public void isLeader() {
                loop.execute(() -> listener.accept(true));
            }

            @Override
            public void notLeader() {
                loop.execute(() -> listener.accept(false));
            }
        });
        try {
            latch.start();
        } catch (Exception e) {
            throw new IOException("the latch of the controller cannot be reached", e);
        }
        return latch;
    }

    private void noticed(WatchedEvent event) {
        var path = event.getPath();
        if (path != null) {
            loop.execute(() -> {
                dirty.add(path);
                step();
            });
        }
    }

    private void connection(ConnectionState state) {
        if (closed) {
            return;
        }
        connected = state.isConnected();
        if (connected) {
            lookAtAll = true;
            renewSession();
            step();
        } else if (state == ConnectionState.LOST) {
            become(SessionState.LOST);
        } else if (session == SessionState.HELD) {
            become(SessionState.SUSPENDED);
        }
    }

    private void renewSession() {
        try {
            var present = client.getZookeeperClient().getZooKeeper().getSessionId();
            if (present != sessionId && session != SessionState.NEW) {
                become(SessionState.LOST);
            }
            sessionId = present;
            ownSessions.add(present);
        } catch (Exception e) {
            // The connection went as it came; its next state is on its way.
            connected = false;
            log.log(System.Logger.Level.DEBUG, "ZooKeeper was lost again", e);
        }
    }

    private void become(SessionState next) {
        if (next != session) {
            log.log(System.Logger.Level.INFO, "ZooKeeper session of broker {0}: {1}", self, next);
            session = next;
            sessionFollowers.forEach(follower -> follower.accept(next));
        }
    }

    private void step() {
        if (busy || closed || !connected) {
            return;
        }
        if (lookAtAll) {
            lookAtAll = false;
            busy = true;
            dirty.clear();
            new Reading(client, loop).all(image.clusterId(), self, this::lookedAtAll, this::failed);
        } else if (!dirty.isEmpty()) {
            busy = true;
            var paths = List.copyOf(dirty);
            dirty.clear();
            new Reading(client, loop).some(paths, mirror, self, this::looked, failure -> {
                dirty.addAll(paths);
                failed(failure);
            });
        } else if (unknown != null) {
            settle(unknown);
        } else if (!doubted.isEmpty()) {
            catchUp();
        } else if (!waiting.isEmpty()) {
            attempt(next());
        }
    }

    /** A server answers in order, so what others had done by now is noticed before the answer. */
    private void catchUp() {
        busy = true;
        new Reading(client, loop)
                .catchUp(
                        () -> {
                            busy = false;
                            while (!doubted.isEmpty()) {
                                waiting.addFirst(doubted.removeLast().caughtUp());
                            }
                            step();
                        },
                        this::failed);
    }

    private void failed(Code code) {
        busy = false;
        if (!isUnreached(code)) {
            log.log(System.Logger.Level.ERROR, "ZooKeeper could not be read: {0}", code);
        }
        // A connection that comes brings everything up to date; while there is one, there is nothing else to wait for.
        lookAtAll = true;
        if (connected) {
            loop.schedule(PAUSE, this::step);
        }
    }

    private static boolean isUnreached(Code code) {
        return code == Code.CONNECTIONLOSS
                || code == Code.SESSIONEXPIRED
                || code == Code.OPERATIONTIMEOUT
                || code == Code.SESSIONMOVED
                || code == Code.REQUESTTIMEOUT;
    }

    private void lookedAtAll(Mirror read, Reading.Note note) {
        mirror = read;
        looked(note);
    }

    private void looked(Reading.Note note) {
        busy = false;
        lastNotes = note.lines();
        attemptVersion = note.version();
        publish();
        step();
    }

    private void publish() {
        var owner = mirror.owner(self);
        var ours = owner.isPresent() && owner.get() == sessionId && connected;
        if (!ours && session == SessionState.HELD) {
            become(SessionState.LOST);
        }
        if (mirror.hasChanged()) {
            var next = mirror.image(image.version() + 1);
            image = next;
            followers.forEach(follower -> follower.accept(next));
        }
        if (ours) {
            become(SessionState.HELD);
        } else if (session == SessionState.LOST) {
            become(SessionState.NEW);
        }
    }

    private void settle(Attempt attempt) {
        unknown = null;
        if (attempt.tookEffect || lastNotes.contains(attempt.note)) {
            tidy(attempt.after);
            attempt.changes.forEach(change -> change.done().complete(image));
            step();
        } else if (attempt.isUnderWay) {
            fence(attempt);
        } else if (attempt.count >= MAX_ATTEMPTS) {
            fail(attempt, new BrokerException(ErrorCode.REQUEST_TIMED_OUT, "others came before it too often"));
            step();
        } else {
            attempt(attempt);
        }
    }

    /** From now on the last transaction cannot take effect any more, unless it already has. */
    private void fence(Attempt attempt) {
        busy = true;
        new Writing(client, loop).make(List.of(), List.of(write(newNote())), code -> {
            busy = false;
            if (code == Code.OK) {
                attempt.isUnderWay = false;
            }
            look(attempt, code);
        });
    }

    private String newNote() {
        return nonce + " " + ++notes;
    }

    private Write.Set write(String note) {
        var kept = lastNotes.stream()
                .filter(other -> !other.startsWith(nonce + " "))
                .limit(MAX_NOTES - 1)
                .toList();
        var lines = new ArrayList<>(List.of(note));
        lines.addAll(kept);
        return new Write.Set(ZNodes.attempts(self), ZNodes.encodeText(String.join("\n", lines)), attemptVersion);
    }

    private Attempt next() {
        var attempt = new Attempt();
        while (!waiting.isEmpty() && attempt.changes.size() < MAX_CHANGES_TOGETHER) {
            attempt.changes.add(waiting.remove());
        }
        return attempt;
    }

    private void attempt(Attempt attempt) {
        var plan = plan(attempt);
        if (plan.inside().isEmpty()) {
            attempt.changes.forEach(change -> change.done().complete(image));
            step();
            return;
        }
        busy = true;
        attempt.note = newNote();
        attempt.count++;
        attempt.after = plan.after();
        var writes = new ArrayList<Write>(plan.inside());
        writes.add(write(attempt.note));
        attempt.paths.clear();
        writes.forEach(write -> attempt.paths.add(write.path()));
        new Writing(client, loop).make(plan.before(), writes, code -> answered(attempt, code));
    }

    /** Decides each change on what those before it lead to. Who is refused is out of it, and so is what nothing follows from. */
    private ChangePlan plan(Attempt attempt) {
        while (true) {
            var plan = new ChangePlan(mirror, sessionId, ownSessions);
            var next = image;
            var asked = List.copyOf(attempt.changes);
            var refused = false;
            for (var i = 0; i < asked.size() && !refused; i++) {
                var change = asked.get(i);
                try {
                    var deltas = change.decide().apply(next);
                    if (!deltas.isEmpty() && plan.inside().size() > MAX_WRITES_TOGETHER) {
                        giveBack(attempt, asked.subList(i, asked.size()));
                        return plan;
                    }
                    var after = deltas.isEmpty() ? next : next.with(deltas);
                    plan.add(next, deltas);
                    next = after;
                } catch (RuntimeException refusal) {
                    // What it would have changed may be half planned, so the others are planned anew without it. A
                    // refusal may be about what a change before it is about to make; then it comes again once that
                    // can be seen.
                    refused = true;
                    if (plan.inside().isEmpty()) {
                        attempt.changes.remove(change);
                        refuse(change, refusal);
                    } else {
                        giveBack(attempt, asked.subList(i, asked.size()));
                    }
                }
            }
            if (!refused) {
                return plan;
            }
        }
    }

    private void refuse(Change change, RuntimeException refusal) {
        if (change.isCaughtUp()) {
            change.done().completeExceptionally(refusal);
        } else {
            doubted.add(change);
        }
    }

    private void giveBack(Attempt attempt, List<Change> changes) {
        attempt.changes.removeAll(changes);
        for (var i = changes.size() - 1; i >= 0; i--) {
            waiting.addFirst(changes.get(i));
        }
    }

    private void answered(Attempt attempt, Code code) {
        busy = false;
        attempt.tookEffect = code == Code.OK;
        attempt.isUnderWay = isUnreached(code);
        look(attempt, code);
    }

    /** Whatever was answered, the nodes tell how things are now. */
    private void look(Attempt attempt, Code code) {
        if (code == Code.OK || isConflict(code) || isUnreached(code)) {
            unknown = attempt;
            dirty.addAll(attempt.paths);
            lookAtAll |= isUnreached(code);
        } else {
            log.log(System.Logger.Level.ERROR, "ZooKeeper refused a change of {0}: {1}", attempt.paths, code);
            fail(attempt, new BrokerException(ErrorCode.UNKNOWN_SERVER_ERROR, "ZooKeeper refused the change: " + code));
        }
        step();
    }

    private static boolean isConflict(Code code) {
        return code == Code.BADVERSION || code == Code.NODEEXISTS || code == Code.NONODE || code == Code.NOTEMPTY;
    }

    private static void fail(Attempt attempt, RuntimeException failure) {
        attempt.changes.forEach(change -> change.done().completeExceptionally(failure));
    }

    /** Best effort: what stays behind is looked at by nobody. */
    private void tidy(List<String> paths) {
        new Writing(client, loop).delete(paths);
    }

    @Override
    public void close() {
        var ended = new CompletableFuture<Void>();
        loop.execute(() -> {
            closed = true;
            waiting.addAll(doubted);
            waiting.forEach(change -> change.done().completeExceptionally(closing()));
            waiting.clear();
            doubted.clear();
            if (unknown != null) {
                fail(unknown, closing());
            }
            ended.complete(null);
        });
        ended.join();
        watcher.close();
        client.close();
    }

    private static BrokerException closing() {
        return new BrokerException(ErrorCode.BROKER_NOT_AVAILABLE, "the metadata store is closed");
    }
}
