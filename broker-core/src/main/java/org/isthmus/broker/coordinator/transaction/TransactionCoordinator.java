package org.isthmus.broker.coordinator.transaction;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.isthmus.broker.common.DiskOrder;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.Xid;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.coordinator.View;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.IdSource;

/**
 * Serves transactions: checks what can be checked without the transaction, and asks its shard for the rest. Safe for use by many threads.
 *
 * <p>Every stage fails with {@link org.isthmus.broker.common.BrokerException} where the transaction's shard does not serve here and now.
 */
public final class TransactionCoordinator {
    private final TransactionConfig config;
    private final ShardedCoordinator<TransactionShard> shards;

    /** @param cluster the newest image of the cluster */
    public TransactionCoordinator(
            TransactionConfig config,
            Supplier<ClusterImage> cluster,
            MarkerWriter markers,
            ProducerIds producerIds,
            Clock clock,
            IdSource ids) {
        this.config = config;
        shards = new ShardedCoordinator<>(InternalTopics.TRANSACTION_STATE, cluster, (partition, log, loop) -> {
            var id = new TopicPartition(InternalTopics.TRANSACTION_STATE, partition);
            return new TransactionShard(
                    id.toString(), log, loop, reign(cluster.get(), id), config, markers, producerIds, clock, ids);
        });
    }

    /** The epoch of the partition's present leader, which is this broker: markers of an earlier one are recognised by it. */
    private static int reign(ClusterImage image, TopicPartition partition) {
        return image.partition(partition)
                .map(PartitionImage::leaderEpoch)
                .orElse(Epoch.ZERO)
                .value();
    }

    /** The shards, to be told which partitions of the transaction topic are led here. */
    public ShardedCoordinator<?> shards() {
        return shards;
    }

    /**
     * Gives a transactional producer its identity, and fences whoever had one for the same id. {@code CONCURRENT_TRANSACTIONS} where the
     * last transaction's end takes longer than a request may wait.
     *
     * @param believed the identity that the producer has, where it only wants the next epoch, else {@link ProducerIdentity#NONE}
     */
    public CompletionStage<InitAnswer> init(String transactionalId, int timeoutMs, ProducerIdentity believed) {
        if (transactionalId.isEmpty()) {
            return CompletableFuture.completedStage(InitAnswer.refused(ErrorCode.INVALID_REQUEST));
        }
        if (timeoutMs <= 0 || timeoutMs > config.maxTimeout().toMillis()) {
            return CompletableFuture.completedStage(InitAnswer.refused(ErrorCode.INVALID_TRANSACTION_TIMEOUT));
        }
        return shards.ask(transactionalId, shard -> shard.init(transactionalId, timeoutMs, believed));
    }

    /**
     * Makes partitions part of the producer's transaction, which begins with the first of them. That is committed then, save for those that the
     * producer named when it ended the one before.
     */
    public CompletionStage<ErrorCode> add(
            String transactionalId, ProducerIdentity producer, Set<TopicPartition> partitions) {
        return shards.ask(transactionalId, shard -> shard.add(transactionalId, producer, partitions));
    }

    /** Whether partitions are part of the producer's transaction: {@code NONE}, or why it must not write to them. */
    public CompletionStage<ErrorCode> verify(
            String transactionalId, ProducerIdentity producer, Set<TopicPartition> partitions) {
        return shards.ask(transactionalId, shard -> shard.verify(transactionalId, producer, partitions));
    }

    /**
     * Ends the producer's transaction. Once this answers {@code NONE} the outcome is durable, and as a rule all partitions have it.
     *
     * @param raisesEpoch whether the producer goes on under the identity in the answer
     * @param named who took part, as a producer says that knows it, be it known here or not. The next transaction of the identity that it goes on
     *     under may be joined by the same ones before that is committed, so such a producer always has to say it.
     */
    public CompletionStage<EndAnswer> end(
            String transactionalId,
            ProducerIdentity producer,
            Outcome outcome,
            boolean raisesEpoch,
            Set<TopicPartition> named) {
        return shards.ask(transactionalId, shard -> shard.end(transactionalId, producer, outcome, raisesEpoch, named));
    }

