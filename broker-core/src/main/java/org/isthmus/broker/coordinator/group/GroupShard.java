package org.isthmus.broker.coordinator.group;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.Shard;
import org.isthmus.broker.coordinator.ShardLog;
import org.isthmus.broker.coordinator.ShardObserver;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.coordinator.View;
import org.isthmus.broker.coordinator.group.GroupRecord.Assigned;
import org.isthmus.broker.coordinator.group.GroupRecord.ConsumerRemoved;
import org.isthmus.broker.coordinator.group.GroupRecord.ConsumerSaved;
import org.isthmus.broker.coordinator.group.GroupRecord.EpochsForgotten;
import org.isthmus.broker.coordinator.group.GroupRecord.GenerationChanged;
import org.isthmus.broker.coordinator.group.GroupRecord.GenerationForgotten;
import org.isthmus.broker.coordinator.group.GroupRecord.MemberRemoved;
import org.isthmus.broker.coordinator.group.GroupRecord.MemberSaved;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.IdSource;
import org.jspecify.annotations.Nullable;

/**
 * The groups of one shard, with their soft state: who waits for a generation or an assignment, and whose time runs. Owned by the shard's
 * loop. Soft state follows the records, whatever request or timer they came from; what it leads to is again a decision.
 */
final class GroupShard implements ShardedCoordinator.Tenant, ShardObserver<GroupRecord> {
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final GroupConfig config;
    private final Supplier<ClusterImage> cluster;
    private final GroupMachine machine = new GroupMachine();
    private final Shard<GroupMachine, GroupRecord> shard;
    private final Sessions sessions;
    private final Revocations revocations;
    private final Debts debts;

    /** The image that a group of consumers last made its target by. */
    private final Map<String, Long> imagesSeen = new HashMap<>();

    private final Map<String, Lobby> lobbies = new HashMap<>();

    /** Nothing but itself, so that who keeps it keeps nothing of a shard that has ended. */
    private final Object reign = new Object();

    GroupShard(
            String name,
            ShardLog log,
            EventLoop loop,
            GroupConfig config,
            Supplier<ClusterImage> cluster,
            Clock clock,
            IdSource ids) {
        this.config = config;
        this.cluster = cluster;
        shard = new Shard<>(name, log, loop, new GroupRecordCodec(), machine, this, clock, ids);
        sessions =
                new Sessions(clock, shard::schedule, this::isWaiting, (group, member) -> expire(group, Set.of(member)));
        revocations = new Revocations(shard::schedule, (group, member) -> expire(group, Set.of(member)));
        debts = new Debts(shard::schedule, (group, member) -> expire(group, Set.of(member)));
    }

    @Override
    public Shard<GroupMachine, GroupRecord> shard() {
        return shard;
    }

    /** What stands for the time in which this shard is in force. */
    Object reign() {
        return reign;
    }

    GroupMachine machine() {
        return machine;
    }

    // Requests

    CompletionStage<JoinAnswer> join(JoinRequest request) {
        var named = namedIn(request.groupId());
        if (request.memberId().isEmpty() && named.size() >= config.maxSize()) {
            return CompletableFuture.completedStage(JoinAnswer.refused(ErrorCode.GROUP_MAX_SIZE_REACHED, ""));
        }
        var scene = scene(request.groupId());
        var answer = new CompletableFuture<JoinAnswer>();
        shard.<JoinOutcome>write(
                        view -> Joining.decide(
                                view, request, named.contains(request.memberId()), config.maxSize(), scene),
                        outcome -> {
                            if (outcome instanceof JoinOutcome.Waits waits) {
                                forward(lobby(request.groupId()).joins.await(waits.memberId()), answer);
                                shard.later(() -> completeRebalance(request.groupId(), false));
                            } else if (outcome instanceof JoinOutcome.Named given) {
                                name(request, given.memberId());
                            } else if (outcome instanceof JoinOutcome.Answered answered) {
                                joined(request.groupId(), answered.answer(), scene);
                            }
                        })
                .whenComplete((outcome, failure) -> {
                    if (failure != null) {
                        answer.completeExceptionally(failure);
                    } else if (outcome instanceof JoinOutcome.Answered answered) {
                        sessions.touch(request.groupId(), answered.answer().memberId());
                        answer.complete(answered.answer());
                    } else if (outcome instanceof JoinOutcome.Named given) {
                        answer.complete(JoinAnswer.refused(ErrorCode.MEMBER_ID_REQUIRED, given.memberId()));
                    }
                });
        return answer;
    }

