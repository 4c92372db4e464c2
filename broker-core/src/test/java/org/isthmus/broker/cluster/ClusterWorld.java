package org.isthmus.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.controller.NewTopicRequest;
import org.isthmus.broker.controller.Placement;
import org.isthmus.broker.controller.Reassignments;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.replica.Partition;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.sim.History;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimCrash;
import org.isthmus.broker.sim.SimLoop;
import org.isthmus.broker.sim.SimNetwork;
import org.isthmus.broker.sim.SimZooKeeper;

/** A cluster, its clients, and what happens to it: all of it follows from the seed. */
final class ClusterWorld {
    private static final Duration TROUBLE = Duration.ofSeconds(30);
    private static final Duration SETTLING = Duration.ofSeconds(40);

    private final Random random;
    private final SimClock clock = new SimClock();
    private final SimLoop loops;
    private final SimZooKeeper zooKeeper;
    private final SimNetwork network;
    private final History history = new History(clock);
    private final List<SimulatedBroker> brokers = new ArrayList<>();
    private final List<TopicPartition> partitions;
    private final List<Workload> workloads;
    private final int minInSync;
    private final int replicationFactor;
    private final boolean forces;
    private final boolean coordinates;
    private final Truth truth;
    private boolean healed;
    private ClusterImage seen;
    private AssertionError violation;

    ClusterWorld(long seed, List<Workload.Kind> kinds) {
        random = new Random(seed);
        loops = new SimLoop(random, clock);
        zooKeeper = new SimZooKeeper(
                random, clock, loops, SimulatedBroker.SESSION_TIMEOUT, Duration.ofMillis(1 + random.nextInt(300)));
        network = new SimNetwork(random, loops);
        var size = random.nextInt(4) == 0 ? 4 : 3;
        replicationFactor = random.nextInt(5) == 0 ? 2 : 3;
        minInSync = 1 + random.nextInt(replicationFactor);
        forces = random.nextInt(4) > 0;
        workloads = kinds.stream().map(kind -> kind.in(this)).toList();
        coordinates = workloads.stream().anyMatch(Workload::isCoordinated);
        partitions = workloads.stream()
                .flatMap(workload -> workload.topics().stream())
                .flatMap(topic -> Workload.partitions(topic).stream())
                .toList();
        var compacted = workloads.stream()
                .flatMap(workload -> workload.topics().stream())
                .filter(topic -> "compact".equals(topic.configs().get("cleanup.policy")))
                .map(NewTopicRequest::name)
                .toList();
        var world = new SimulatedBroker.World(
                random, clock, loops, zooKeeper, network, this::broker, coordinates, !compacted.isEmpty());
        for (var i = 0; i < size; i++) {
            brokers.add(new SimulatedBroker(new BrokerId(i), world, Map.of()));
        }
        truth = new Truth(brokers, partitions, compacted, minInSync);
    }

    // ---- what clients see

    EventLoop newClientLoop() {
        return loops.newLoop();
    }

    Random random() {
        return random;
    }

    SimNetwork network() {
        return network;
    }

    History history() {
        return history;
    }

    long nanos() {
        return clock.nanos();
    }

    /** The date, as clients see it. */
    long wallMs() {
        return clock.wallMs();
    }

    /** How far ahead of that any broker has ever been. */
    long mostAheadMs() {
        return brokers.stream()
                .mapToLong(broker -> broker.clock().mostAheadMs())
                .max()
                .orElse(0);
    }

    ClusterImage truth() {
        return zooKeeper.truth();
    }

    /** Null for none. */
    SimulatedBroker broker(BrokerId id) {
        return id.isNone() ? null : brokers.get(id.value());
    }

    /** What one of the brokers believes. */
    Optional<ClusterImage> anyImage() {
        var images = brokers.stream()
                .filter(broker -> broker.listener() != null && !broker.isPaused())
                .map(SimulatedBroker::image)
                .toList();
        return images.isEmpty() ? Optional.empty() : Optional.of(images.get(random.nextInt(images.size())));
    }

