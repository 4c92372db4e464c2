package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.server.SimulatedServer;
import org.isthmus.broker.sim.History;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimLoop;
import org.isthmus.broker.sim.SimStreams;

/**
 * Applications, each in a process of its own, and the broker that they share a queue at: the provider, the client, the protocol and the broker are the
 * real ones; time, threads, network and disk are simulated, and a seed decides all that chance does otherwise. For a while connections are cut,
 * processes are killed and the broker dies or stops; then everything heals, and what is left must be what nobody had.
 */
final class JmsWorld {
    static final IsthmusQueue COPIES = new IsthmusQueue("copies");

    /** So that nothing is ever given up. */
    static final RedeliveryPolicy REDELIVERY = new RedeliveryPolicy(-1, 0, 1, 3_600_000, "");

    private static final Duration TROUBLE = Duration.ofSeconds(12);
    /** Until consumers have looked for partitions, and been handed what is in them. */
    private static final Duration GROWTH = Duration.ofSeconds(30);

    private static final int MOST_PARTITIONS = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    /** What a client that was killed left open ends by its time. */
    private static final long LONGER_THAN_A_TRANSACTION_MS = 30_000;

    private static final Endpoint.Tcp BROKER = new Endpoint.Tcp("broker", 9092);

    private final Random random;
    private final SimClock clock = new SimClock();
    private final SimLoop loops;
    private final SimStreams streams;
    private final SimulatedServer server;
    private final JmsLedger ledger = new JmsLedger(clock);
    private final History history = new History(clock);
    private final List<Application> applications = new ArrayList<>();
    private final boolean isPeaceful;
    private final JmsSource source;
    private final JmsFeatures features;
    /** What subscriptions want, whose consumers all want the same. */
    private final JmsChoice choice;
    /** What transaction managers have in their logs, by the names of the branches. */
    private final Map<String, JmsBranch> branches = new TreeMap<>();

    private long restartNanos;
    private int names;
    private int partitions;
    private boolean over;
    private AssertionError finding;

    /** A program, in the process that it runs in at present. */
    private final class Application {
        private final String name;
        private final Role role;
        private SimProcess process;
        private SimProcess.Actor actor;
        private int lives;
        private int losses;
        private long lostNanos;

        private Application(String name, Role role) {
            this.name = name;
            this.role = role;
        }

        private void begin() {
            process = newProcess(name + "#" + lives++);
            actor = process.begin(role.in(process));
        }

        private void kill() {
            history.add(name + " is killed");
            process.kill();
            ledger.killed(process);
            lost();
        }

        private void lost() {
            losses++;
            lostNanos = clock.nanos();
        }
    }

    private interface Role {
        SimProcess.Work in(SimProcess process);
    }

    JmsWorld(long seed, JmsFeatures features) {
        this.features = features;
        partitions = features.partitions();
        random = new Random(seed);
        loops = new SimLoop(random, clock);
        streams = new SimStreams(random, clock, loops);
        server = new SimulatedServer(
                BROKER,
                random,
                clock,
                loops,
                streams,
                Map.of(
                        "offsets.topic.num.partitions",
                        "1",
                        "transaction.state.log.num.partitions",
                        "2",
                        // Everything is too old at once, so what somebody still needs is kept for that alone.
                        "log.retention.ms",
                        "1"));
        isPeaceful = random.nextInt(8) == 0;
        var senders = 1 + random.nextInt(2);
        source = JmsSource.values()[random.nextInt(JmsSource.values().length)];
        var receivers = source.isShared() ? 1 + random.nextInt(3) : 1;
        choice = features.selectors() && source != JmsSource.QUEUE ? JmsChoice.any(random) : JmsChoice.ALL;
        for (var i = 0; i < senders; i++) {
            applications.add(new Application("sender" + i, process -> new JmsSender(this, process)));
        }
        for (var i = 0; i < receivers; i++) {
            applications.add(
                    new Application("receiver" + i, process -> new JmsRoles.Receiver(this, process, receivers == 1)));
        }
        if (features.requests()) {
            var requests = new JmsRequests(this);
            applications.add(new Application("asking", requests::asking));
            applications.add(new Application("answering", requests::answering));
        }
    }

    private SimProcess newProcess(String name) {
        return new SimProcess(
                name, random, clock, loops, streams, BROKER, !features.nonPersistent() || random.nextBoolean());
    }

    // ---- what applications know of it

    Random random() {
        return random;
    }

    JmsSource source() {
        return source;
    }

    JmsFeatures features() {
        return features;
    }

