package org.isthmus.broker.coordinator.transaction;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.Xid;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.coordinator.MemoryShardLog;
import org.isthmus.broker.coordinator.SteppedLoop;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.SessionState;
import org.isthmus.broker.metadata.TopicImage;

/** A transaction coordinator with one shard in memory, and partitions that only remember the markers they got. */
final class TransactionRig implements MetadataStore, MarkerWriter {
    static final String ID = "payments";
    static final TopicPartition VIEWS = new TopicPartition("views", 0);
    static final TopicPartition ORDERS = new TopicPartition("orders", 1);
    private static final Xid BRANCH = new Xid(7, new byte[] {1}, new byte[] {2});

    final SteppedLoop loop = new SteppedLoop();
    final MemoryShardLog log = new MemoryShardLog();
    final TransactionCoordinator transactions;
    final Set<TopicPartition> unreachable = new HashSet<>();
    final Set<TopicPartition> gone = new HashSet<>();
    boolean holdMarkers;
    /** Whether outcomes that are seen are not yet kept. */
    boolean holdKeeping;

    private final Map<TopicPartition, List<Marker>> written = new HashMap<>();
    /** The partitions' logs: producers' identities for their records, and markers. */
    private final Map<TopicPartition, List<Object>> happened = new HashMap<>();

    private final List<Runnable> held = new ArrayList<>();
    private final List<Unkept> unkept = new ArrayList<>();
    private long nextProducerId = 1000;

    /** What readers at a partition go by and its disk does not have yet. */
    private record Unkept(TopicPartition partition, Marker marker, CompletableFuture<ErrorCode> kept) {}

    TransactionRig() {
        transactions = new TransactionCoordinator(
                TransactionConfig.DEFAULT, this::image, this, new ProducerIds(this), loop, () -> new UUID(0, 1));
        elect();
    }

    void elect() {
        transactions.shards().elected(0, log.lead(), loop);
        loop.settle();
    }

    void crash() {
        log.loseLeader();
        transactions.shards().resigned(0);
        loop.settle();
    }

    TransactionMachine live() {
        return settled(transactions
                        .shards()
                        .ask(
                                0,
                                tenant -> CompletableFuture.completedStage(
                                        ((TransactionShard) (Object) tenant).machine())))
                .join();
    }

    TransactionMachine replayed() {
        return log.replayedBy(new TransactionMachine(), new TransactionRecordCodec());
    }

    <A> CompletableFuture<A> settled(CompletionStage<A> stage) {
        loop.settle();
        return stage.toCompletableFuture();
    }

    ProducerIdentity init() {
        return init(ProducerIdentity.NONE).producer();
    }

    InitAnswer init(ProducerIdentity believed) {
        return settled(transactions.init(ID, 60_000, believed)).join();
    }

    ErrorCode add(ProducerIdentity producer, TopicPartition... partitions) {
        return settled(transactions.add(ID, producer, Set.of(partitions))).join();
    }

    ErrorCode keep(ProducerIdentity producer) {
        return settled(transactions.keep(ID, producer)).join();
    }

    CompletableFuture<EndAnswer> end(ProducerIdentity producer, Outcome outcome, boolean raisesEpoch) {
        return settled(transactions.end(ID, producer, outcome, raisesEpoch, Set.of()));
    }

    /** By a producer that says who took part. */
    CompletableFuture<EndAnswer> endOf(ProducerIdentity producer, Outcome outcome, TopicPartition... participants) {
        return settled(transactions.end(ID, producer, outcome, true, Set.of(participants)));
    }

    ErrorCode prepare(ProducerIdentity producer) {
        return settled(transactions.prepare(ID, producer, BRANCH, Set.of())).join();
    }

    BranchAnswer endBranch(Outcome outcome, boolean heuristic) {
        return settled(transactions.endBranch(ID, BRANCH, outcome, heuristic)).join();
    }

    ErrorCode forgetBranch() {
        return settled(transactions.forget(ID, BRANCH)).join();
    }

    TransactionPhase phase() {
        return live().find(ID).phase();
    }

    List<Marker> markers(TopicPartition partition) {
        return written.getOrDefault(partition, List.of());
    }