    void acknowledged(TopicPartition partition, SimulatedBroker by, long lastOffset, List<String> records) {
        truth.acknowledged(zooKeeper.truth(), partition, by, lastOffset, records);
    }

    /** What a coordinator wrote at this offset or behind; see {@link Truth#toldDone}. */
    void toldDone(TopicPartition partition, boolean beside, SimulatedBroker by, long from) {
        truth.toldDone(zooKeeper.truth(), partition, beside, by, from);
    }

    void toldEnd(TopicPartition partition, int epoch, long end) {
        truth.toldEnd(partition, epoch, end);
    }

    /** Of what is heard of a stage: what does not hold then would be kept by the stage, where nobody looks. */
    <A> BiConsumer<A, Throwable> judged(BiConsumer<? super A, ? super Throwable> heard) {
        return (answer, failure) -> {
            var cause = failure instanceof CompletionException ? failure.getCause() : failure;
            if (cause instanceof AssertionError found) {
                violation = found;
                return;
            }
            try {
                heard.accept(answer, failure);
            } catch (AssertionError found) {
                violation = found;
            } catch (SimCrash down) {
                // The world sees by the disk that the machine is down.
                throw down;
            } catch (RuntimeException defect) {
                violation = new AssertionError("a client does not get along with what it hears", defect);
            }
        };
    }

    // ---- what workloads are made of

    /** A topic in which coordinators keep their state, compacted as soon as that gains anything. */
    NewTopicRequest newStateTopic(String name, int count) {
        return newTopic(
                name,
                count,
                Map.of("cleanup.policy", "compact", "isthmus.flush", "commit", "min.cleanable.dirty.ratio", "0.2"));
    }

    /** A topic that is kept as the world's seed says. */
    NewTopicRequest newTopic(String name, int count, Map<String, String> more) {
        var configs = new HashMap<>(Map.of(
                "min.insync.replicas",
                Integer.toString(minInSync),
                "segment.bytes",
                "16384",
                "isthmus.flush",
                forces ? "commit" : "os"));
        configs.putAll(more);
        return new NewTopicRequest(name, count, replicationFactor, List.of(), configs);
    }

    /** What the leader of a partition has, where there is one with an open log. */
    Optional<LogView> leaderView(TopicPartition id) {
        return truth().partition(id)
                .filter(PartitionImage::hasLeader)
                .map(image -> broker(image.leader()).partition(id))
                .flatMap(Partition::view);
    }

    /** All that is committed, by offset. */
    List<String> records(TopicPartition partition) {
        return truth.records(partition);
    }

    /** How much the brokers' cleaners have taken away, so that a test can tell that it is about that too. */
    long compactedAway() {
        return truth.compactedAway();
    }

    // ---- the story

    /** Lets all of it happen. Returns how much came of it. */
    long run() {
        begin();
        trouble();
        heal();
        settle();
        return workloads.stream().mapToInt(Workload::achieved).sum();
    }

    private void begin() {
        brokers.forEach(SimulatedBroker::start);
        stepUntil(
                "brokers come",
                Duration.ofSeconds(30),
                () -> brokers.get(0).image() != null
                        && brokers.get(0).image().brokers().size() == brokers.size());
        var topics = workloads.stream()
                .flatMap(workload -> workload.topics().stream())
                .toList();
        for (var topic : topics) {
            var id = new UUID(random.nextLong(), random.nextLong());
            brokers.get(0).store().change(image -> List.of(new Placement(1_000, 1, 1).createTopic(image, topic, id)));
        }
        stepUntil(
                "the topics are there",
                Duration.ofSeconds(30),
                () -> truth().topics().size() == topics.size());
        workloads.forEach(Workload::begin);
    }

    private void trouble() {
        var end = clock.nanos() + TROUBLE.toNanos();
        while (clock.nanos() < end) {
            var next = clock.nanos() + (long) (random.nextDouble() * random.nextDouble() * 2e9);
            while (clock.nanos() < next) {
                step();
            }
            disturb();
        }
    }

