package org.isthmus.broker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.isthmus.broker.common.ErrorCode;
import org.junit.jupiter.api.Test;

/** Groups of the consumer protocol, one heartbeat after another. */
class ConsumerGroupTest {
    private static final Set<String> VIEWS = Set.of("views");

    private final GroupRig rig = new GroupRig();
    private final SimulatedConsumer first = consumer("a");
    private final SimulatedConsumer second = consumer("b");

    @Test
    void newcomerGetsAPartitionOnlyOnceItsOwnerSaysThatItGaveItUp() {
        SimulatedMember.settle(rig, List.of(first), 2);
        assertThat(first.owned).hasSize(4);

        second.beat();
        first.beat();
        second.beat();
        second.reconcile();
        assertThat(second.owned).as("the first still reads").isEmpty();
        first.reconcile();
        second.beat();
        second.reconcile();
        assertThat(second.owned).as("the first has not said so").isEmpty();
        first.beat();
        second.beat();
        second.reconcile();

        assertThat(first.owned).hasSize(2);
        assertThat(second.owned).hasSize(2).doesNotContainAnyElementsOf(first.owned);
        assertThat(rig.group().phase()).isEqualTo(GroupPhase.STABLE);
        assertThat(rig.live()).isEqualTo(rig.replayed());
    }

    @Test
    void memberThatDoesNotGiveUpInTimeLosesItsPlace() {
        SimulatedMember.settle(rig, List.of(first), 2);
        second.beat();
        first.beat();

        for (var i = 0; i < 11 && first.lastError == ErrorCode.NONE; i++) {
            second.beat();
            rig.loop.advance(Duration.ofSeconds(3));
            first.beat();
        }

        assertThat(first.lastError).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        second.beat();
        second.reconcile();
        assertThat(second.owned).hasSize(4);
    }