    List<Outcome> outcomes(TopicPartition partition) {
        return markers(partition).stream().map(Marker::outcome).toList();
    }

    void releaseMarkers() {
        holdMarkers = false;
        var due = List.copyOf(held);
        held.clear();
        due.forEach(Runnable::run);
        loop.settle();
    }

    void releaseKeeping() {
        holdKeeping = false;
        keep();
    }

    /** All that is seen is on the disks of the partitions. */
    void keep() {
        keep(unkept);
    }

    private void keep(List<Unkept> kept) {
        var due = List.copyOf(kept);
        unkept.removeAll(due);
        due.forEach(each -> each.kept().complete(ErrorCode.NONE));
        loop.settle();
    }

    /**
     * A record of a producer's transaction comes to a partition, and to its disk with all before it. False where the producer is known there to
     * go on under another epoch.
     */
    boolean store(TopicPartition partition, ProducerIdentity producer) {
        if (participant(partition).isFenced(producer)) {
            return false;
        }
        happened(partition).add(producer);
        keep(unkept.stream().filter(each -> each.partition().equals(partition)).toList());
        return true;
    }

    /** What a partition makes of what it has. */
    Participant participant(TopicPartition partition) {
        return new Participant(happened(partition));
    }

    private List<Object> happened(TopicPartition partition) {
        return happened.computeIfAbsent(partition, id -> new ArrayList<>());
    }

    /** The partitions lose their machine, and with it what their disks do not have. */
    void loseUnkept() {
        var lost = List.copyOf(unkept);
        unkept.clear();
        for (var each : lost) {
            markers(each.partition()).remove(each.marker());
            var there = happened(each.partition());
            there.remove(there.lastIndexOf(each.marker()));
            each.kept().completeExceptionally(new BrokerException(ErrorCode.NOT_LEADER_OR_FOLLOWER, "lost"));
        }
        loop.settle();
    }

    void dropHeldMarkers() {
        holdMarkers = false;
        held.clear();
    }

    @Override
    public Arrival write(TopicPartition partition, Marker marker) {
        if (gone.contains(partition)) {
            return Arrival.whenKept(CompletableFuture.completedStage(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
        }
        if (unreachable.contains(partition)) {
            return Arrival.whenKept(CompletableFuture.completedStage(ErrorCode.NOT_LEADER_OR_FOLLOWER));
        }
        var seen = new CompletableFuture<ErrorCode>();
        var kept = new CompletableFuture<ErrorCode>();
        Runnable write = () -> {
            written.computeIfAbsent(partition, id -> new ArrayList<>()).add(marker);
            happened(partition).add(marker);
            seen.complete(ErrorCode.NONE);
            if (holdKeeping) {
                unkept.add(new Unkept(partition, marker, kept));
            } else {
                kept.complete(ErrorCode.NONE);
            }
        };
        if (holdMarkers) {
            held.add(write);
        } else {
            write.run();
        }
        return new Arrival(seen, kept);
    }

    @Override
    public ClusterImage image() {
        var leader = new BrokerId(0);
        var partition = new PartitionImage(leader, Epoch.ZERO, List.of(leader), List.of(leader));
        var topic = new TopicImage(
                InternalTopics.TRANSACTION_STATE, new UUID(5, 5), Map.of(), Collections.nCopies(1, partition));
        return new ClusterImage(
                1,
                new UUID(1, 1),
                leader,
                Map.of(),
                Map.of(topic.name(), topic),
                Map.of(topic.id(), topic.name()),
                nextProducerId);
    }

    @Override
    public CompletionStage<ClusterImage> change(Function<ClusterImage, List<ClusterDelta>> decide) {
        for (var delta : decide.apply(image())) {
            nextProducerId = ((ClusterDelta.ProducerIdsTaken) delta).nextProducerId();
        }
        return CompletableFuture.completedStage(image());
    }

    @Override
    public SessionState session() {
        return SessionState.HELD;
    }

    @Override
    public void followSession(Consumer<SessionState> listener) {
        listener.accept(SessionState.HELD);
    }

    @Override
    public void follow(Consumer<ClusterImage> listener) {
        listener.accept(image());
    }

    @Override
    public void close() {}
}
