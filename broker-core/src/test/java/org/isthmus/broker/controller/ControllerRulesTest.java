package org.isthmus.broker.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.BrokerConfigs;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.TopicImage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the controller decides, one image at a time. */
class ControllerRulesTest {
    private static final TopicPartition ID = new TopicPartition("t", 0);
    private static final Placement PLACEMENT = new Placement(1000, 1, 1);

    private final Elections elections = new Elections(new BrokerConfigs(BrokerId.NONE, Map.of()));

    @Test
    void deadLeaderIsFollowedByTheFirstInSyncWhoIsAlive() {
        var image = cluster(2, 3).with(created(partition(1, ids(1, 2, 3), ids(1, 3, 2)), Map.of()));

        var after = the(image.with(elections.amongTheLiving(image)));

        assertThat(after.leader()).isEqualTo(id(2));
        assertThat(after.leaderEpoch()).isEqualTo(new Epoch(1));
        assertThat(after.isr()).isEqualTo(ids(3, 2));
        assertThat(elections.amongTheLiving(image.with(elections.amongTheLiving(image))))
                .isEmpty();
    }

    @Test
    void deadFollowerIsNoLongerInSyncAndTheLeaderStaysUnderItsEpoch() {
        var image = cluster(1, 3).with(created(partition(1, ids(1, 2, 3), ids(1, 2, 3)), Map.of()));

        var after = the(image.with(elections.amongTheLiving(image)));

        assertThat(after.isr()).isEqualTo(ids(1, 3));
        assertThat(after.leaderEpoch()).isEqualTo(Epoch.ZERO);
    }

    @Test
    void nobodyLeadsWhereNobodyInSyncIsAliveUntilOneOfThemComesBack() {
        var image = cluster(3).with(created(partition(1, ids(1, 2, 3), ids(1)), Map.of()));
        var waiting = image.with(elections.amongTheLiving(image));
        assertThat(the(waiting).hasLeader()).isFalse();
        assertThat(the(waiting).isr()).isEqualTo(ids(1));
        assertThat(elections.amongTheLiving(waiting)).isEmpty();

        var back = waiting.with(List.of(new ClusterDelta.BrokerRegistered(broker(1, null))));
        var after = the(back.with(elections.amongTheLiving(back)));

        assertThat(after.leader()).isEqualTo(id(1));
        assertThat(after.leaderEpoch()).isEqualTo(new Epoch(2));
    }

    @Test
    void topicThatPrefersToLoseRecordsIsLedByAnyReplicaAlive() {
        var configs = Map.of("unclean.leader.election.enable", "true");
        var image = cluster(3).with(created(partition(1, ids(1, 2, 3), ids(1)), configs));

        var after = the(image.with(elections.amongTheLiving(image)));

        assertThat(after.leader()).isEqualTo(id(3));
        assertThat(after.isr()).isEqualTo(ids(3));
    }

    @Test
    void whoLeavesHandsOverWhatItLeadsAndKeepsWhatOnlyItHas() {
        var image = cluster(1, 2)
                .with(List.of(new ClusterDelta.TopicCreated(new TopicImage(
                        "t",
                        new UUID(0, 1),
                        Map.of(),
                        List.of(
                                partition(1, ids(1, 2), ids(1, 2)),
                                partition(1, ids(1, 2), ids(1)),
                                partition(2, ids(2), ids(2)))))));

        var after = image.with(elections.without(image, id(1))).topic("t").orElseThrow();

        assertThat(after.partitions().get(0).leader()).isEqualTo(id(2));
        assertThat(after.partitions().get(0).isr()).isEqualTo(ids(2));
        assertThat(after.partitions().get(1).hasLeader()).isFalse();
        assertThat(after.partitions().get(1).isr()).isEqualTo(ids(1));
        assertThat(after.partitions().get(2)).isEqualTo(partition(2, ids(2), ids(2)));
    }

    @Test
    void preferredLeaderIsElectedOnceItIsInSync() {
        var lagging = cluster(1, 2).with(created(partition(2, ids(1, 2), ids(2)), Map.of()));
        assertThat(elections.preferred(lagging)).isEmpty();
        assertThatThrownBy(() -> elections.electPreferred(lagging, ID))
                .isInstanceOf(BrokerException.class)
                .extracting(refusal -> ((BrokerException) refusal).code())
                .isEqualTo(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE);

        var inSync = lagging.with(
                List.of(new ClusterDelta.PartitionChanged(ID, the(lagging).inSync(ids(2, 1)))));
        var after = inSync.with(elections.preferred(inSync));

        assertThat(the(after).leader()).isEqualTo(id(1));
        assertThatThrownBy(() -> elections.electPreferred(after, ID)).hasMessageContaining("preferred leader");
    }

    @Test
    void moveAddsFirstAndTakesAwayWhatIsToGoWhenTheNewOnesAreInSync() {
        var image = cluster(1, 2, 3, 4).with(created(partition(1, ids(1, 2), ids(1, 2)), Map.of()));

        var moving = image.with(begun(image, ids(3, 4)));
        assertThat(the(moving).replicas()).isEqualTo(ids(3, 4, 1, 2));
        assertThat(the(moving).leader()).isEqualTo(id(1));
        assertThat(Reassignments.progress(moving)).isEmpty();

        var half = moving.with(
                List.of(new ClusterDelta.PartitionChanged(ID, the(moving).inSync(ids(1, 2, 3)))));
        assertThat(Reassignments.progress(half)).isEmpty();
        var whole = half.with(
                List.of(new ClusterDelta.PartitionChanged(ID, the(half).inSync(ids(1, 2, 3, 4)))));
        var after = the(whole.with(Reassignments.progress(whole)));

        assertThat(after.replicas()).isEqualTo(ids(3, 4));
        assertThat(after.isr()).isEqualTo(ids(3, 4));
        assertThat(after.leader()).isEqualTo(id(3));
        assertThat(after.leaderEpoch()).isEqualTo(new Epoch(1));
        assertThat(Reassignments.isMoving(after)).isFalse();
    }

