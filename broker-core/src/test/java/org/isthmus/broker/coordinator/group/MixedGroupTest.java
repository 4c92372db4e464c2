package org.isthmus.broker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.Bytes;
import org.junit.jupiter.api.Test;

/** Groups that have members of both protocols, one question after another. */
class MixedGroupTest {
    private static final Set<String> VIEWS = Set.of("views");

    private GroupRig rig = new GroupRig();

    private SimulatedConsumer consumer(String id) {
        return new SimulatedConsumer(rig, id, null, null, VIEWS);
    }

    private SimulatedClassicMember classic(String instanceId) {
        return new SimulatedClassicMember(rig, instanceId, SimulatedClassicMember.EAGER, VIEWS);
    }

    private static GroupConfig config(MigrationPolicy policy) {
        var usual = GroupRig.config(Duration.ZERO);
        var consumers = ConsumerGroupConfig.DEFAULT;
        return new GroupConfig(
                usual.minSessionTimeout(),
                usual.maxSessionTimeout(),
                usual.maxSize(),
                usual.initialRebalanceDelay(),
                usual.offsetsRetention(),
                usual.offsetsCheckInterval(),
                usual.maxOffsetMetadataBytes(),
                new ConsumerGroupConfig(consumers.session(), consumers.heartbeat(), 10, policy));
    }