    @Test
    void silentMemberIsExpiredAndTheOthersTakeOver() {
        SimulatedMember.settle(rig, List.of(first, second), 4);
        assertThat(first.owned).hasSize(2);

        for (var i = 0; i < 16; i++) {
            rig.loop.advance(Duration.ofSeconds(3));
            second.beat();
            second.reconcile();
        }

        assertThat(second.owned).hasSize(4);
        first.beat();
        assertThat(first.lastError).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void restartedCoordinatorKnowsItsMembersByTheirEpochs() {
        SimulatedMember.settle(rig, List.of(first, second), 4);
        var epoch = first.epoch;
        var owned = Set.copyOf(first.owned);

        rig.crash();
        rig.elect();
        SimulatedMember.settle(rig, List.of(first, second), 2);

        assertThat(first.epoch).isEqualTo(epoch);
        assertThat(first.owned).isEqualTo(owned);
    }

    @Test
    void memberWhoseAnswerWasLostGoesOn() {
        SimulatedMember.settle(rig, List.of(first), 2);
        second.beat();
        first.reconcile();
        first.beatInVain();
        first.beat();
        first.reconcile();
        first.beatInVain();

        first.beat();

        assertThat(first.lastError).isEqualTo(ErrorCode.NONE);
        SimulatedMember.settle(rig, List.of(first, second), 2);
        assertThat(first.owned).hasSize(2);
        assertThat(second.owned).hasSize(2);
    }

    @Test
    void memberFromTheFutureAndOneFromThePastAreFenced() {
        SimulatedMember.settle(rig, List.of(first), 2);
        first.epoch += 1;
        first.beat();
        assertThat(first.lastError).isEqualTo(ErrorCode.FENCED_MEMBER_EPOCH);

        SimulatedMember.settle(rig, List.of(first, second), 4);
        second.leave("b2");
        SimulatedMember.settle(rig, List.of(first, second), 4);
        first.epoch -= 2;
        first.beat();

        assertThat(first.lastError).isEqualTo(ErrorCode.FENCED_MEMBER_EPOCH);
    }

    @Test
    void staticMemberThatStepsAsideKeepsItsPlace() {
        var one = new SimulatedConsumer(rig, "x1", "one", null, VIEWS);
        SimulatedMember.settle(rig, List.of(one, first), 4);
        var owned = Set.copyOf(one.owned);
        var epochOfTheOther = first.epoch;
        var intruder = new SimulatedConsumer(rig, "x2", "one", null, VIEWS);
        intruder.beat();
        assertThat(intruder.lastError).isEqualTo(ErrorCode.UNRELEASED_INSTANCE_ID);

        one.leave("x3");
        SimulatedMember.settle(rig, List.of(first), 2);
        SimulatedMember.settle(rig, List.of(one, first), 2);

        assertThat(one.owned).isEqualTo(owned);
        assertThat(first.epoch).isEqualTo(epochOfTheOther);
        var ghost = new SimulatedConsumer(rig, "x1", "one", null, VIEWS);
        ghost.epoch = one.epoch;
        ghost.beat();
        assertThat(ghost.lastError).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
    }

    @Test
    void staticMemberThatDoesNotComeBackIsExpired() {
        var one = new SimulatedConsumer(rig, "x1", "one", null, VIEWS);
        SimulatedMember.settle(rig, List.of(one, first), 4);

        one.leave("x2");
        SimulatedMember.settle(rig, List.of(first), 17);

        assertThat(first.owned).hasSize(4);
    }

    @Test
    void topicsThatComeGrowAndGoAreFollowed() {
        first.subscribe("v.*|z");
        SimulatedMember.settle(rig, List.of(first), 2);
        assertThat(first.owned).hasSize(4);

        rig.addTopic("visits", new UUID(5, 5), 2);
        SimulatedMember.settle(rig, List.of(first), 2);
        assertThat(first.owned).hasSize(6);
        rig.addTopic("visits", new UUID(5, 5), 3);
        SimulatedMember.settle(rig, List.of(first), 2);
        assertThat(first.owned).hasSize(7);
        rig.removeTopic("views");
        SimulatedMember.settle(rig, List.of(first), 2);

        assertThat(first.owned).hasSize(3);
        assertThat(first.owned).allMatch(partition -> partition.topicId().equals(new UUID(5, 5)));
    }

    @Test
    void commitAndFetchAreOfTheMembersEpochAlone() {
        SimulatedMember.settle(rig, List.of(first, second), 4);

        assertThat(rig.commit("a", first.epoch, 5)).isEqualTo(ErrorCode.NONE);
        assertThat(rig.commit("a", first.epoch - 1, 6)).isEqualTo(ErrorCode.STALE_MEMBER_EPOCH);
        assertThat(rig.commit("c", first.epoch, 6)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(rig.commit("", -1, 6)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(fetch("a", first.epoch).offsets().get(GroupRig.VIEWS).offset())
                .isEqualTo(5);
        assertThat(fetch("", -1).offsets()).hasSize(1);
        assertThat(fetch("a", first.epoch + 1).error()).isEqualTo(ErrorCode.STALE_MEMBER_EPOCH);
        assertThat(fetch("c", first.epoch).error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void vacantGroupChangesItsProtocolAndKeepsItsOffsets() {
        rig.commit("", -1, 7);
        SimulatedMember.settle(rig, List.of(first), 2);
        assertThat(rig.join("").join().error()).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        first.leave("a2");

        var joined = rig.joinNew("range").join();

        assertThat(joined.error()).isEqualTo(ErrorCode.NONE);
        assertThat(rig.committed()).isEqualTo(7);
        second.beat();
        assertThat(second.lastError).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        rig.leave(joined.memberId());
        SimulatedMember.settle(rig, List.of(second), 2);
        assertThat(second.owned).hasSize(4);
        assertThat(rig.committed()).isEqualTo(7);
        assertThat(rig.live()).isEqualTo(rig.replayed());
    }

    @Test
    void oneMemberMoreMovesNoMoreThanItGets() {
        rig.addTopic("many", new UUID(5, 5), 100);
        var consumers = new ArrayList<SimulatedConsumer>();
        var before = Map.<String, Set<PartitionId>>of();
        for (var i = 0; i < 7; i++) {
            consumers.add(new SimulatedConsumer(rig, "m" + i, null, "uniform", Set.of("many")));
            SimulatedMember.settle(rig, consumers, 5);
            for (var consumer : consumers) {
                assertThat(consumer.owned).hasSizeBetween(100 / (i + 1), 100 / (i + 1) + 1);
                var had = before.getOrDefault(consumer.memberId, Set.of());
                assertThat(consumer.owned.isEmpty() || had.isEmpty() || had.containsAll(consumer.owned))
                        .isTrue();
            }
            var now = new HashMap<String, Set<PartitionId>>();
            consumers.forEach(consumer -> now.put(consumer.memberId, new HashSet<>(consumer.owned)));
            before = now;
        }
    }

    @Test
    void differentSubscriptionsAreServedEvenly() {
        rig.addTopic("few", new UUID(5, 5), 2);
        first.subscribe(Set.of("views", "few"));
        second.subscribe(Set.of("few"));
        SimulatedMember.settle(rig, List.of(first, second), 5);

        assertThat(first.owned)
                .hasSize(4)
                .allMatch(partition -> partition.topicId().equals(GroupRig.VIEWS_ID));
        assertThat(second.owned).hasSize(2);
    }

    private SimulatedConsumer consumer(String id) {
        return new SimulatedConsumer(rig, id, null, null, VIEWS);
    }

    private FetchedOffsets fetch(String memberId, int epoch) {
        return rig.settled(rig.groups.fetch(GroupRig.caller(memberId, epoch), null))
                .join();
    }
}