    @Test
    void moveThatIsGivenUpLeavesWhatWasThere() {
        var image = cluster(1, 2, 3).with(created(partition(1, ids(1, 2), ids(1, 2)), Map.of()));
        var moving = image.with(begun(image, ids(2, 3)));

        var after = the(moving.with(List.of(Reassignments.cancel(moving, ID))));

        assertThat(after.replicas()).containsExactlyInAnyOrderElementsOf(ids(1, 2));
        assertThat(after.leader()).isEqualTo(id(1));
        assertThat(Reassignments.isMoving(after)).isFalse();
        assertThatThrownBy(() -> Reassignments.cancel(image, ID)).hasMessageContaining("not on the move");
    }

    /**
     * Found by the simulated cluster: one that came back to where it was before was taken for in sync by what it had had, and
     * had nothing of the log beside the records.
     */
    @Test
    void replicaThatGoesIsNotKnownToTheReignThatFollows() {
        var image = cluster(1, 2, 3).with(created(partition(1, ids(1, 2, 3), ids(1, 2, 3)), Map.of()));

        var after = the(image.with(
                List.of(Reassignments.begin(image, ID, ids(1, 2), true).orElseThrow())));

        assertThat(after.replicas()).isEqualTo(ids(1, 2));
        assertThat(after.leader()).isEqualTo(id(1));
        assertThat(after.leaderEpoch()).isEqualTo(new Epoch(1));
    }

    @Test
    void otherOrderOfTheSameReplicasIsThereAtOnce() {
        var image = cluster(1, 2).with(created(partition(1, ids(1, 2), ids(1, 2)), Map.of()));

        var after = the(image.with(begun(image, ids(2, 1))));

        assertThat(after.replicas()).isEqualTo(ids(2, 1));
        assertThat(after.leader()).isEqualTo(id(1));
        assertThat(Reassignments.isMoving(after)).isFalse();
    }

    @Test
    void replicasLieOnDifferentRacksAndLeadersOnAllBrokersAlike() {
        var image = ClusterImage.empty(new UUID(0, 0), id(1))
                .with(IntStream.range(0, 6)
                        .mapToObj(i -> (ClusterDelta)
                                new ClusterDelta.BrokerRegistered(broker(i, i < 3 ? "a" : i < 5 ? "b" : "c")))
                        .toList());
        var request = new NewTopicRequest("spread", 60, 3, List.of(), Map.of());

        var topic = image.with(List.of(PLACEMENT.createTopic(image, request, new UUID(0, 2))))
                .topic("spread")
                .orElseThrow();

        assertThat(topic.partitions()).allSatisfy(partition -> assertThat(partition.replicas().stream()
                        .map(replica -> image.brokers().get(replica).rack()))
                .containsExactlyInAnyOrder("a", "b", "c"));
        for (var broker : image.brokers().keySet()) {
            assertThat(topic.partitions().stream()
                            .filter(partition -> partition.leader().equals(broker)))
                    .hasSize(10);
        }
    }

    @Test
    void defaultThatTooFewBrokersAreThereForIsToldAndWhatIsAskedForIsRefused() {
        var image = cluster(1, 2);
        var placement = new Placement(1000, 1, 3);
        var byDefault = new NewTopicRequest("t", 1, -1, List.of(), Map.of());
        var asked = new NewTopicRequest("t", 1, 3, List.of(), Map.of());

        var made = image.with(List.of(placement.createTopic(image, byDefault, new UUID(0, 2))))
                .topic("t")
                .orElseThrow();

        assertThat(placement.missing(made, byDefault))
                .contains(new MissingReplicas("t", 2, 3, "default.replication.factor"));
        assertThat(new Placement(1000, 1, 2).missing(made, byDefault)).isEmpty();
        assertThatThrownBy(() -> placement.createTopic(image, asked, new UUID(0, 3)))
                .isInstanceOfSatisfying(BrokerException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.INVALID_REPLICATION_FACTOR));
    }

    private static List<ClusterDelta> begun(ClusterImage image, List<BrokerId> target) {
        return List.of(Reassignments.begin(image, ID, target, false).orElseThrow());
    }

    private static ClusterImage cluster(int... alive) {
        var deltas = new ArrayList<ClusterDelta>();
        for (var id : alive) {
            deltas.add(new ClusterDelta.BrokerRegistered(broker(id, null)));
        }
        return ClusterImage.empty(new UUID(0, 0), id(1)).with(deltas);
    }

    private static BrokerImage broker(int id, @Nullable String rack) {
        return new BrokerImage(id(id), "host", 9092, 0, rack);
    }

    private static List<ClusterDelta> created(PartitionImage partition, Map<String, String> configs) {
        return List.of(new ClusterDelta.TopicCreated(new TopicImage("t", new UUID(0, 1), configs, List.of(partition))));
    }

    private static PartitionImage partition(int leader, List<BrokerId> replicas, List<BrokerId> isr) {
        return new PartitionImage(id(leader), Epoch.ZERO, replicas, isr);
    }

    private static PartitionImage the(ClusterImage image) {
        return image.partition(ID).orElseThrow();
    }

    private static BrokerId id(int id) {
        return new BrokerId(id);
    }

    private static List<BrokerId> ids(Integer... ids) {
        return Stream.of(ids).map(BrokerId::new).toList();
    }
}