    CompletionStage<SyncAnswer> sync(SyncRequest request) {
        var caller = request.caller();
        var answer = new CompletableFuture<SyncAnswer>();
        var scene = scene(caller.groupId());
        shard.<SyncOutcome>write(view -> Syncing.decide(view, request, scene), outcome -> {
                    if (outcome instanceof SyncOutcome.Waits) {
                        forward(lobby(caller.groupId()).syncs.await(caller.memberId()), answer);
                    } else if (outcome instanceof SyncOutcome.Answered answered) {
                        heard(caller, answered.answer().error());
                    }
                })
                .whenComplete((outcome, failure) -> {
                    if (failure != null) {
                        answer.completeExceptionally(failure);
                    } else if (outcome instanceof SyncOutcome.Answered answered) {
                        sessions.touch(caller.groupId(), caller.memberId());
                        answer.complete(answered.answer());
                    }
                });
        return answer;
    }

    CompletionStage<ErrorCode> heartbeat(Caller caller) {
        return shard.read(view -> Membership.heartbeat(view.state().group(caller.groupId()), caller))
                .thenApply(error -> {
                    if (error == ErrorCode.NONE || error == ErrorCode.REBALANCE_IN_PROGRESS) {
                        sessions.touch(caller.groupId(), caller.memberId());
                    }
                    if (error == ErrorCode.REBALANCE_IN_PROGRESS) {
                        heard(caller, error);
                    }
                    return error;
                });
    }

    /** A classic member of a group of consumers knows its epoch now, and is to ask for what it may read. */
    private void joined(String groupId, JoinAnswer answer, Scene scene) {
        var member = machine.group(groupId).consumers().member(answer.memberId());
        if (answer.error() == ErrorCode.NONE && member != null) {
            imagesSeen.put(groupId, scene.image().version());
            lobby(groupId).forget(member.id());
            dropIfIdle(groupId);
            debts.owe(groupId, member, Debts.Step.SYNC);
        }
    }

    /** A member knows what it may read, or that it is to join again; only classic members of groups of consumers owe anything. */
    private void heard(Caller caller, ErrorCode error) {
        var member = machine.group(caller.groupId()).consumers().member(caller.memberId());
        if (member != null && error == ErrorCode.REBALANCE_IN_PROGRESS) {
            debts.owe(caller.groupId(), member, Debts.Step.JOIN);
        } else if (error == ErrorCode.NONE) {
            debts.settle(caller.groupId(), caller.memberId());
        }
    }

    CompletionStage<ConsumerAnswer> consume(ConsumerBeat beat) {
        var groupId = beat.groupId();
        var scene = scene(groupId);
        return shard.write(view -> Consuming.decide(view, beat, scene), answer -> {
            if (answer.error() == ErrorCode.NONE && !beat.leaves()) {
                imagesSeen.put(groupId, scene.image().version());
                sessions.touch(groupId, beat.memberId(), sessionTimeout(groupId));
            }
        });
    }

    private Scene scene(String groupId) {
        var image = cluster.get();
        return new Scene(image, imagesSeen.getOrDefault(groupId, -1L) != image.version(), config.consumers());
    }

    private Duration sessionTimeout(String groupId) {
        return config.consumers().sessionTimeout(cluster.get().groupConfigs().getOrDefault(groupId, Map.of()));
    }

    CompletionStage<List<ErrorCode>> leave(String groupId, List<Leaver> leavers) {
        var scene = scene(groupId);
        return shard.write(view -> Leaving.leave(view, groupId, leavers, namedIn(groupId), scene), outcomes -> {
            leavers.forEach(leaver -> lobby(groupId).forget(leaver.memberId()));
            dropIfIdle(groupId);
        });
    }

    CompletionStage<Map<TopicPartition, ErrorCode>> commit(Caller caller, List<OffsetCommit> commits) {
        return shard.write(view -> Offsets.commit(view, caller, commits, config.maxOffsetMetadataBytes()), outcomes -> {
            if (outcomes.containsValue(ErrorCode.NONE)) {
                sessions.touch(caller.groupId(), caller.memberId());
            }
        });
    }

    CompletionStage<Map<TopicPartition, ErrorCode>> stage(
            Caller caller, long producerId, short producerEpoch, List<OffsetCommit> commits) {
        return shard.write(view -> TransactionalOffsets.stage(
                view, caller, producerId, producerEpoch, commits, config.maxOffsetMetadataBytes()));
    }

    CompletionStage<ErrorCode> endTransaction(
            long producerId,
            short producerEpoch,
            boolean raised,
            boolean commit,
            CompletableFuture<ErrorCode> applied) {
        return shard.note(
                view -> TransactionalOffsets.end(view, producerId, producerEpoch, raised, commit), applied::complete);
    }

    CompletionStage<FetchedOffsets> fetch(Caller caller, @Nullable Collection<TopicPartition> partitions) {
        return shard.read(view -> Offsets.fetch(view, caller, partitions));
    }

    CompletionStage<OffsetsDeleted> deleteOffsets(String groupId, Collection<TopicPartition> partitions) {
        return shard.write(view -> Offsets.delete(view, groupId, partitions));
    }