    private void disturb() {
        var broker = brokers.get(random.nextInt(brokers.size()));
        var other = brokers.get(random.nextInt(brokers.size()));
        switch (random.nextInt(coordinates ? 32 : 28)) {
            case 0, 1 -> crash(broker);
            case 2 -> {
                if (broker.isUp() && forces) {
                    var after = 1 + random.nextInt(60);
                    history.add("broker " + broker.id() + " will crash after " + after + " operations");
                    broker.disk().crashAfter(after);
                }
            }
            case 3 -> {
                if (broker.isUp()) {
                    history.add("process of broker " + broker.id() + " dies");
                    broker.crashProcess();
                }
            }
            case 4, 5, 6, 7 ->
                brokers.stream().filter(down -> !down.isUp()).findFirst().ifPresent(down -> {
                    history.add("broker " + down.id() + " starts");
                    down.start();
                });
            case 8 -> {
                if (broker.isUp() && !broker.isPaused()) {
                    history.add("broker " + broker.id() + " stops");
                    broker.stop();
                }
            }
            case 9, 10 -> {
                if (broker.isUp() && !broker.isPaused()) {
                    history.add("broker " + broker.id() + " stands still");
                    broker.pause();
                }
            }
            case 11, 12, 13 ->
                brokers.stream().filter(SimulatedBroker::isPaused).findFirst().ifPresent(paused -> {
                    history.add("broker " + paused.id() + " goes on");
                    paused.resume();
                });
            case 14 -> part(broker.id().value(), other.id().value());
            case 15 -> {
                part(broker.id().value(), other.id().value());
                part(other.id().value(), broker.id().value());
            }
            case 16, 17 -> {
                history.add("the network heals");
                network.heal();
            }
            case 18 -> {
                history.add("the network is bad");
                network.disturb(
                        random.nextDouble() / 10,
                        random.nextDouble() / 5,
                        Duration.ofMillis(20 + random.nextInt(coordinates ? 10_000 : 2_000)));
            }
            case 19 -> {
                history.add("broker " + broker.id() + " does not reach ZooKeeper");
                zooKeeper.cutOff(broker.id());
            }
            case 20 -> {
                history.add("all reach ZooKeeper");
                zooKeeper.heal();
            }
            case 21 -> {
                history.add("broker " + broker.id() + " loses its connection to ZooKeeper");
                zooKeeper.breakConnection(broker.id());
            }
            case 22 -> {
                history.add("broker " + broker.id() + " loses its session");
                zooKeeper.expire(broker.id());
            }
            case 23 -> {
                history.add("disk of broker " + broker.id() + " fails now and then");
                broker.disk().failureRate(0.05);
            }
            case 24 -> {
                var room = random.nextInt(3_000);
                history.add("disk of broker " + broker.id() + " has room for " + room + " bytes");
                broker.disk().capacity(broker.disk().usedBytes() + room);
            }
            case 25 -> repair(broker);
            case 26, 28, 29 -> reassign(broker);
            case 30, 31 -> replaceDisk();
            default -> {
                var jump = random.nextInt(200_000) - 100_000;
                history.add("clock of broker " + broker.id() + " jumps by " + jump + " ms");
                broker.clock().jump(jump);
            }
        }
    }

    private void crash(SimulatedBroker broker) {
        if (broker.isUp()) {
            history.add("broker " + broker.id() + " crashes");
            if (forces) {
                broker.crashMachine();
            } else {
                broker.crashProcess();
            }
        }
    }

    private void repair(SimulatedBroker broker) {
        history.add("disk of broker " + broker.id() + " is well");
        broker.disk().failureRate(0);
        broker.disk().capacity(Long.MAX_VALUE);
        if (broker.hasFailedDirectory()) {
            broker.crashProcess();
        }
    }

