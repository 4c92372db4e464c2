package org.isthmus.broker.coordinator.group;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.Bytes;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.coordinator.MemoryShardLog;
import org.isthmus.broker.coordinator.SteppedLoop;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.TopicImage;

/** A group coordinator with one shard in memory, and short ways to speak to it as clients do. */
public final class GroupRig {
    public static final String GROUP = "readers";
    public static final TopicPartition VIEWS = new TopicPartition("views", 0);
    public static final UUID VIEWS_ID = new UUID(7, 7);

    public final SteppedLoop loop = new SteppedLoop();
    public final MemoryShardLog log = new MemoryShardLog();
    public final Map<String, TopicImage> topics = new HashMap<>();
    public final GroupCoordinator groups;
    private long lastId;
    private long imageVersion = 1;

    public GroupRig() {
        this(config(Duration.ZERO));
    }

    public GroupRig(GroupConfig config) {
        addTopic(InternalTopics.CONSUMER_OFFSETS, new UUID(9, 9), 1);
        addTopic(VIEWS.topic(), VIEWS_ID, 4);
        groups = new GroupCoordinator(config, this::image, loop, () -> new UUID(0, ++lastId));
        elect();
    }

    public static GroupConfig config(Duration initialDelay) {
        return new GroupConfig(
                Duration.ofSeconds(1),
                Duration.ofMinutes(5),
                10,
                initialDelay,
                Duration.ofDays(1),
                Duration.ofMinutes(10),
                100,
                ConsumerGroupConfig.DEFAULT);
    }

    public void addTopic(String name, UUID id, int partitions) {
        var leader = new BrokerId(0);
        var partition = new PartitionImage(leader, Epoch.ZERO, List.of(leader), List.of(leader));
        topics.put(name, new TopicImage(name, id, Map.of(), Collections.nCopies(partitions, partition)));
        imageVersion++;
    }

    public void removeTopic(String name) {
        topics.remove(name);
        imageVersion++;
    }

    public ClusterImage image() {
        var names = new HashMap<UUID, String>();
        topics.values().forEach(topic -> names.put(topic.id(), topic.name()));
        return new ClusterImage(imageVersion, new UUID(1, 1), new BrokerId(0), Map.of(), Map.copyOf(topics), names, 0);
    }

    public void elect() {
        groups.shards().elected(0, log.lead(), loop);
        loop.settle();
    }

    public void crash() {
        log.loseLeader();
        groups.shards().resigned(0);
        loop.settle();
    }

    GroupMachine live() {
        return settled(groups.shards()
                        .ask(0, tenant -> CompletableFuture.completedStage(((GroupShard) (Object) tenant).machine())))
                .join();
    }

    GroupMachine replayed() {
        return log.replayedBy(new GroupMachine(), new GroupRecordCodec());
    }

    Group group() {
        return live().group(GROUP);
    }

    public <A> CompletableFuture<A> settled(CompletionStage<A> stage) {
        loop.settle();
        return stage.toCompletableFuture();
    }

    public static JoinRequest request(String memberId, String instanceId, String... protocols) {
        var known = new ArrayList<JoinRequest.Protocol>();
        for (var protocol : protocols) {
            known.add(new JoinRequest.Protocol(protocol, new Bytes(protocol.getBytes())));
        }
        return new JoinRequest(
                GROUP, memberId, instanceId, "client", "/127.0.0.1", 10_000, 30_000, "consumer", known, true, true);
    }

    public CompletableFuture<JoinAnswer> join(String memberId) {
        return join(request(memberId, null, "range"));
    }

    public CompletableFuture<JoinAnswer> join(JoinRequest request) {
        return settled(groups.join(request));
    }

    /** Gets an id, and joins with it. */
    public CompletableFuture<JoinAnswer> joinNew(String... protocols) {
        var named = join(request("", null, protocols)).join();
        return join(request(named.memberId(), null, protocols));
    }

    public CompletableFuture<SyncAnswer> sync(String memberId, int generation, Map<String, String> assignment) {
        var bytes = new HashMap<String, Bytes>();
        assignment.forEach((member, text) -> bytes.put(member, new Bytes(text.getBytes())));
        return settled(groups.sync(new SyncRequest(caller(memberId, generation), null, null, bytes)));
    }

    public ErrorCode heartbeat(String memberId, int generation) {
        return settled(groups.heartbeat(caller(memberId, generation))).join();
    }

    public ErrorCode leave(String memberId) {
        return settled(groups.leave(GROUP, List.of(new Leaver(memberId, null))))
                .join()
                .get(0);
    }

    public CompletableFuture<Map<TopicPartition, ErrorCode>> commitLater(String memberId, int generation, long offset) {
        var commit = new OffsetCommit(VIEWS, VIEWS_ID, offset, 3, "note", -1);
        return settled(groups.commit(caller(memberId, generation), List.of(commit)));
    }

    public ErrorCode commit(String memberId, int generation, long offset) {
        return commitLater(memberId, generation, offset).join().get(VIEWS);
    }

    public long committed() {
        var found = settled(groups.fetch(caller("", -1), List.of(VIEWS)))
                .join()
                .offsets()
                .get(VIEWS);
        return found == null ? -1 : found.offset();
    }

    public static Caller caller(String memberId, int generation) {
        return new Caller(GROUP, memberId, null, generation);
    }
}
