package org.isthmus.broker.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.runtime.EventLoop;

/**
 * One ZooKeeper on the thread of the test, as far as brokers use it: nodes with versions, transactions of writes that name the versions they
 * are based on, nodes that end with their session, watches that only say what to look at. Requests and answers of a connection keep their
 * order and take a while; a connection that breaks takes answers with it, of what took effect as well.
 */
public final class SimZooKeeper {
    private static final Duration LOOK_AT_SESSIONS = Duration.ofMillis(100);

    /** Where all the nodes of candidates for the reign lie: the first reigns. */
    static final String LATCH = "latch/";

    private final Random random;
    private final SimClock clock;
    private final EventLoop loop;
    private final Duration sessionTimeout;
    private final Duration mostDelay;
    private final Map<Long, Session> sessions = new LinkedHashMap<>();
    private final Set<BrokerId> cutOff = new HashSet<>();
    private final List<Wire> wires = new ArrayList<>();
    private TreeMap<String, Node> nodes = new TreeMap<>();
    private ClusterImage truth;
    private long zxid = 1;
    private long sessionsMade;

    /** What is kept under a name. */
    record Node(Object content, int version, long created, long owner) {}

    /** One write of a transaction; the version is that of the node as the writer knows it, −1 for one that is not there. */
    record Write(Kind kind, String path, int version, Object content) {
        enum Kind {
            CREATE,
            CREATE_FOR_SESSION,
            SET,
            DELETE,
            CHECK
        }
    }

    /** What a client hears of a request; the last is all that it knows where the connection broke. */
    enum Answer {
        DONE,
        CONFLICT,
        UNKNOWN
    }

    private static final class Session {
        private final long id;
        private long heardNanos;
        private Wire wire;

        private Session(long id, Wire wire) {
            this.id = id;
            this.wire = wire;
        }
    }

    public SimZooKeeper(Random random, SimClock clock, SimLoop loops, Duration sessionTimeout, Duration mostDelay) {
        this.random = random;
        this.clock = clock;
        this.loop = loops.newLoop();
        this.sessionTimeout = sessionTimeout;
        this.mostDelay = mostDelay;
        SimNodes.initial(random).forEach((path, content) -> nodes.put(path, new Node(content, 0, zxid, 0)));
        lookAtSessions();
    }

    Duration sessionTimeout() {
        return sessionTimeout;
    }

    /** The cluster as it is in truth, which no broker may know yet. */
    public ClusterImage truth() {
        if (truth == null || truth.version() != zxid) {
            truth = SimNodes.image(nodes, zxid);
        }
        return truth;
    }

    // ---- what the simulation does to it

    /** From now on nothing goes either way between the broker and here; what is under way to here still arrives. */
    public void cutOff(BrokerId broker) {
        cutOff.add(broker);
        breakConnection(broker);
    }

    public void heal(BrokerId broker) {
        cutOff.remove(broker);
    }

    public void heal() {
        cutOff.clear();
    }

    /** The broker's connection breaks; it may come back at once. */
    public void breakConnection(BrokerId broker) {
        List.copyOf(wires).stream()
                .filter(wire -> wire.client.self().equals(broker))
                .forEach(Wire::breakOff);
    }

    /** Ends the broker's session before its time, as an administrator can. */
    public void expire(BrokerId broker) {
        var found = sessions.values().stream()
                .filter(session -> session.wire.client.self().equals(broker))
                .toList();
        found.forEach(this::end);
    }

    // ---- sessions

    private void lookAtSessions() {
        loop.schedule(LOOK_AT_SESSIONS, () -> {
            var late = sessions.values().stream()
                    .filter(session -> clock.nanos() - session.heardNanos > sessionTimeout.toNanos())
                    .toList();
            late.forEach(this::end);
            lookAtSessions();
        });
    }

    private void end(Session session) {
        sessions.remove(session.id);
        var gone = new HashSet<String>();
        nodes.forEach((path, node) -> {
            if (node.owner() == session.id) {
                gone.add(path);
            }
        });
        if (!gone.isEmpty()) {
            zxid++;
            nodes.keySet().removeAll(gone);
            notice(gone);
        }
        session.wire.breakOff();
    }

    private void notice(Set<String> paths) {
        for (var session : List.copyOf(sessions.values())) {
            session.wire.toClient(() -> session.wire.client.noticed(paths));
        }
    }

    // ---- connections