    /** What a new consumer wants. */
    JmsChoice newChoice() {
        return features.selectors() && source == JmsSource.QUEUE ? JmsChoice.any(random) : choice;
    }

    JmsLedger ledger() {
        return ledger;
    }

    History history() {
        return history;
    }

    /** Whether nothing is lost. */
    boolean isPeaceful() {
        return isPeaceful;
    }

    /** Whether they should come to an end. */
    boolean isOver() {
        return over;
    }

    String newName(String kind) {
        return kind + names++;
    }

    JmsBranch newBranch() {
        var branch = new JmsBranch(newName("branch"));
        branches.put(branch.name(), branch);
        return branch;
    }

    /** Ends a prepared branch as was decided. Where that fails, nobody knows whether it has ended. */
    void end(XAResource resource, JmsBranch branch) throws XAException {
        if (branch.isToCommit()) {
            try {
                resource.commit(branch, false);
            } catch (XAException e) {
                if (e.errorCode != XAException.XAER_NOTA) {
                    throw e;
                }
            }
        } else {
            ledger.unprepared(branch.texts());
            resource.rollback(branch);
        }
        ended(branch, branch.isToCommit());
    }

    void ended(JmsBranch branch, boolean committed) {
        history.add(branch.name() + (committed ? " is committed: " : " is rolled back: ") + branch.texts());
        branches.remove(branch.name());
        if (committed) {
            ledger.moved(branch.name(), branch.texts());
        }
    }

    /** How often an application has lost something: a connection, its process or the broker. */
    int losses(SimProcess process) {
        return of(process).losses;
    }

    boolean hasLostLately(SimProcess process) {
        var application = of(process);
        return application.losses > 0 && clock.nanos() - application.lostNanos < JmsLedger.UNAWARE_NANOS;
    }

    private Application of(SimProcess process) {
        return applications.stream()
                .filter(each -> each.process == process)
                .findFirst()
                .orElseThrow();
    }

    /** Found where it cannot be thrown to whoever runs the simulation. */
    void found(AssertionError what) {
        finding = what;
    }

    // ---- the story

    /** Lets all of it happen. Returns how much came of it. */
    int run() {
        try {
            server.start();
            stepUntil("the broker serves", server::serves);
            if (features.partitions() > 1) {
                act("the topic is there", this::create);
            }
            act("the subscription is there", this::subscribe);
            applications.forEach(Application::begin);
            trouble();
            heal();
            if (features.branches()) {
                act("what is in doubt is ended", this::recover);
            }
            act("what is left is drained", this::drain);
            return ledger.check(choice);
        } finally {
            applications.stream().filter(each -> each.process != null).forEach(each -> each.process.kill());
        }
    }

    private void trouble() {
        var end = clock.nanos() + (features.grows() ? GROWTH : TROUBLE).toNanos();
        while (clock.nanos() < end) {
            var next = clock.nanos() + (long) (random.nextDouble() * random.nextDouble() * 3e9);
            while (clock.nanos() < next) {
                step();
            }
            if (features.grows() && random.nextInt(3) == 0) {
                grow();
            }
            if (!isPeaceful) {
                disturb();
            }
        }
    }

    private void grow() {
        if (server.serves() && partitions < MOST_PARTITIONS) {
            history.add("the topic gets partition " + partitions);
            server.grow(source.destination().getName(), ++partitions);
        }
    }

    private void disturb() {
        var application = applications.get(random.nextInt(applications.size()));
        switch (random.nextInt(14)) {
            case 0, 1, 2, 3 -> {
                history.add(application.process.cutSome() + " connections of " + application.name + " are cut");
                application.lost();
                ledger.lost(application.process);
            }
            case 4 -> {
                application.kill();
                application.begin();
            }
            case 5 -> {
                if (server.isUp()) {
                    history.add("the broker's process dies");
                    server.crashProcess();
                    serverLost();
                }
            }
            case 6 -> {
                if (server.isUp()) {
                    history.add("the broker's machine loses its power");
                    server.crashMachine();
                    serverLost();
                }
            }
            case 7 -> {
                if (server.isUp()) {
                    var after = 1 + random.nextInt(60);
                    history.add("the broker's machine will lose its power after " + after + " operations");
                    server.disk().crashAfter(after);
                }
            }
            case 8 -> {
                if (server.serves()) {
                    history.add("the broker stops");
                    server.stop();
                    serverLost();
                }
            }
            case 9 -> streams.mostDelay(Duration.ofMillis(5 + random.nextInt(150)));
            default -> streams.mostDelay(Duration.ofMillis(5));
        }
    }

