package org.isthmus.broker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isthmus.broker.coordinator.group.GroupRig.GROUP;
import static org.isthmus.broker.coordinator.group.GroupRig.request;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Stories of groups on the classic protocol. Whatever happens in them, the replayed log is the live state. */
class ClassicGroupTest {
    private GroupRig rig = new GroupRig();

    @AfterEach
    void logTellsTheWholeState() {
        assertThat(rig.replayed()).isEqualTo(rig.live());
    }

    @Test
    void newMemberLearnsItsIdFirstAndLeadsAGroupThatWasEmpty() {
        var named = rig.join("").join();
        assertThat(named.error()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
        assertThat(named.memberId()).startsWith("client-");

        var joined = rig.join(named.memberId()).join();
        assertThat(joined.error()).isEqualTo(ErrorCode.NONE);
        assertThat(joined.generation()).isEqualTo(1);
        assertThat(joined.leader()).isEqualTo(named.memberId());
        assertThat(joined.protocol()).isEqualTo("range");
        assertThat(joined.members())
                .containsExactly(new JoinAnswer.Joined(named.memberId(), null, new Bytes("range".getBytes())));
    }

    @Test
    void idThatNobodyWasGivenIsUnknown() {
        assertThat(rig.join("invented").join().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void secondMemberMakesTheFirstJoinAgainAndTheLeaderAssignsToBoth() {
        var first = stableWithOneMember();

        var second = rig.joinNew("range");
        assertThat(second).isNotDone();
        assertThat(rig.heartbeat(first, 1)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);

        var again = rig.join(first).join();
        assertThat(again.generation()).isEqualTo(2);
        assertThat(again.members()).hasSize(2);
        var other = second.join();
        assertThat(other.leader()).isEqualTo(first);
        assertThat(other.members()).isEmpty();

        var follower = rig.sync(other.memberId(), 2, Map.of());
        assertThat(follower).isNotDone();
        var leader = rig.sync(first, 2, Map.of(first, "0,1", other.memberId(), "2,3"));
        assertThat(text(leader)).isEqualTo("0,1");
        assertThat(text(follower)).isEqualTo("2,3");
        assertThat(rig.group().phase()).isEqualTo(GroupPhase.STABLE);
        assertThat(rig.heartbeat(first, 2)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void emptyGroupWaitsALittleSoThatManyMembersShareTheFirstGeneration() {
        rig = new GroupRig(GroupRig.config(Duration.ofMillis(200)));
        var first = rig.joinNew("range");
        var second = rig.joinNew("range");
        assertThat(first).isNotDone();

        rig.loop.advance(Duration.ofMillis(200));
        assertThat(first.join().generation()).isEqualTo(1);
        assertThat(second.join().generation()).isEqualTo(1);
        assertThat(first.join().members()).hasSize(2);
    }

    @Test
    void silentMemberIsRemovedAndTheOthersShareItsPartitions() {
        var first = stableWithOneMember();
        var second = rig.joinNew("range");
        rig.join(first).join();
        rig.sync(first, 2, Map.of());
        rig.sync(second.join().memberId(), 2, Map.of());

        rig.loop.advance(Duration.ofSeconds(6));
        rig.heartbeat(first, 2);
        rig.loop.advance(Duration.ofSeconds(6));

        assertThat(rig.heartbeat(second.join().memberId(), 2)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(rig.heartbeat(first, 2)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(rig.join(first).join().members()).hasSize(1);
    }

    @Test
    void memberThatDoesNotJoinAgainInTimeIsLeftBehind() {
        var first = stableWithOneMember();
        var second = rig.joinNew("range");
        for (var seconds = 0; seconds < 30; seconds += 5) {
            rig.heartbeat(first, 1);
            rig.loop.advance(Duration.ofSeconds(5));
        }
        assertThat(second.join().generation()).isEqualTo(2);
        assertThat(second.join().members()).hasSize(1);
        assertThat(rig.heartbeat(first, 1)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void leavingMemberIsGoneAtOnceAndTheLastOneLeavesTheGroupEmpty() {
        var first = stableWithOneMember();
        var second = rig.joinNew("range");
        rig.join(first);
        assertThat(rig.leave(first)).isEqualTo(ErrorCode.NONE);
        assertThat(rig.leave(first)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(rig.group().phase()).isEqualTo(GroupPhase.PREPARING_REBALANCE);

        assertThat(rig.leave(second.join().memberId())).isEqualTo(ErrorCode.NONE);
        assertThat(rig.group().phase()).isEqualTo(GroupPhase.EMPTY);
    }

    @Test
    void memberThatLeavesWhileItWaitsIsToldSo() {
        stableWithOneMember();
        var named = rig.join("").join();
        var waiting = rig.join(named.memberId());
        rig.leave(named.memberId());
        assertThat(waiting.join().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void protocolThatAllKnowAndMostPreferIsChosen() {
        var named = rig.join(request("", null, "sticky", "range")).join();
        rig.join(request(named.memberId(), null, "sticky", "range"));
        var second = rig.joinNew("range", "other");
        rig.join(request(named.memberId(), null, "sticky", "range"));
        assertThat(second.join().protocol()).isEqualTo("range");

        assertThat(rig.join(request("", null, "sticky")).join().error())
                .isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    }

    @Test
    void groupTakesNoMoreMembersThanItMay() {
        for (var i = 0; i < 10; i++) {
            rig.joinNew("range");
        }
        assertThat(rig.joinNew("range").join().error()).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
    }

    @Test
    void sessionTimeoutOutOfBoundsIsRefused() {
        var request = new JoinRequest(
                GROUP,
                "",
                null,
                "client",
                "host",
                10,
                10,
                "consumer",
                request("", null, "range").protocols(),
                true,
                true);
        assertThat(rig.join(request).join().error()).isEqualTo(ErrorCode.INVALID_SESSION_TIMEOUT);
    }

    @Test
    void returningStaticMemberTakesItsPlaceWithoutRebalanceAndFencesItsFormerSelf() {
        var first = rig.join(request("", "desk-1", "range")).join();
        rig.sync(first.memberId(), 1, Map.of(first.memberId(), "0-3"));

        var back = rig.join(request("", "desk-1", "range")).join();
        assertThat(back.error()).isEqualTo(ErrorCode.NONE);
        assertThat(back.generation()).isEqualTo(1);
        assertThat(back.memberId()).isNotEqualTo(first.memberId());
        assertThat(back.skipAssignment()).isTrue();
        assertThat(text(rig.sync(back.memberId(), 1, Map.of()))).isEqualTo("0-3");

        var former = new Caller(GROUP, first.memberId(), "desk-1", 1);
        assertThat(rig.settled(rig.groups.heartbeat(former)).join()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        assertThat(rig.join(request(first.memberId(), "desk-1", "range")).join().error())
                .isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
    }

    @Test
    void administratorRemovesAStaticMemberByItsName() {
        rig.join(request("", "desk-1", "range")).join();
        var outcomes = rig.settled(rig.groups.leave(GROUP, List.of(new Leaver("", "desk-1"), new Leaver("", "desk-2"))))
                .join();
        assertThat(outcomes).containsExactly(ErrorCode.NONE, ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(rig.group().phase()).isEqualTo(GroupPhase.EMPTY);
    }

    @Test
    void joinAnswerLeavesOnlyOnceTheGenerationIsCommitted() {
        var named = rig.join("").join();
        rig.log.holdCommits();
        var joining = rig.join(named.memberId());
        assertThat(rig.group().phase()).isEqualTo(GroupPhase.COMPLETING_REBALANCE);
        assertThat(joining).isNotDone();
        rig.log.commit();
        assertThat(joining.join().generation()).isEqualTo(1);
    }

    @Test
    void newLeaderOfTheShardGoesOnWithTheGroupAsItWas() {
        var member = stableWithOneMember();
        rig.crash();
        assertThat(rig.settled(rig.groups.heartbeat(GroupRig.caller(member, 1))))
                .isCompletedExceptionally();

        rig.elect();
        assertThat(rig.heartbeat(member, 1)).isEqualTo(ErrorCode.NONE);
        assertThat(text(rig.sync(member, 1, Map.of()))).isEqualTo("all");

        rig.loop.advance(Duration.ofSeconds(11));
        assertThat(rig.heartbeat(member, 1)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void memberThatWaitsWhileTheShardIsLostIsToldToLookElsewhere() {
        stableWithOneMember();
        var waiting = rig.joinNew("range");
        rig.crash();
        assertThat(waiting).isCompletedExceptionally();
        rig.elect();
    }

    @Test
    void memberThatNeverAsksForItsAssignmentIsRemoved() {
        var first = stableWithOneMember();
        var second = rig.joinNew("range");
        rig.join(first).join();
        rig.sync(second.join().memberId(), 2, Map.of());
        for (var seconds = 0; seconds < 30; seconds += 5) {
            rig.heartbeat(first, 2);
            rig.loop.advance(Duration.ofSeconds(5));
        }
        assertThat(rig.heartbeat(first, 2)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void formerGenerationIsToldSo() {
        var member = stableWithOneMember();
        assertThat(rig.heartbeat(member, 0)).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        assertThat(rig.sync(member, 2, Map.of()).join().error()).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
    }

    private String stableWithOneMember() {
        var joined = rig.joinNew("range").join();
        rig.sync(joined.memberId(), joined.generation(), Map.of(joined.memberId(), "all"));
        return joined.memberId();
    }

    private static String text(CompletableFuture<SyncAnswer> answer) {
        return new String(answer.join().assignment().array());
    }
}