    CompletionStage<ErrorCode> deleteGroup(String groupId) {
        return shard.write(view -> Offsets.deleteGroup(view, groupId));
    }

    <A> CompletionStage<A> query(Function<View<GroupMachine>, A> query) {
        return shard.read(query);
    }

    // What follows from records

    @Override
    public void loaded() {
        for (var group : machine.groups()) {
            group.members().forEach(member -> sessions.start(group.id(), member));
            group.consumers().members().values().forEach(member -> consumerSaved(group.id(), member));
            if (group.phase() == GroupPhase.PREPARING_REBALANCE) {
                startGathering(group, lobby(group.id()));
            } else if (group.phase() == GroupPhase.COMPLETING_REBALANCE) {
                awaitSyncs(group, lobby(group.id()));
            }
        }
        shard.schedule(config.offsetsCheckInterval(), this::expireOffsets);
    }

    @Override
    public void applied(List<GroupRecord> records, CompletionStage<Void> committed) {
        // Removal and arrival in one decision: a static member came back under a new id.
        var replaced = records.stream()
                .anyMatch(record ->
                        record instanceof MemberSaved saved && saved.member().isStatic());
        // So did it where the group goes over to the consumer protocol with it: it is to join that.
        var migrated = new HashSet<String>();
        records.forEach(record -> {
            if (record instanceof ConsumerSaved saved) {
                migrated.add(saved.consumer().id());
            }
        });
        for (var record : records) {
            if (!(record instanceof GroupRecord.OfGroup change)) {
                continue;
            }
            var group = machine.group(change.groupId());
            if (record instanceof MemberSaved saved) {
                lobby(group.id()).forget(saved.member().id());
                sessions.start(group.id(), saved.member());
            } else if (record instanceof MemberRemoved removed) {
                var gone = replaced ? ErrorCode.FENCED_INSTANCE_ID : ErrorCode.UNKNOWN_MEMBER_ID;
                var error = migrated.contains(removed.memberId()) ? ErrorCode.REBALANCE_IN_PROGRESS : gone;
                memberRemoved(group, removed.memberId(), error, committed);
            } else if (record instanceof ConsumerSaved saved) {
                consumerSaved(group.id(), saved.consumer());
            } else if (record instanceof ConsumerRemoved removed) {
                sessions.end(group.id(), removed.memberId());
                revocations.end(group.id(), removed.memberId());
                debts.settle(group.id(), removed.memberId());
            } else if (record instanceof EpochsForgotten) {
                imagesSeen.remove(group.id());
            } else if (record instanceof GenerationForgotten) {
                lobby(group.id()).stopDelay();
                lobby(group.id()).stopDeadline();
            } else if (record instanceof GenerationChanged) {
                generationChanged(group, committed);
            } else if (record instanceof Assigned) {
                assigned(group, committed);
            }
            dropIfIdle(group.id());
        }
    }

    @Override
    public void closed(Throwable cause) {
        var failed = CompletableFuture.<Void>failedStage(cause);
        for (var lobby : lobbies.values()) {
            lobby.joins.refuseAll(ErrorCode.NOT_COORDINATOR, failed);
            lobby.syncs.refuseAll(ErrorCode.NOT_COORDINATOR, failed);
        }
        lobbies.clear();
    }

    private void consumerSaved(String groupId, Consumer member) {
        var classic = member.classic();
        if (!sessions.runs(groupId, member.id())) {
            var timeout = classic == null ? sessionTimeout(groupId) : Duration.ofMillis(classic.sessionTimeoutMs());
            sessions.start(groupId, member.id(), timeout);
        }
        if (classic == null) {
            debts.settle(groupId, member.id());
        }
        revocations.follow(groupId, member);
    }

    private void memberRemoved(Group group, String memberId, ErrorCode error, CompletionStage<Void> committed) {
        sessions.end(group.id(), memberId);
        var lobby = lobby(group.id());
        lobby.joins.refuse(memberId, error, committed);
        lobby.syncs.refuse(memberId, error, committed);
        if (group.phase() == GroupPhase.PREPARING_REBALANCE) {
            shard.later(() -> completeRebalance(group.id(), false));
        }
    }

    private void generationChanged(Group group, CompletionStage<Void> committed) {
        var lobby = lobby(group.id());
        switch (group.phase()) {
            case PREPARING_REBALANCE -> {
                lobby.syncs.refuseAll(ErrorCode.REBALANCE_IN_PROGRESS, committed);
                startGathering(group, lobby);
            }
            case COMPLETING_REBALANCE -> {
                lobby.stopDelay();
                lobby.joins.memberIds().forEach(memberId -> sessions.touch(group.id(), memberId));
                lobby.joins.answerAll(memberId -> JoinAnswer.of(group, memberId), committed);
                awaitSyncs(group, lobby);
            }
            default -> {
                lobby.stopDelay();
                lobby.stopDeadline();
            }
        }
    }

