package org.isthmus.broker.coordinator.group;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.coordinator.View;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.IdSource;
import org.jspecify.annotations.Nullable;

/**
 * Serves consumer groups: checks what can be checked without the group, and asks its shard for the rest. Safe for use by many threads.
 *
 * <p>Every stage fails with {@link org.isthmus.broker.common.BrokerException} where the group's shard does not serve here and now.
 */
public final class GroupCoordinator {
    private final GroupConfig config;
    private final ShardedCoordinator<GroupShard> shards;

    /** @param cluster the newest image of the cluster */
    public GroupCoordinator(GroupConfig config, Supplier<ClusterImage> cluster, Clock clock, IdSource ids) {
        this.config = config;
        shards = new ShardedCoordinator<>(
                InternalTopics.CONSUMER_OFFSETS,
                cluster,
                (partition, log, loop) -> new GroupShard(
                        InternalTopics.CONSUMER_OFFSETS + "-" + partition, log, loop, config, cluster, clock, ids));
    }

    /** The shards, to be told which partitions of the offsets topic are led here. */
    public ShardedCoordinator<?> shards() {
        return shards;
    }

    /**
     * Does something where this broker coordinates groups of this name, on the loop of their shard; fails where another one does.
     *
     * @param task is given what stands for the reign: the same object for as long as this broker coordinates them without a break
     */
    public <A> CompletionStage<A> whileCoordinator(String groupId, Function<Object, A> task) {
        return ask(groupId, shard -> CompletableFuture.completedStage(task.apply(shard.reign())));
    }

    /** Answers when the next generation begins, or at once where the member cannot belong to it. */
    public CompletionStage<JoinAnswer> join(JoinRequest request) {
        var refusal = checkJoin(request);
        return refusal == ErrorCode.NONE
                ? ask(request.groupId(), shard -> shard.join(request))
                : CompletableFuture.completedStage(JoinAnswer.refused(refusal, request.memberId()));
    }

    private ErrorCode checkJoin(JoinRequest request) {
        if (request.groupId().isEmpty()) {
            return ErrorCode.INVALID_GROUP_ID;
        }
        if (request.sessionTimeoutMs() < config.minSessionTimeout().toMillis()
                || request.sessionTimeoutMs() > config.maxSessionTimeout().toMillis()) {
            return ErrorCode.INVALID_SESSION_TIMEOUT;
        }
        return request.protocolType().isEmpty() || request.protocols().isEmpty()
                ? ErrorCode.INCONSISTENT_GROUP_PROTOCOL
                : ErrorCode.NONE;
    }

    /** Answers when the leader has assigned, or at once where the member does not belong to the generation. */
    public CompletionStage<SyncAnswer> sync(SyncRequest request) {
        return ask(request.caller().groupId(), shard -> shard.sync(request));
    }

    /** {@code NONE}, {@code REBALANCE_IN_PROGRESS} where the member is to join again, or why it is no member. */
    public CompletionStage<ErrorCode> heartbeat(Caller caller) {
        return ask(caller.groupId(), shard -> shard.heartbeat(caller));
    }

    /** A member of the consumer protocol (KIP-848) joins, stays or goes, and hears what it may read. */
    public CompletionStage<ConsumerAnswer> consume(ConsumerBeat beat) {
        var refusal = checkBeat(beat);
        return refusal.isEmpty()
                ? ask(beat.groupId(), shard -> shard.consume(beat))
                : CompletableFuture.completedStage(refusal.get());
    }

    private static Optional<ConsumerAnswer> checkBeat(ConsumerBeat beat) {
        if (beat.assignor() != null && Assignor.named(beat.assignor()).isEmpty()) {
            return Optional.of(
                    ConsumerAnswer.refused(ErrorCode.UNSUPPORTED_ASSIGNOR, "there is no assignor " + beat.assignor()));
        }
        if (beat.pattern() != null && !Interest.isPattern(beat.pattern())) {
            return Optional.of(ConsumerAnswer.refused(
                    ErrorCode.INVALID_REGULAR_EXPRESSION, "this is no regular expression of RE2, or too large a one"));
        }
        return Optional.empty();
    }

