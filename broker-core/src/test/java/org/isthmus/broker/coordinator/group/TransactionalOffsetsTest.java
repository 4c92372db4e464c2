package org.isthmus.broker.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isthmus.broker.coordinator.group.GroupRig.GROUP;
import static org.isthmus.broker.coordinator.group.GroupRig.VIEWS;
import static org.isthmus.broker.coordinator.group.GroupRig.VIEWS_ID;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.isthmus.broker.common.ErrorCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Stories of offsets that are committed within a producer's transaction. */
class TransactionalOffsetsTest {
    private static final long PRODUCER = 7;

    private final GroupRig rig = new GroupRig();

    @AfterEach
    void logTellsTheWholeState() {
        assertThat(rig.replayed()).isEqualTo(rig.live());
    }

    @Test
    void stagedOffsetCountsOnceItsTransactionIsCommitted() {
        rig.commit("", -1, 5);
        assertThat(stage("", -1, 0, 9)).isEqualTo(ErrorCode.NONE);
        assertThat(rig.committed()).isEqualTo(5);
        assertThat(unstable()).isTrue();

        rig.crash();
        rig.elect();
        assertThat(end(0, true)).isEqualTo(ErrorCode.NONE);
        assertThat(rig.committed()).isEqualTo(9);
        assertThat(unstable()).isFalse();
    }

    @Test
    void stagedOffsetVanishesWithAnAbortedTransaction() {
        rig.commit("", -1, 5);
        stage("", -1, 0, 9);
        end(0, false);
        assertThat(rig.committed()).isEqualTo(5);
        assertThat(unstable()).isFalse();
    }

    @Test
    void producerIsFencedHereOnceALaterEpochEndedItsTransaction() {
        end(3, false);
        assertThat(stage("", -1, 2, 9)).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(stage("", -1, 3, 9)).isEqualTo(ErrorCode.NONE);
        assertThat(end(2, true)).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(unstable()).isTrue();
    }

    @Test
    void outcomeUnderARaisedEpochThatComesOnceMoreDoesNotEndTheNextTransaction() {
        stage("", -1, 0, 40);
        assertThat(end(1, true, false)).isEqualTo(ErrorCode.NONE);
        stage("", -1, 1, 50);
        assertThat(end(1, true, false)).isEqualTo(ErrorCode.NONE);
        assertThat(unstable()).isTrue();
        assertThat(end(2, true, true)).isEqualTo(ErrorCode.NONE);
        assertThat(unstable()).isFalse();
    }

    @Test
    void memberOfAFormerGenerationCannotCommitInItsTransactionEither() {
        var joined = rig.joinNew("range").join();
        rig.sync(joined.memberId(), 1, Map.of());
        assertThat(stage(joined.memberId(), 0, 0, 9)).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        assertThat(stage("invented", 1, 0, 9)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(stage(joined.memberId(), 1, 0, 9)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void groupWithAnOpenTransactionIsNeitherDeletedNorForgotten() {
        stage("", -1, 0, 9);
        assertThat(rig.settled(rig.groups.delete(GROUP)).join()).isEqualTo(ErrorCode.NON_EMPTY_GROUP);
        rig.loop.advance(Duration.ofDays(3));
        end(0, true);
        assertThat(rig.committed()).isEqualTo(9);
    }

    private ErrorCode stage(String memberId, int generation, int epoch, long offset) {
        var commit = new OffsetCommit(VIEWS, VIEWS_ID, offset, -1, "", -1);
        return rig.settled(rig.groups.stage(
                        GroupRig.caller(memberId, generation), PRODUCER, (short) epoch, List.of(commit)))
                .join()
                .get(VIEWS);
    }

    private ErrorCode end(int epoch, boolean commit) {
        return end(epoch, false, commit);
    }

    private ErrorCode end(int epoch, boolean raised, boolean commit) {
        var applied = new CompletableFuture<ErrorCode>();
        var kept = rig.settled(rig.groups.endTransaction(0, PRODUCER, (short) epoch, raised, commit, applied))
                .join();
        assertThat(applied).isCompletedWithValue(kept);
        return kept;
    }

    private boolean unstable() {
        return rig.settled(rig.groups.fetch(GroupRig.caller("", -1), null))
                .join()
                .unstable()
                .contains(VIEWS);
    }
}