    private void assigned(Group group, CompletionStage<Void> committed) {
        var lobby = lobby(group.id());
        lobby.stopDeadline();
        lobby.syncs.memberIds().forEach(memberId -> sessions.touch(group.id(), memberId));
        lobby.syncs.answerAll(memberId -> SyncAnswer.of(group, memberId), committed);
    }

    // Time

    private void startGathering(Group group, Lobby lobby) {
        var groupId = group.id();
        lobby.startDeadline(
                shard.schedule(Duration.ofMillis(group.rebalanceTimeoutMs()), () -> completeRebalance(groupId, true)));
        var nobodyLedYet = group.generation().leader() == null;
        if (nobodyLedYet && !config.initialRebalanceDelay().isZero()) {
            lobby.startDelay(shard.schedule(config.initialRebalanceDelay(), () -> {
                lobby.stopDelay();
                completeRebalance(groupId, false);
            }));
        }
    }

    private void completeRebalance(String groupId, boolean timeIsUp) {
        var lobby = lobby(groupId);
        if (!lobby.isDelayed() || timeIsUp) {
            var present = lobby.joins.memberIds();
            shard.write(view -> Rebalance.complete(view, groupId, present, timeIsUp), complete -> {
                        var group = machine.group(groupId);
                        if (timeIsUp && group.phase() == GroupPhase.PREPARING_REBALANCE) {
                            startGathering(group, lobby(groupId));
                        }
                    })
                    .exceptionally(refused -> {
                        // The log takes nothing now, for want of replicas or of space; the members wait on.
                        shard.schedule(RETRY, () -> completeRebalance(groupId, timeIsUp));
                        return false;
                    });
        }
        dropIfIdle(groupId);
    }

    /** A member that joined but never asks for its assignment would hold up the others for as long as it sends heartbeats. */
    private void awaitSyncs(Group group, Lobby lobby) {
        var groupId = group.id();
        var generation = group.generation().number();
        lobby.startDeadline(shard.schedule(Duration.ofMillis(group.rebalanceTimeoutMs()), () -> {
            var now = machine.group(groupId);
            if (now.phase() == GroupPhase.COMPLETING_REBALANCE
                    && now.generation().number() == generation) {
                var silent = new LinkedHashSet<String>();
                now.members().forEach(member -> silent.add(member.id()));
                silent.removeAll(lobby(groupId).syncs.memberIds());
                expire(groupId, silent);
                if (now.phase() == GroupPhase.COMPLETING_REBALANCE) {
                    // The log refused it, or everybody waits for a leader that is alive and still computing.
                    awaitSyncs(now, lobby(groupId));
                }
            }
        }));
    }

    private void expire(String groupId, Set<String> memberIds) {
        var scene = scene(groupId);
        shard.write(view -> view.state().group(groupId).isOfConsumers()
                ? Consuming.expire(view, groupId, memberIds, scene)
                : Leaving.expire(view, groupId, memberIds));
    }

    private void name(JoinRequest request, String memberId) {
        var groupId = request.groupId();
        lobby(groupId).named.put(memberId, shard.schedule(Duration.ofMillis(request.sessionTimeoutMs()), () -> {
            lobby(groupId).forget(memberId);
            dropIfIdle(groupId);
        }));
    }

    private void expireOffsets() {
        var image = cluster.get();
        for (var group : List.copyOf(machine.groups())) {
            shard.write(view -> Offsets.expire(view, group.id(), config.offsetsRetention(), name -> image.topic(name)
                    .map(TopicImage::id)
                    .orElse(null)));
        }
        shard.write(view -> TransactionalOffsets.forgetProducers(view, config.offsetsRetention()));
        shard.schedule(config.offsetsCheckInterval(), this::expireOffsets);
    }

    private boolean isWaiting(String groupId, String memberId) {
        var lobby = lobbies.get(groupId);
        return lobby != null && (lobby.joins.contains(memberId) || lobby.syncs.contains(memberId));
    }

    private Set<String> namedIn(String groupId) {
        var lobby = lobbies.get(groupId);
        return lobby == null ? Set.of() : lobby.named.keySet();
    }

    private Lobby lobby(String groupId) {
        return lobbies.computeIfAbsent(groupId, id -> new Lobby());
    }

    private void dropIfIdle(String groupId) {
        var lobby = lobbies.get(groupId);
        if (lobby != null && lobby.isIdle()) {
            lobbies.remove(groupId);
        }
    }

    private static <A> void forward(CompletionStage<A> from, CompletableFuture<A> to) {
        from.whenComplete((value, failure) -> {
            if (failure == null) {
                to.complete(value);
            } else {
                to.completeExceptionally(failure);
            }
        });
    }
}