    /** A broker that is down gets an empty disk, where nobody counts on what it had. */
    private void replaceDisk() {
        brokers.stream()
                .filter(down -> !down.isUp() && partitions.stream().noneMatch(id -> isInSync(id, down)))
                .findFirst()
                .ifPresent(down -> {
                    history.add("broker " + down.id() + " gets a new disk");
                    down.disk().replace();
                });
    }

    private boolean isInSync(TopicPartition id, SimulatedBroker broker) {
        return truth().partition(id).orElseThrow().isr().contains(broker.id());
    }

    /** Has a partition moved, by way of some broker. */
    private void reassign(SimulatedBroker by) {
        var id = partitions.get(random.nextInt(partitions.size()));
        var target = new ArrayList<>(brokers.stream().map(SimulatedBroker::id).toList());
        Collections.shuffle(target, random);
        var count = Math.max(minInSync, 1 + random.nextInt(replicationFactor));
        var wanted = List.copyOf(target.subList(0, count));
        if (by.store() != null) {
            history.add(id + " should move to " + wanted);
            by.store().change(image -> Reassignments.begin(image, id, wanted, true).stream()
                    .toList());
        }
    }

    private void part(int from, int to) {
        if (from != to) {
            history.add("no way from broker " + from + " to broker " + to);
            network.part(from, to);
        }
    }

    private void heal() {
        history.add("everything heals");
        healed = true;
        network.heal();
        zooKeeper.heal();
        for (var broker : brokers) {
            if (broker.isPaused()) {
                broker.resume();
            }
            broker.disk().crashAfter(Long.MAX_VALUE);
            broker.clock().setRight();
            repair(broker);
        }
    }

    /** After a while everything is in sync again, can be written, and everybody has what was written. */
    private void settle() {
        stepFor(SimulatedBroker.SESSION_TIMEOUT.multipliedBy(2));
        workloads.forEach(Workload::end);
        stepUntil("all replicas are in sync", SETTLING, this::areAllInSync);
        stepUntil("clients are done", SETTLING, () -> workloads.stream().allMatch(Workload::isDone));
        truth.open(truth());
        stepFor(Duration.ofSeconds(2));
        truth.checkAllEqual(truth());
        workloads.forEach(Workload::check);
    }

    private boolean areAllInSync() {
        return partitions.stream().allMatch(id -> {
            var image = truth().partition(id).orElseThrow();
            return image.hasLeader() && image.isr().size() == image.replicas().size();
        });
    }

    // ---- steps

    private interface Condition {
        boolean isMet();
    }

    private void stepUntil(String what, Duration patience, Condition condition) {
        var end = clock.nanos() + patience.toNanos();
        while (!condition.isMet()) {
            assertThat(clock.nanos())
                    .as("%s within %s: %s %s", what, patience, workloads, truth().topics())
                    .isLessThan(end);
            step();
        }
    }

    private void stepFor(Duration time) {
        var end = clock.nanos() + time.toNanos();
        while (clock.nanos() < end) {
            step();
        }
    }

    private void step() {
        loops.step();
        if (violation != null) {
            throw violation;
        }
        for (var broker : brokers) {
            if (healed && !broker.isUp()) {
                broker.start();
            }
            if (broker.hasLostPower()) {
                history.add("broker " + broker.id() + " crashes in the middle of something");
                broker.crashMachine();
            }
        }
        var present = truth();
        if (present != seen) {
            seen = present;
            history.add(brief(present));
        }
        truth.check(present);
    }

    private String brief(ClusterImage image) {
        var text = new StringBuilder("controller " + image.controller() + ", alive ");
        image.brokers().values().stream()
                .map(broker -> broker.id() + "/" + broker.epoch())
                .sorted()
                .forEach(broker -> text.append(broker).append(' '));
        for (var id : partitions) {
            image.partition(id).ifPresent(partition -> text.append("; ")
                    .append(id.partition())
                    .append(" led by ")
                    .append(partition.leader())
                    .append(" in ")
                    .append(partition.leaderEpoch())
                    .append(" isr ")
                    .append(partition.isr())
                    .append(" committed ")
                    .append(truth.committed(id)));
        }
        return text.toString();
    }
}