    @Test
    void firstConsumerTakesTheClassicGroupWithIt() {
        var old = classic(null);
        SimulatedMember.settle(rig, List.of(old), 3);
        assertThat(rig.commit(old.memberId(), old.generation, 5)).isEqualTo(ErrorCode.NONE);
        var generation = old.generation;
        var consumer = consumer("new");

        consumer.beat();

        assertThat(consumer.lastError).isEqualTo(ErrorCode.NONE);
        assertThat(rig.group().isOfConsumers()).isTrue();
        assertThat(rig.group().members()).isEmpty();
        assertThat(rig.heartbeat(old.memberId(), generation)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(rig.commit(old.memberId(), generation, 6))
                .as("it can still say how far it read before it joins again")
                .isEqualTo(ErrorCode.NONE);
        SimulatedMember.settle(rig, List.of(old, consumer), 4);
        assertThat(old.owned()).hasSize(2);
        assertThat(consumer.owned()).hasSize(2).doesNotContainAnyElementsOf(old.owned());
        assertThat(rig.group().phase()).isEqualTo(GroupPhase.STABLE);
        assertThat(rig.commit(old.memberId(), generation, 7)).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        assertThat(rig.committed()).isEqualTo(6);
        assertThat(rig.live()).isEqualTo(rig.replayed());
    }

    @Test
    void memberThatWaitsForItsGenerationJoinsTheGroupThatItBecame() {
        var first = rig.joinNew("range");
        var leader = first.join();
        var said = SimulatedClassicMember.subscription((short) 1, VIEWS, List.of());
        var request = request(leader.memberId(), "range", said);
        rig.join(request);
        var second = rig.join(request("", "range", said)).join();
        var waits = rig.join(request(second.memberId(), "range", said));
        assertThat(waits).isNotDone();

        consumer("new").beat();

        assertThat(waits.join().error()).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        var joined = rig.join(request(second.memberId(), "range", said)).join();
        assertThat(joined.error()).isEqualTo(ErrorCode.NONE);
        assertThat(joined.leader()).as("nobody leads").isEmpty();
        assertThat(joined.protocol()).isEqualTo("range");
    }

    private static JoinRequest request(String memberId, String protocol, Bytes said) {
        return new JoinRequest(
                GroupRig.GROUP,
                memberId,
                null,
                "client",
                "/127.0.0.1",
                10_000,
                30_000,
                "consumer",
                List.of(new JoinRequest.Protocol(protocol, said)),
                true,
                true);
    }

    @Test
    void classicMemberJoinsConsumersAndHearsWhenMoreIsFree() {
        var consumer = consumer("new");
        SimulatedMember.settle(rig, List.of(consumer), 2);
        var old = classic(null);

        old.beat();
        old.beat();
        assertThat(old.lastError).isEqualTo(ErrorCode.NONE);
        assertThat(old.owned()).as("all of it is still read by the other").isEmpty();
        old.beat();
        assertThat(old.lastError).as("nothing is free yet").isEqualTo(ErrorCode.NONE);
        consumer.beat();
        consumer.reconcile();
        consumer.beat();
        old.beat();
        assertThat(old.lastError).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        old.beat();
        rig.loop.settle();

        assertThat(old.owned()).hasSize(2);
        assertThat(rig.group().phase()).isEqualTo(GroupPhase.STABLE);
    }

    @Test
    void lastConsumerThatGoesLeavesAClassicGroup() {
        var consumer = consumer("new");
        var old = classic(null);
        SimulatedMember.settle(rig, List.of(consumer, old), 4);
        var generation = old.generation;

        consumer.leave("later");

        var group = rig.group();
        assertThat(group.isOfConsumers()).isFalse();
        assertThat(group.phase()).isEqualTo(GroupPhase.PREPARING_REBALANCE);
        assertThat(rig.heartbeat(old.memberId(), generation)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(rig.commit(old.memberId(), generation, 9)).isEqualTo(ErrorCode.NONE);
        SimulatedMember.settle(rig, List.of(old), 3);
        assertThat(old.generation).isGreaterThan(generation);
        assertThat(old.owned()).hasSize(4);
        assertThat(rig.group().phase()).isEqualTo(GroupPhase.STABLE);
        assertThat(rig.committed()).isEqualTo(9);
        assertThat(rig.live()).isEqualTo(rig.replayed());
    }

    @Test
    void consumerThatFallsSilentLeavesAClassicGroupToo() {
        var consumer = consumer("new");
        var old = classic(null);
        SimulatedMember.settle(rig, List.of(consumer, old), 4);
        for (var seconds = 0; seconds < 50; seconds += 5) {
            rig.loop.advance(Duration.ofSeconds(5));
            old.beat();
            rig.loop.settle();
        }

        assertThat(rig.group().isOfConsumers()).isFalse();
    }

    @Test
    void staticMemberThatComesBackWithTheOtherProtocolTakesItsPlace() {
        var old = classic("one");
        var consumer = consumer("new");
        SimulatedMember.settle(rig, List.of(old, consumer), 4);
        var place = Set.copyOf(old.owned());
        old.leave("gone");
        var successor = new SimulatedConsumer(rig, "successor", "one", null, VIEWS);

        successor.beat();
        successor.reconcile();

        assertThat(successor.lastError).isEqualTo(ErrorCode.NONE);
        assertThat(successor.owned()).isEqualTo(new TreeSet<>(place));

        successor.leave("gone too");
        consumer.leave("gone as well");
        var again = classic("one");
        again.beat();
        assertThat(rig.group().isOfConsumers())
                .as("only a classic member is left")
                .isFalse();
        SimulatedMember.settle(rig, List.of(again), 3);
        assertThat(again.owned()).hasSize(4);
    }

    @Test
    void classicMemberThatDoesNotJoinAgainLosesItsPlace() {
        var consumer = consumer("new");
        var stubborn = classic(null);
        SimulatedMember.settle(rig, List.of(consumer, stubborn), 4);
        consumer.subscribe(Set.of("views", "later"));
        consumer.beat();
        for (var seconds = 0; seconds < 28; seconds += 4) {
            assertThat(rig.heartbeat(stubborn.memberId(), stubborn.generation))
                    .isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
            rig.loop.advance(Duration.ofSeconds(4));
            consumer.beat();
        }
        rig.loop.advance(Duration.ofSeconds(4));

        assertThat(rig.heartbeat(stubborn.memberId(), stubborn.generation)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void classicMemberThatNeverAsksForItsAssignmentLosesItsPlace() {
        var consumer = consumer("new");
        SimulatedMember.settle(rig, List.of(consumer), 2);
        var said = SimulatedClassicMember.subscription((short) 1, VIEWS, List.of());
        var named = rig.join(request("", "range", said)).join();
        var joined = rig.join(request(named.memberId(), "range", said)).join();
        for (var seconds = 0; seconds < 32; seconds += 4) {
            assertThat(rig.heartbeat(joined.memberId(), joined.generation())).isEqualTo(ErrorCode.NONE);
            rig.loop.advance(Duration.ofSeconds(4));
        }

        assertThat(rig.heartbeat(joined.memberId(), joined.generation())).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void strangersToTheGroupAreTurnedAway() {
        SimulatedMember.settle(rig, List.of(consumer("new")), 2);
        var said = SimulatedClassicMember.subscription((short) 1, VIEWS, List.of());

        assertThat(rig.join(request("never given", "range", said)).join().error())
                .isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(rig.join(request("", "range", new Bytes(new byte[] {1})))
                        .join()
                        .error())
                .as("what it says is no subscription")
                .isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(rig.heartbeat("new", rig.group().consumers().epochs().group()))
                .as("it speaks the other protocol")
                .isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(rig.sync("new", 1, Map.of()).join().error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void groupWhoseMembersAreNoConsumersStaysWhatItIs() {
        var leader = rig.joinNew("range").join();
        var consumer = consumer("new");

        consumer.beat();

        assertThat(consumer.lastError).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        assertThat(rig.group().isOfConsumers()).isFalse();
        assertThat(rig.heartbeat(leader.memberId(), leader.generation())).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void policyForbidsWhatItForbids() {
        rig = new GroupRig(config(MigrationPolicy.DISABLED));
        var old = classic(null);
        SimulatedMember.settle(rig, List.of(old), 3);
        var consumer = consumer("new");
        consumer.beat();
        assertThat(consumer.lastError).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        old.leave("gone");
        SimulatedMember.settle(rig, List.of(consumer), 2);
        var late = classic(null);
        late.beat();
        assertThat(late.lastError).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);

        rig = new GroupRig(config(MigrationPolicy.UPGRADE));
        var staying = classic(null);
        var leaving = consumer("new");
        SimulatedMember.settle(rig, List.of(staying, leaving), 4);
        leaving.leave("gone");
        assertThat(rig.group().isOfConsumers()).isTrue();
        SimulatedMember.settle(rig, List.of(staying), 3);
        assertThat(staying.owned()).as("the broker divides on").hasSize(4);
    }

    @Test
    void assignmentIsReadAsItIsWritten() {
        var partitions = List.of(new TopicPartition("a", 0), new TopicPartition("a", 7), new TopicPartition("b", 1));
        var bytes = ConsumerProtocol.assignment((short) 2, partitions);

        assertThat(ConsumerProtocol.assigned(bytes)).isEqualTo(partitions);
        assertThat(ConsumerProtocol.assigned(new Bytes(new byte[] {0, 0, 0}))).isEmpty();
        var said = SimulatedClassicMember.subscription((short) 3, List.of("a", "b"), partitions);
        assertThat(ConsumerProtocol.subscription(said).orElseThrow().owned()).isEqualTo(partitions);
    }
}