    /** How groups of the consumer protocol are kept. */
    public ConsumerGroupConfig consumerConfig() {
        return config.consumers();
    }

    /** Each leaver's outcome, in the order of the request. */
    public CompletionStage<List<ErrorCode>> leave(String groupId, List<Leaver> leavers) {
        return ask(groupId, shard -> shard.leave(groupId, leavers));
    }

    /** Each partition's outcome. Those that are {@code NONE} are durable. */
    public CompletionStage<Map<TopicPartition, ErrorCode>> commit(Caller caller, List<OffsetCommit> commits) {
        return ask(caller.groupId(), shard -> shard.commit(caller, commits));
    }

    /** Each partition's outcome. Those that are {@code NONE} count once the producer's transaction is committed. */
    public CompletionStage<Map<TopicPartition, ErrorCode>> stage(
            Caller caller, long producerId, short producerEpoch, List<OffsetCommit> commits) {
        return ask(caller.groupId(), shard -> shard.stage(caller, producerId, producerEpoch, commits));
    }

    /**
     * A transaction's outcome has come to a partition of the offsets topic: what was staged there counts, or vanishes. {@code NONE} once
     * that is committed; {@code INVALID_PRODUCER_EPOCH} where a later outcome was there before.
     *
     * @param applied completes with the same as soon as answers go by it
     */
    public CompletionStage<ErrorCode> endTransaction(
            int partition,
            long producerId,
            short producerEpoch,
            boolean raised,
            boolean commit,
            CompletableFuture<ErrorCode> applied) {
        return shards.ask(partition, shard -> shard.endTransaction(producerId, producerEpoch, raised, commit, applied));
    }

    /**
     * The group's offsets, of these partitions or, with null, of all. Partitions without one are left out.
     *
     * @param caller whose generation is its member epoch; −1 for one that does not belong to the group
     */
    public CompletionStage<FetchedOffsets> fetch(Caller caller, @Nullable Collection<TopicPartition> partitions) {
        return ask(caller.groupId(), shard -> shard.fetch(caller, partitions));
    }

    /** {@code GROUP_ID_NOT_FOUND}, {@code NON_EMPTY_GROUP}, or each partition's outcome. */
    public CompletionStage<OffsetsDeleted> deleteOffsets(String groupId, Collection<TopicPartition> partitions) {
        return ask(groupId, shard -> shard.deleteOffsets(groupId, partitions));
    }

    /** {@code NONE}, {@code GROUP_ID_NOT_FOUND} or {@code NON_EMPTY_GROUP}. */
    public CompletionStage<ErrorCode> delete(String groupId) {
        return ask(groupId, shard -> shard.deleteGroup(groupId));
    }

    /** The group; one that does not exist is {@link GroupPhase#DEAD}. */
    public CompletionStage<GroupDescription> describe(String groupId) {
        return ask(
                groupId,
                shard -> shard.query(view -> GroupDescription.of(view.state().group(groupId))));
    }

    /** The group of the consumer protocol; one of the classic protocol, or that does not exist, is {@link GroupPhase#DEAD}. */
    public CompletionStage<ConsumerGroupDescription> describeConsumers(String groupId) {
        return ask(
                groupId,
                shard -> shard.query(
                        view -> ConsumerGroupDescription.of(view.state().group(groupId))));
    }

    /** All groups of the shards that are led here. */
    public CompletionStage<List<GroupDescription>> list() {
        CompletionStage<List<GroupDescription>> all = CompletableFuture.completedStage(List.of());
        for (var answer : shards.askAll(shard -> shard.query(GroupCoordinator::descriptions))) {
            all = all.thenCombine(answer, (some, more) -> {
                var joined = new ArrayList<>(some);
                joined.addAll(more);
                return joined;
            });
        }
        return all;
    }

    private static List<GroupDescription> descriptions(View<GroupMachine> view) {
        return view.state().groups().stream().map(GroupDescription::of).toList();
    }

    private <A> CompletionStage<A> ask(String groupId, Function<GroupShard, CompletionStage<A>> question) {
        return shards.ask(groupId, question);
    }
}
