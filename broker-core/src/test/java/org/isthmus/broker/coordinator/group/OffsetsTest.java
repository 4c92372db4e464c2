package org.isthmus.broker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isthmus.broker.coordinator.group.GroupRig.GROUP;
import static org.isthmus.broker.coordinator.group.GroupRig.VIEWS;
import static org.isthmus.broker.coordinator.group.GroupRig.VIEWS_ID;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Stories of committed offsets. */
class OffsetsTest {
    private final GroupRig rig = new GroupRig();

    @AfterEach
    void logTellsTheWholeState() {
        assertThat(rig.replayed()).isEqualTo(rig.live());
    }

    @Test
    void consumerThatBelongsToNoGroupCommitsAndReadsItBackAfterACrash() {
        assertThat(rig.commit("", -1, 42)).isEqualTo(ErrorCode.NONE);
        rig.crash();
        rig.elect();
        var offset = rig.settled(rig.groups.fetch(GroupRig.caller("", -1), null))
                .join()
                .offsets()
                .get(VIEWS);
        assertThat(offset.offset()).isEqualTo(42);
        assertThat(offset.leaderEpoch()).isEqualTo(3);
        assertThat(offset.metadata()).isEqualTo("note");
        assertThat(offset.topicId()).isEqualTo(VIEWS_ID);
    }

    @Test
    void strangersCannotCommitToAGroupWithMembers() {
        stable();
        assertThat(rig.commit("", -1, 1)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(rig.commit("invented", 1, 1)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void memberOfAFormerGenerationCannotCommit() {
        var member = stable();
        assertThat(rig.commit(member, 0, 1)).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        assertThat(rig.commit(member, 1, 5)).isEqualTo(ErrorCode.NONE);
        assertThat(rig.committed()).isEqualTo(5);
    }

    @Test
    void memberCommitsWhileOthersAreGatheredButNotBetweenGenerationAndAssignment() {
        var member = stable();
        var second = rig.joinNew("range");
        assertThat(rig.commit(member, 1, 6)).isEqualTo(ErrorCode.NONE);
        rig.join(member).join();
        assertThat(rig.commit(member, 2, 7)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(second).isDone();
    }

    @Test
    void longMetadataIsRefusedForItsPartitionAlone() {
        var commits = List.of(
                new OffsetCommit(VIEWS, VIEWS_ID, 1, -1, "x".repeat(101), -1),
                new OffsetCommit(new TopicPartition("views", 1), VIEWS_ID, 2, -1, "", -1));
        var outcomes =
                rig.settled(rig.groups.commit(GroupRig.caller("", -1), commits)).join();
        assertThat(outcomes.values()).containsExactly(ErrorCode.OFFSET_METADATA_TOO_LARGE, ErrorCode.NONE);
    }

    @Test
    void offsetsOfAnEmptyGroupAreForgottenAfterTheirRetention() {
        var member = stable();
        rig.commit(member, 1, 5);
        rig.loop.advance(Duration.ofSeconds(5));
        rig.leave(member);
        rig.loop.advance(Duration.ofHours(23));
        assertThat(rig.committed()).isEqualTo(5);
        rig.loop.advance(Duration.ofHours(2));
        assertThat(rig.committed()).isEqualTo(-1);
        assertThat(rig.group().phase()).isEqualTo(GroupPhase.DEAD);
    }

    @Test
    void offsetsOfADeletedTopicAreForgottenSoon() {
        rig.commit("", -1, 5);
        rig.addTopic("views", new UUID(8, 8), 4);
        rig.loop.advance(Duration.ofMinutes(11));
        assertThat(rig.committed()).isEqualTo(-1);
    }

    @Test
    void committerMayAskForAShorterRetention() {
        var commit =
                new OffsetCommit(VIEWS, VIEWS_ID, 1, -1, "", Duration.ofHours(1).toMillis());
        rig.settled(rig.groups.commit(GroupRig.caller("", -1), List.of(commit)));
        rig.loop.advance(Duration.ofMinutes(70));
        assertThat(rig.committed()).isEqualTo(-1);
    }

    @Test
    void groupWithMembersCannotBeDeletedAndAnEmptyOneTakesItsOffsetsAlong() {
        var member = stable();
        rig.commit(member, 1, 5);
        assertThat(rig.settled(rig.groups.delete(GROUP)).join()).isEqualTo(ErrorCode.NON_EMPTY_GROUP);
        rig.leave(member);
        assertThat(rig.settled(rig.groups.delete(GROUP)).join()).isEqualTo(ErrorCode.NONE);
        assertThat(rig.settled(rig.groups.delete(GROUP)).join()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        assertThat(rig.committed()).isEqualTo(-1);
        assertThat(rig.live().groups()).isEmpty();
    }

    @Test
    void offsetsOfOneTopicAreDeletedUnlessMembersSubscribeToIt() {
        rig.commit("", -1, 5);
        var deleted =
                rig.settled(rig.groups.deleteOffsets(GROUP, List.of(VIEWS))).join();
        assertThat(deleted.outcomes()).isEqualTo(Map.of(VIEWS, ErrorCode.NONE));
        assertThat(rig.committed()).isEqualTo(-1);
        assertThat(rig.settled(rig.groups.deleteOffsets(GROUP, List.of(VIEWS)))
                        .join()
                        .error())
                .isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
    }

    private String stable() {
        var joined = rig.joinNew("range").join();
        rig.sync(joined.memberId(), joined.generation(), Map.of(joined.memberId(), "all"));
        return joined.memberId();
    }
}
