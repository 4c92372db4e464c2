package org.isthmus.broker.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.isthmus.broker.coordinator.transaction.TransactionRig.ID;
import static org.isthmus.broker.coordinator.transaction.TransactionRig.ORDERS;
import static org.isthmus.broker.coordinator.transaction.TransactionRig.VIEWS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Set;
import java.util.UUID;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.View;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Stories of transactions. Whatever happens in them, the replayed log is the live state. */
class TransactionTest {
    private final TransactionRig rig = new TransactionRig();

    @AfterEach
    void logTellsTheWholeState() {
        assertThat(rig.replayed()).isEqualTo(rig.live());
    }

    @Test
    void newProducerFencesTheOneBefore() {
        var first = rig.init();
        var second = rig.init();
        assertThat(second.producerId()).isEqualTo(first.producerId());
        assertThat(second.epoch()).isEqualTo((short) 1);
        assertThat(rig.add(first, VIEWS)).isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(rig.add(second, VIEWS)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void committedTransactionReachesEveryPartitionThatTookPart() {
        var producer = rig.init();
        rig.add(producer, VIEWS, ORDERS);
        var end = rig.end(producer, Outcome.COMMIT, false).join();
        assertThat(end).isEqualTo(new EndAnswer(ErrorCode.NONE, producer));
        assertThat(rig.outcomes(VIEWS)).containsExactly(Outcome.COMMIT);
        assertThat(rig.outcomes(ORDERS)).containsExactly(Outcome.COMMIT);
        assertThat(rig.phase()).isEqualTo(new TransactionPhase.Ended(Outcome.COMMIT));
    }

    @Test
    void epochRisesWithEveryTransactionOfAProducerThatAsksForIt() {
        var producer = rig.init();
        rig.add(producer, VIEWS);
        var next = rig.end(producer, Outcome.COMMIT, true).join().producer();
        assertThat(next).isEqualTo(producer.next());
        assertThat(rig.markers(VIEWS)).extracting(Marker::producer).containsExactly(next);
        assertThat(rig.add(producer, VIEWS)).isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(rig.add(next, VIEWS)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void endThatIsAskedForTwiceIsAnsweredTheSame() {
        var producer = rig.init();
        rig.add(producer, VIEWS);
        var first = rig.end(producer, Outcome.COMMIT, true).join();
        assertThat(rig.end(producer, Outcome.COMMIT, true).join()).isEqualTo(first);
        assertThat(rig.end(producer, Outcome.ABORT, true).join().error()).isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(rig.outcomes(VIEWS)).containsExactly(Outcome.COMMIT);
    }

    @Test
    void outcomeNeverChangesOnceItIsDecided() {
        var producer = rig.init();
        rig.add(producer, VIEWS);
        rig.holdMarkers = true;
        var commit = rig.end(producer, Outcome.COMMIT, false);
        assertThat(rig.end(producer, Outcome.ABORT, false).join().error()).isEqualTo(ErrorCode.INVALID_TXN_STATE);
        rig.releaseMarkers();
        assertThat(commit.join().error()).isEqualTo(ErrorCode.NONE);
        assertThat(rig.outcomes(VIEWS)).containsExactly(Outcome.COMMIT);
    }

    @Test
    void commitIsAnsweredOnceReadersSeeItAndTheNextTransactionWaitsUntilItIsKept() {
        var producer = rig.init();
        rig.add(producer, VIEWS);
        rig.holdKeeping = true;
        var committed = rig.end(producer, Outcome.COMMIT, true).join();
        assertThat(committed.error()).isEqualTo(ErrorCode.NONE);
        var next = rig.settled(rig.transactions.add(ID, committed.producer(), Set.of(ORDERS)));
        assertThat(next).isNotDone();
        rig.releaseKeeping();
        assertThat(next.join()).isEqualTo(ErrorCode.NONE);
        assertThat(rig.outcomes(VIEWS)).containsExactly(Outcome.COMMIT);
    }

    @Test
    void whoWaitsForTheEndIsServedInTheOrderOfComing() {
        var producer = rig.init();
        rig.add(producer, VIEWS);
        rig.holdKeeping = true;
        var next = rig.end(producer, Outcome.COMMIT, true).join().producer();
        var served = new ArrayList<Integer>();
        for (var number = 0; number < 3; number++) {
            int coming = number;
            rig.settled(rig.transactions.add(ID, next, Set.of(ORDERS))).thenRun(() -> served.add(coming));
        }
        assertThat(served).isEmpty();
        rig.releaseKeeping();
        assertThat(served).containsExactly(0, 1, 2);
    }

    @Test
    void outcomeThatWasSeenAndNotKeptIsBroughtAgain() {
        var producer = rig.init();
        rig.add(producer, VIEWS);
        rig.holdKeeping = true;
        rig.end(producer, Outcome.COMMIT, true).join();
        rig.crash();
        rig.elect();
        var again = rig.end(producer, Outcome.COMMIT, true);
        assertThat(again).isNotDone();
        rig.releaseKeeping();
        assertThat(again.join().error()).isEqualTo(ErrorCode.NONE);
        assertThat(rig.outcomes(VIEWS)).containsExactly(Outcome.COMMIT, Outcome.COMMIT);
    }

    @Test
    void commitIsAnsweredEvenWhereAPartitionCannotBeReached() {
        var producer = rig.init();
        rig.add(producer, VIEWS);
        rig.unreachable.add(VIEWS);
        var end = rig.end(producer, Outcome.COMMIT, false);
        assertThat(end).isNotDone();
        rig.loop.advance(Duration.ofSeconds(1));
        assertThat(end.join().error()).isEqualTo(ErrorCode.NONE);
        var next = rig.settled(rig.transactions.add(ID, producer, Set.of(ORDERS)));
        rig.loop.advance(Duration.ofSeconds(1));
        assertThat(next.join()).isEqualTo(ErrorCode.CONCURRENT_TRANSACTIONS);

        rig.unreachable.clear();
        rig.loop.advance(Duration.ofSeconds(6));
        assertThat(rig.outcomes(VIEWS)).containsExactly(Outcome.COMMIT);
        assertThat(rig.add(producer, ORDERS)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void decisionThatWasCommittedIsCarriedOutByTheNextLeader() {
        var producer = rig.init();
        rig.add(producer, VIEWS);
        rig.holdMarkers = true;
        var end = rig.end(producer, Outcome.COMMIT, false);
        rig.crash();
        assertThat(end).isCompletedExceptionally();
        rig.dropHeldMarkers();

        rig.elect();
        assertThat(rig.outcomes(VIEWS)).containsExactly(Outcome.COMMIT);
        assertThat(rig.end(producer, Outcome.COMMIT, false).join().error()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void partitionsHearNothingOfADecisionThatIsNotCommitted() {
        var producer = rig.init();
        rig.add(producer, VIEWS);
        rig.log.holdCommits();
        rig.end(producer, Outcome.COMMIT, false);
        assertThat(rig.outcomes(VIEWS)).isEmpty();
        rig.crash();
        rig.elect();
        assertThat(rig.outcomes(VIEWS)).isEmpty();
        assertThat(rig.phase()).isInstanceOf(TransactionPhase.Open.class);
    }

    /** Found by the simulated cluster: one was let in at once, and then the leader that it was known to was lost. */
    @Test
    void newLeaderLetsNobodyInByWhatItsLogHasAndIsNotCommittedYet() {
        var producer = rig.init();
        rig.log.holdCommits();
        rig.settled(rig.transactions.add(TransactionRig.ID, producer, Set.of(VIEWS)));
        rig.elect();
        var repeated = rig.settled(rig.transactions.add(TransactionRig.ID, producer, Set.of(VIEWS)));
        assertThat(repeated).isNotDone();
        rig.log.commit();
        rig.loop.settle();
        assertThat(repeated).isCompletedWithValue(ErrorCode.NONE);
    }

    @Test
    void transactionThatStaysOpenTooLongIsAbortedAndItsProducerFenced() {
        var producer = rig.init();
        rig.add(producer, VIEWS);
        rig.loop.advance(Duration.ofSeconds(61));
        assertThat(rig.markers(VIEWS)).containsExactly(new Marker(producer.next(), true, Outcome.ABORT, 0));
        assertThat(rig.end(producer, Outcome.COMMIT, false).join().error()).isEqualTo(ErrorCode.PRODUCER_FENCED);
        assertThat(rig.end(producer, Outcome.ABORT, true).join().error()).isEqualTo(ErrorCode.PRODUCER_FENCED);
    }

    @Test
    void timeoutGoesOnAfterTheShardMoved() {
        var producer = rig.init();
        rig.add(producer, VIEWS);
        rig.loop.advance(Duration.ofSeconds(30));
        rig.crash();
        rig.elect();
        rig.loop.advance(Duration.ofSeconds(31));
        assertThat(rig.outcomes(VIEWS)).containsExactly(Outcome.ABORT);
    }

    @Test
    void transactionThatIsLeftAloneEndsInItsTimeWhateverTheDateIsSetTo() {
        var producer = rig.init();
        rig.add(producer, VIEWS);
        rig.loop.setDate(Duration.ofHours(2));
        rig.loop.advance(Duration.ofSeconds(59));
        assertThat(rig.outcomes(VIEWS)).isEmpty();
        rig.loop.setDate(Duration.ofHours(-4));
        rig.loop.advance(Duration.ofSeconds(2));
        assertThat(rig.outcomes(VIEWS)).containsExactly(Outcome.ABORT);
    }

    @Test
    void newLeaderWhoseDateIsBehindGivesNoMoreTimeThanThereWas() {
        var producer = rig.init();
        rig.add(producer, VIEWS);
        rig.crash();
        rig.loop.setDate(Duration.ofHours(-1));
        rig.elect();
        rig.loop.advance(Duration.ofSeconds(61));
        assertThat(rig.outcomes(VIEWS)).containsExactly(Outcome.ABORT);
    }

    @Test
    void timeBeginsAnewWheneverTheProducerSaysThatItIsThere() {
        var producer = rig.init();
        rig.add(producer, VIEWS);
        for (int n = 0; n < 5; n++) {
            rig.loop.advance(Duration.ofSeconds(50));
            assertThat(rig.keep(producer)).isEqualTo(ErrorCode.NONE);
        }
        assertThat(rig.outcomes(VIEWS)).isEmpty();
        rig.loop.advance(Duration.ofSeconds(61));
        assertThat(rig.outcomes(VIEWS)).containsExactly(Outcome.ABORT);
        assertThat(rig.keep(producer)).isEqualTo(ErrorCode.PRODUCER_FENCED);
    }

    @Test
    void newLeaderWaitsForTheProducerToSayThatItIsThere() {
        var producer = rig.init();
        rig.add(producer, VIEWS);
        rig.loop.advance(Duration.ofSeconds(50));
        rig.keep(producer);
        rig.loop.advance(Duration.ofSeconds(50));
        rig.crash();
        rig.elect();
        rig.loop.advance(Duration.ofSeconds(19));
        assertThat(rig.keep(producer)).isEqualTo(ErrorCode.NONE);
        rig.loop.advance(Duration.ofSeconds(59));
        assertThat(rig.outcomes(VIEWS)).isEmpty();
        rig.crash();
        rig.elect();
        rig.loop.advance(Duration.ofSeconds(21));
        assertThat(rig.outcomes(VIEWS)).containsExactly(Outcome.ABORT);
    }

    @Test
    void preparedBranchIsEndedByItsManagerAloneHoweverLongThatTakes() {
        var producer = rig.init();
        rig.add(producer, VIEWS, ORDERS);
        assertThat(rig.prepare(producer)).isEqualTo(ErrorCode.NONE);
        rig.loop.advance(Duration.ofDays(30));
        assertThat(rig.init(ProducerIdentity.NONE).error()).isEqualTo(ErrorCode.CONCURRENT_TRANSACTIONS);
        assertThat(rig.end(producer, Outcome.ABORT, true).join().error()).isEqualTo(ErrorCode.INVALID_TXN_STATE);
        rig.crash();
        rig.elect();
        rig.loop.advance(Duration.ofDays(30));
        assertThat(rig.outcomes(VIEWS)).isEmpty();

        assertThat(rig.endBranch(Outcome.COMMIT, false).error()).isEqualTo(ErrorCode.NONE);
        assertThat(rig.outcomes(VIEWS)).containsExactly(Outcome.COMMIT);
        assertThat(rig.outcomes(ORDERS)).containsExactly(Outcome.COMMIT);
    }

    @Test
    void managerHearsOfAnAdministratorsDecisionHoweverLateItComes() {
        var producer = rig.init();
        rig.add(producer, VIEWS);
        rig.prepare(producer);
        assertThat(rig.endBranch(Outcome.ABORT, true).heuristic()).isEmpty();
        assertThat(rig.outcomes(VIEWS)).containsExactly(Outcome.ABORT);
        rig.loop.advance(Duration.ofDays(30));
        rig.crash();
        rig.elect();

        assertThat(rig.endBranch(Outcome.COMMIT, false).heuristic()).contains(Outcome.ABORT);
        assertThat(rig.outcomes(VIEWS)).containsExactly(Outcome.ABORT);
        assertThat(rig.forgetBranch()).isEqualTo(ErrorCode.NONE);
        assertThat(rig.forgetBranch()).isEqualTo(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND);
    }

    @Test
    void whatIsNotOpenIsNotKept() {
        assertThat(rig.keep(new ProducerIdentity(-1, (short) -1))).isEqualTo(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
        var producer = rig.init();
        assertThat(rig.keep(producer)).isEqualTo(ErrorCode.INVALID_TXN_STATE);
    }

    @Test
    void newProducerAbortsWhatTheOneBeforeLeftOpen() {
        var zombie = rig.init();
        rig.add(zombie, VIEWS);
        var heir = rig.init();
        assertThat(rig.outcomes(VIEWS)).containsExactly(Outcome.ABORT);
        assertThat(rig.markers(VIEWS).get(0).producer().epoch()).isGreaterThan(zombie.epoch());
        assertThat(heir.epoch())
                .isGreaterThan(rig.markers(VIEWS).get(0).producer().epoch());
        assertThat(rig.end(zombie, Outcome.COMMIT, true).join().error()).isEqualTo(ErrorCode.PRODUCER_FENCED);
    }

    @Test
    void newProducerIsToldToComeAgainWhileAnOutcomeCannotBeDelivered() {
        var zombie = rig.init();
        rig.add(zombie, VIEWS);
        rig.unreachable.add(VIEWS);
        var waiting = rig.settled(rig.transactions.init(ID, 60_000, ProducerIdentity.NONE));
        rig.loop.advance(Duration.ofSeconds(1));
        assertThat(waiting.join().error()).isEqualTo(ErrorCode.CONCURRENT_TRANSACTIONS);
        rig.unreachable.clear();
        rig.loop.advance(Duration.ofSeconds(6));
        assertThat(rig.init().epoch()).isGreaterThan(zombie.epoch());
    }

    @Test
    void partitionOfADeletedTopicHoldsUpNobody() {
        var producer = rig.init();
        rig.add(producer, VIEWS, ORDERS);
        rig.gone.add(VIEWS);
        assertThat(rig.end(producer, Outcome.COMMIT, false).join().error()).isEqualTo(ErrorCode.NONE);
        assertThat(rig.phase()).isEqualTo(new TransactionPhase.Ended(Outcome.COMMIT));
    }

    @Test
    void producerThatOnlyWantsTheNextEpochHasToBeTheLastOne() {
        var first = rig.init();
        var second = rig.init();
        assertThat(rig.init(first).error()).isEqualTo(ErrorCode.NONE);
        assertThat(rig.init(first).producer()).isEqualTo(second);
        var third = rig.init(second).producer();
        assertThat(third).isEqualTo(second.next());
        assertThat(rig.init(first).error()).isEqualTo(ErrorCode.PRODUCER_FENCED);
    }

    @Test
    void spentProducerIdGivesWayToAnother() {
        var last = new ProducerIdentity(7, (short) (Short.MAX_VALUE - 2));
        var machine = new TransactionMachine();
        var open = new TransactionPhase.Open(Set.of(VIEWS), 0);
        machine.replay(0, new TransactionRecord.Saved(new Transaction(ID, last, last, 60_000, open, Set.of(), 0)));
        var view = new View<>(machine, 0, () -> new UUID(0, 0));

        var asked = Endings.end(view, ID, last, Outcome.COMMIT, true, Set.of(), null);
        assertThat(asked.answer()).isInstanceOf(Step.NeedsProducerId.class);
        assertThat(asked.records()).isEmpty();

        var ended = Endings.end(view, ID, last, Outcome.COMMIT, true, Set.of(), 8L);
        var fresh = new ProducerIdentity(8, (short) 0);
        assertThat(ended.answer()).isEqualTo(new Step.OnceSeen<>(new EndAnswer(ErrorCode.NONE, fresh)));
        ended.records().forEach(record -> machine.replay(1, record));
        var ending = (TransactionPhase.Ending) machine.find(ID).phase();
        assertThat(ending.marker()).isEqualTo(last.next());
        assertThat(Endings.end(view, ID, last, Outcome.COMMIT, true, Set.of(), null)
                        .answer())
                .isEqualTo(ended.answer());
    }

    @Test
    void abortOfNothingRaisesTheEpochAndCommitOfNothingIsRefused() {
        var producer = rig.init();
        assertThat(rig.end(producer, Outcome.COMMIT, true).join().error()).isEqualTo(ErrorCode.INVALID_TXN_STATE);
        var next = rig.end(producer, Outcome.ABORT, true).join().producer();
        assertThat(next).isEqualTo(producer.next());
    }

    @Test
    void partitionsThatWereNeverAddedAreNoPartOfTheTransaction() {
        var producer = rig.init();
        rig.add(producer, VIEWS);
        assertThat(rig.settled(rig.transactions.verify(ID, producer, Set.of(VIEWS)))
                        .join())
                .isEqualTo(ErrorCode.NONE);
        assertThat(rig.settled(rig.transactions.verify(ID, producer, Set.of(ORDERS)))
                        .join())
                .isEqualTo(ErrorCode.INVALID_TXN_STATE);
        var stranger = new ProducerIdentity(99, (short) 0);
        assertThat(rig.settled(rig.transactions.verify(ID, stranger, Set.of(VIEWS)))
                        .join())
                .isEqualTo(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    }

    @Test
    void idThatNobodyUsesIsForgottenAndOneWithAnOpenTransactionIsNot() {
        rig.init();
        rig.loop.advance(Duration.ofDays(8));
        assertThat(rig.live().transactions()).isEmpty();
    }

    @Test
    void timeoutsOutOfBoundsAreRefused() {
        assertThat(rig.settled(rig.transactions.init(ID, 0, ProducerIdentity.NONE))
                        .join()
                        .error())
                .isEqualTo(ErrorCode.INVALID_TRANSACTION_TIMEOUT);
        assertThat(rig.settled(rig.transactions.init(ID, 3_600_000, ProducerIdentity.NONE))
                        .join()
                        .error())
                .isEqualTo(ErrorCode.INVALID_TRANSACTION_TIMEOUT);
    }

    /** The producer's second transaction, which the same partition has joined and has records of, and whose log has lost that. */
    private ProducerIdentity lostJoin() {
        var first = rig.init();
        rig.add(first, VIEWS);
        var second = rig.endOf(first, Outcome.COMMIT, VIEWS).join().producer();
        rig.log.holdCommits();
        assertThat(rig.add(second, VIEWS)).isEqualTo(ErrorCode.NONE);
        assertThat(rig.store(VIEWS, second)).isTrue();
        rig.crash();
        rig.elect();
        assertThat(rig.phase()).isInstanceOf(TransactionPhase.Ended.class);
        return second;
    }

    private void commitFor(Duration time) {
        for (var left = time; !left.isNegative(); left = left.minusSeconds(1)) {
            rig.log.commit();
            rig.loop.advance(Duration.ofSeconds(1));
        }
    }

    @Test
    void whoTookPartJoinsTheNextTransactionBeforeThatIsCommittedAndOthersDoNot() {
        var first = rig.init();
        rig.add(first, VIEWS);
        var second = rig.endOf(first, Outcome.COMMIT, VIEWS).join().producer();
        rig.log.holdCommits();
        assertThat(rig.settled(rig.transactions.add(ID, second, Set.of(VIEWS)))).isCompletedWithValue(ErrorCode.NONE);
        var other = rig.settled(rig.transactions.add(ID, second, Set.of(ORDERS)));
        var again = rig.settled(rig.transactions.add(ID, second, Set.of(ORDERS)));
        assertThat(other).isNotDone();
        assertThat(again).isNotDone();
        rig.log.commit();
        rig.loop.settle();
        assertThat(other).isCompletedWithValue(ErrorCode.NONE);
        assertThat(again).isCompletedWithValue(ErrorCode.NONE);
    }

    @Test
    void whatTheLogLostOfWhoTookPartIsSaidAgainByTheEnd() {
        var second = lostJoin();
        var ended = rig.endOf(second, Outcome.COMMIT, VIEWS);
        commitFor(Duration.ofSeconds(1));
        assertThat(ended)
                .succeedsWithin(Duration.ZERO)
                .extracting(EndAnswer::error)
                .isEqualTo(ErrorCode.NONE);
        assertThat(rig.participant(VIEWS).outcomes()).containsEntry(second, Outcome.COMMIT);
    }

    @Test
    void whatTheLogLostIsAbortedWhereItsProducerIsNotHeardOf() {
        var second = lostJoin();
        commitFor(Duration.ofSeconds(15));
        assertThat(rig.participant(VIEWS).open()).containsExactly(second);
        commitFor(Duration.ofSeconds(10));
        assertThat(rig.participant(VIEWS).outcomes()).containsEntry(second, Outcome.ABORT);
        assertThat(rig.endOf(second, Outcome.COMMIT, VIEWS))
                .succeedsWithin(Duration.ZERO)
                .extracting(EndAnswer::error)
                .isEqualTo(ErrorCode.PRODUCER_FENCED);
    }

    @Test
    void whatTheLogLostIsAbortedBeforeAnotherProducerGoesOn() {
        var second = lostJoin();
        var init = rig.settled(rig.transactions.init(ID, 60_000, ProducerIdentity.NONE));
        commitFor(Duration.ofSeconds(2));
        assertThat(init)
                .succeedsWithin(Duration.ZERO)
                .extracting(InitAnswer::error)
                .isEqualTo(ErrorCode.NONE);
        assertThat(rig.participant(VIEWS).outcomes()).containsEntry(second, Outcome.ABORT);
    }

    @Test
    void whatTheLogLostIsAbortedTogetherWithWhatItHas() {
        var second = lostJoin();
        var added = rig.settled(rig.transactions.add(ID, second, Set.of(ORDERS)));
        rig.log.commit();
        rig.loop.settle();
        assertThat(added).isCompletedWithValue(ErrorCode.NONE);
        assertThat(rig.store(ORDERS, second)).isTrue();
        commitFor(Duration.ofSeconds(65));
        assertThat(rig.participant(VIEWS).outcomes()).containsEntry(second, Outcome.ABORT);
        assertThat(rig.participant(ORDERS).outcomes()).containsEntry(second, Outcome.ABORT);
    }
}