    /** A connection of one client. Everything is called by the client; what it is told, it is told on its loop. */
    final class Wire {
        private final SimMetadataStore client;
        private final EventLoop clientLoop;
        private boolean broken;
        private long lastUpNanos;
        private long lastDownNanos;
        private long session = -1;

        private Wire(SimMetadataStore client, EventLoop clientLoop) {
            this.client = client;
            this.clientLoop = clientLoop;
            wires.add(this);
        }

        /** Goes on with a session, or begins another one where that is over. */
        void connect(long known, Consumer<Long> connected) {
            toServer(() -> {
                var present = sessions.get(known);
                if (present == null) {
                    present = new Session(++sessionsMade, this);
                    sessions.put(present.id, present);
                } else {
                    present.wire.breakOff();
                    present.wire = this;
                }
                present.heardNanos = clock.nanos();
                session = present.id;
                toClient(() -> connected.accept(session));
            });
        }

        void ping(Runnable heard) {
            toServer(() -> {
                if (hear()) {
                    toClient(heard);
                }
            });
        }

        void make(List<Write> writes, Consumer<Answer> answered) {
            toServer(() -> {
                if (!sessions.containsKey(session)) {
                    return;
                }
                var answer = apply(writes, session) ? Answer.DONE : Answer.CONFLICT;
                if (hear()) {
                    toClient(() -> answered.accept(answer));
                }
            });
        }

        /** Reads each of these, one after another, or everything where nothing is named. */
        void read(Set<String> paths, Consumer<Map<String, Node>> read) {
            if (paths.isEmpty()) {
                toServer(() -> {
                    var all = Map.copyOf(nodes);
                    toClient(() -> read.accept(all));
                });
                return;
            }
            var found = new HashMap<String, Node>();
            for (var path : new TreeSet<>(paths)) {
                toServer(() -> {
                    var node = nodes.get(path);
                    if (node != null) {
                        found.put(path, node);
                    }
                });
            }
            toServer(() -> toClient(() -> read.accept(found)));
        }

        void close() {
            toServer(() -> {
                var present = sessions.get(session);
                if (present != null) {
                    end(present);
                }
            });
        }

        boolean isBroken() {
            return broken;
        }

        private boolean hear() {
            var present = sessions.get(session);
            if (present == null || present.wire != this) {
                return false;
            }
            present.heardNanos = clock.nanos();
            return true;
        }

        /** What is on its way to the server arrives; nothing that it says afterwards does. */
        void breakOff() {
            broken = true;
            wires.remove(this);
        }

        private void toServer(Runnable task) {
            if (!broken && !cutOff.contains(client.self())) {
                lastUpNanos = Math.max(lastUpNanos, clock.nanos() + delayNanos());
                loop.schedule(Duration.ofNanos(lastUpNanos - clock.nanos()), task);
            }
        }

        private void toClient(Runnable task) {
            if (!broken && !cutOff.contains(client.self())) {
                lastDownNanos = Math.max(lastDownNanos, clock.nanos() + delayNanos());
                clientLoop.schedule(Duration.ofNanos(lastDownNanos - clock.nanos()), () -> {
                    if (!broken) {
                        task.run();
                    }
                });
            }
        }

        private long delayNanos() {
            var share = random.nextInt(8) == 0 ? random.nextDouble() : random.nextDouble() / 10;
            return (long) (share * mostDelay.toNanos());
        }
    }

    Wire wire(SimMetadataStore client, EventLoop clientLoop) {
        return new Wire(client, clientLoop);
    }

    /** All of the writes, or none where one finds another version than it names. */
    private boolean apply(List<Write> writes, long session) {
        var next = new TreeMap<>(nodes);
        var touched = new HashSet<String>();
        for (var write : writes) {
            var path = write.path();
            var node = next.get(path);
            if ((node == null ? -1 : node.version()) != write.version()) {
                return false;
            }
            switch (write.kind()) {
                case CREATE -> next.put(path, new Node(write.content(), 0, zxid + 1, 0));
                case CREATE_FOR_SESSION -> next.put(path, new Node(write.content(), 0, zxid + 1, session));
                case SET -> next.put(path, new Node(write.content(), node.version() + 1, node.created(), node.owner()));
                case DELETE -> next.remove(path);
                case CHECK -> {}
            }
            if (write.kind() != Write.Kind.CHECK) {
                touched.add(path);
            }
        }
        nodes = next;
        zxid++;
        notice(touched);
        return true;
    }
}