    private void serverLost() {
        applications.forEach(each -> {
            each.lost();
            ledger.lost(each.process);
        });
        restartNanos = clock.nanos() + (long) (random.nextDouble() * 2e9);
    }

    private void heal() {
        history.add("everything heals");
        over = true;
        server.disk().crashAfter(Long.MAX_VALUE);
        streams.mostDelay(Duration.ofMillis(5));
        stepUntil("the broker serves", server::serves);
        if (!isPeaceful && random.nextBoolean()) {
            applications.forEach(Application::kill);
        }
        stepUntil("the applications are done", () -> applications.stream().allMatch(each -> each.actor.hasEnded()));
    }

    private interface Act {
        void in(SimProcess process) throws Exception;
    }

    /** Has something done by a process that nothing happens to. */
    private void act(String what, Act act) {
        history.add(what);
        var process = newProcess("somebody");
        var actor = process.begin(() -> act.in(process));
        stepUntil(what, actor::hasEnded);
        process.kill();
    }

    private interface Attempt<T> {
        T make() throws JMSException;
    }

    /** What somebody had alone who was killed is free when the broker has heard of that. */
    private static <T> T onceItIsFree(Attempt<T> attempt) throws JMSException {
        for (; ; ) {
            try {
                return attempt.make();
            } catch (InvalidClientIDException | IllegalStateException taken) {
                SimProcess.running().pause(Duration.ofMillis(100));
            }
        }
    }

    private IsthmusXAConnection connect(SimProcess process) throws JMSException {
        return onceItIsFree(() -> process.connect(source.clientId(), REDELIVERY, false));
    }

    private void create(SimProcess process) throws JMSException {
        try (var connection = connect(process)) {
            // Of a topic that is no queue by its settings, what a queue's group has not heard of is old at once.
            var settings = features.grows() && source == JmsSource.QUEUE
                    ? Map.of("isthmus.queue", "true")
                    : Map.<String, String>of();
            var topic = new NewTopic(source.destination().getName(), features.partitions(), settings);
            JmsErrors.await(connection.client().createTopic(topic), "creating the topic");
        }
    }

    /** As transaction managers do when they come back: what was decided is done, and the rest is rolled back. */
    private void recover(SimProcess manager) throws Exception {
        try (var connection = connect(manager);
                var session = connection.createXASession()) {
            var resource = session.getXAResource();
            for (var xid : resource.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN)) {
                var branch = branches.get(JmsBranch.nameOf(xid));
                assertThat(branch)
                        .as("whoever prepared %s", JmsBranch.nameOf(xid))
                        .isNotNull();
                end(resource, branch);
            }
            for (var branch : List.copyOf(branches.values())) {
                if (branch.isToCommit()) {
                    ended(branch, true);
                }
            }
        }
    }

    /** What is sent before a subscription began is not for it. */
    private void subscribe(SimProcess process) throws JMSException {
        try (var connection = connect(process)) {
            source.consumer(connection.createSession(), choice).close();
        }
    }

    /** Somebody who has lost nothing gets what is left. */
    private void drain(SimProcess verifier) throws JMSException {
        var by = new JmsLedger.Holder("verifier", verifier, false, choice);
        var begun = clock.nanos();
        try (var connection = connect(verifier)) {
            connection.start();
            var session = connection.createSession();
            var left = onceItIsFree(() -> source.consumer(session, choice));
            for (var message = left.receive(LONGER_THAN_A_TRANSACTION_MS);
                    message != null;
                    message = left.receive(LONGER_THAN_A_TRANSACTION_MS)) {
                history.add("left is " + message.getBody(String.class));
                ledger.drained(by, message, begun);
            }
            var copies = session.createConsumer(COPIES);
            for (var copy = copies.receive(1_000); copy != null; copy = copies.receive(1_000)) {
                ledger.copied(copy);
            }
        }
    }

    // ---- steps

    private interface Condition {
        boolean isMet();
    }

    private void stepUntil(String what, Condition condition) {
        var end = clock.nanos() + PATIENCE.toNanos();
        while (!condition.isMet()) {
            assertThat(clock.nanos()).as("%s within %s", what, PATIENCE).isLessThan(end);
            step();
        }
    }

    private void step() {
        if (!loops.step()) {
            clock.advance(Duration.ofMillis(1));
        }
        if (finding != null) {
            throw finding;
        }
        if (server.hasLostPower()) {
            history.add("the broker's machine loses its power in the middle of something");
            server.crashMachine();
            serverLost();
        }
        if (!server.isUp() && clock.nanos() >= restartNanos) {
            history.add("the broker starts");
            server.start();
        }
    }
}