    /**
     * As {@link #end}, of a commit that the producer goes on behind under the identity in the answer, where the disk loses the decision if it loses what
     * was hurried before in this order; that need not be on the disk yet. Empty, and nothing is done, where that is not so.
     */
    public CompletionStage<Optional<EndAnswer>> commitBehind(
            DiskOrder order, String transactionalId, ProducerIdentity producer, Set<TopicPartition> named) {
        return shards.ask(
                transactionalId,
                shard -> shard.standsBehind(order)
                        ? shard.end(transactionalId, producer, Outcome.COMMIT, true, named)
                                .thenApply(Optional::of)
                        : CompletableFuture.completedStage(Optional.empty()));
    }

    /**
     * Has the time of the producer's open transaction begin anew, because its producer is still at work in it. Soft: a new leader gives it some
     * time to be said again. {@code INVALID_TXN_STATE} where no transaction is open.
     */
    public CompletionStage<ErrorCode> keep(String transactionalId, ProducerIdentity producer) {
        return shards.ask(transactionalId, shard -> shard.keep(transactionalId, producer));
    }

    /**
     * Makes the producer's open transaction a prepared branch of a global one. Once this answers {@code NONE} that is durable, and nothing but
     * {@link #endBranch} ends it.
     *
     * @param named as with {@link #end}
     */
    public CompletionStage<ErrorCode> prepare(
            String transactionalId, ProducerIdentity producer, Xid xid, Set<TopicPartition> named) {
        return shards.ask(transactionalId, shard -> shard.prepare(transactionalId, producer, xid, named));
    }

    /**
     * Ends a prepared branch. Once this answers {@code NONE} the outcome is durable; doing it again answers the same. {@code
     * TRANSACTIONAL_ID_NOT_FOUND} where there is no such branch, {@code INVALID_TXN_STATE} where it has ended in the other way.
     *
     * @param heuristic whether an administrator decides in place of the transaction manager
     */
    public CompletionStage<BranchAnswer> endBranch(
            String transactionalId, Xid xid, Outcome outcome, boolean heuristic) {
        return shards.ask(transactionalId, shard -> shard.endBranch(transactionalId, xid, outcome, heuristic));
    }

    /** Drops what is remembered of a branch that an administrator ended; {@code TRANSACTIONAL_ID_NOT_FOUND} where there is no such branch. */
    public CompletionStage<ErrorCode> forget(String transactionalId, Xid xid) {
        return shards.ask(transactionalId, shard -> shard.forget(transactionalId, xid));
    }

    /** Of one shard: the branches that are prepared, and those that were and whose end is remembered. */
    public CompletionStage<List<TransactionDescription>> branches(int shard) {
        return shards.ask(
                shard,
                tenant -> tenant.query(view -> view.state().transactions().stream()
                        .filter(known -> known.phase().branchIfAny().isPresent())
                        .map(TransactionDescription::of)
                        .toList()));
    }

    /** What is known of a transactional id, if anything is. */
    public CompletionStage<Optional<TransactionDescription>> describe(String transactionalId) {
        return shards.ask(
                transactionalId,
                shard -> shard.query(view ->
                        Optional.ofNullable(view.state().find(transactionalId)).map(TransactionDescription::of)));
    }

    /** All transactional ids of the shards that are led here. */
    public CompletionStage<List<TransactionDescription>> list() {
        CompletionStage<List<TransactionDescription>> all = CompletableFuture.completedStage(List.of());
        for (var answer : shards.askAll(shard -> shard.query(TransactionCoordinator::descriptions))) {
            all = all.thenCombine(answer, (some, more) -> {
                var joined = new ArrayList<>(some);
                joined.addAll(more);
                return joined;
            });
        }
        return all;
    }

    private static List<TransactionDescription> descriptions(View<TransactionMachine> view) {
        return view.state().transactions().stream()
                .map(TransactionDescription::of)
                .toList();
    }
}
