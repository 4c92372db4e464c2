package org.isthmus.broker.coordinator.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharePartitionTest {
    private static final StartAt EARLIEST = new StartAt.Earliest();
    private static final Opening QUEUE = new Opening(ShareSettings.QUEUE, Interest.EVERYTHING, true, EARLIEST, false);
    private static final Opening STOCK = Opening.stock(ShareSettings.STOCK, EARLIEST);

    private final ShareHarness harness = new ShareHarness();

    private void open(String member, Opening opening) {
        harness.now(share -> share.open("g", member, opening));
    }

    private static Acquisition.Acquired got(long first, long last, int deliveries) {
        return new Acquisition.Acquired(new OffsetRange(first, last), deliveries);
    }

    @Test
    void competingMembersGetDifferentRecords() {
        harness.records.append("abcdef", true);
        open("one", STOCK);
        open("two", STOCK);
        assertThat(harness.acquire("g", "one", 2)).containsExactly(got(0, 1, 1));
        assertThat(harness.acquire("g", "two", 2)).containsExactly(got(2, 3, 1));
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(4, 5, 1));
        assertThat(harness.acquire("g", "two", 9)).isEmpty();
    }

    @Test
    void wholeBatchesGoPastTheLimitOfRecords() {
        harness.records.append("abc", true);
        harness.records.append("def", true);
        open("one", STOCK);
        var acquired =
                harness.now(share -> share.acquire("g", new Demand("one", 2, 1 << 20, Demand.Travel.WHOLE_BATCHES)));
        assertThat(acquired.acquired()).containsExactly(got(0, 2, 1));
    }

    @Test
    void batchIsLookedAtOnceHoweverManyDemandsItTakes() {
        for (var i = 0; i < 100; i++) {
            harness.records.append("abcde", true);
        }
        open("one", QUEUE);
        for (var i = 0; i < 500; i++) {
            assertThat(harness.acquire("g", "one", 1)).containsExactly(got(i, i, 1));
        }
        assertThat(harness.records.batchesLookedAt()).isEqualTo(100);
    }

    @Test
    void whatComesBackGoesBeforeWhatWasLookedAtAlready() {
        harness.records.append("ab", true);
        harness.records.append("cd", true);
        harness.records.append("ef", true);
        open("one", QUEUE);
        open("two", QUEUE);
        harness.acquire("g", "one", 1);
        harness.acquire("g", "two", 2);
        harness.acquire("g", "one", 1);
        harness.acknowledge("g", "two", 1, 2, Verdict.RELEASE_UNSEEN);
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(1, 1, 1), got(2, 2, 1), got(4, 5, 1));
    }

    @Test
    void whatIsSaidOfRecordsDoesNotOutliveThem() {
        open("one", QUEUE);
        harness.records.append("abc", true);
        var stored = new CompletableFuture<Void>();
        harness.records.unsafe(0, stored);
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(0, 2, 1));
        var before = harness.log.end();
        var first = harness.ask(share -> share.acknowledge("g", "one", accept(0)));
        var second = harness.ask(share -> share.acknowledge("g", "one", accept(1)));
        harness.loop.run(Duration.ofMillis(10));
        assertThat(first).isNotDone();
        assertThat(harness.log.end()).isEqualTo(before);
        stored.complete(null);
        harness.loop.run(Duration.ofMillis(10));
        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
        assertThat(harness.now(share -> share.progress("g")).startOffset()).isEqualTo(2);
    }

    @Test
    void whatIsProcessedIsNotedInItsTimeWhereNobodyWaits() {
        var commitDelay = new AtomicReference<>(Duration.ZERO);
        var harness = new ShareHarness(commitDelay::get, () -> false);
        harness.now(share -> share.open("g", "one", QUEUE));
        harness.records.append("abcd", true);
        var stored = new CompletableFuture<Void>();
        harness.records.unsafe(2, stored);
        harness.acquire("g", "one", 9);
        commitDelay.set(Duration.ofMillis(5));

        var noted = harness.ask(share -> share.noteProcessed("g", "one", accept(0)));
        var unsafe = harness.ask(share -> share.noteProcessed("g", "one", accept(2)));
        harness.loop.run(Duration.ofMillis(7));
        assertThat(noted).isNotDone(); // it is committed, which takes 5 ms, when 5 ms have passed
        harness.loop.run(Duration.ofMillis(7));
        assertThat(noted).isCompleted();

        var later = harness.ask(share -> share.noteProcessed("g", "one", accept(1)));
        var hurried = harness.ask(share -> share.acknowledge("g", "one", accept(3)));
        stored.complete(null);
        harness.loop.run(Duration.ofMillis(7));
        assertThat(List.of(later, unsafe, hurried)).allMatch(CompletableFuture::isDone);
        commitDelay.set(Duration.ZERO);
        assertThat(harness.now(share -> share.progress("g")).startOffset()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsDoneWithDoesNotComeAgainThoughItsMemberLeavesBeforeTheDiskHasIt(boolean awaited) {
        open("one", QUEUE);
        open("two", QUEUE);
        harness.records.append("abc", true);
        var stored = new CompletableFuture<Void>();
        harness.records.unsafe(0, stored);
        harness.acquire("g", "one", 2);
        var said = harness.ask(share ->
                awaited ? share.acknowledge("g", "one", accept(0)) : share.noteProcessed("g", "one", accept(0)));
        var left = harness.ask(share -> share.leave("g", "one"));
        harness.loop.run(Duration.ofMillis(10));
        assertThat(said).isNotDone();
        stored.complete(null);
        harness.loop.run(Duration.ofMillis(10));
        assertThat(said).isCompleted();
        assertThat(left).isCompleted();
        assertThat(harness.acquire("g", "two", 9)).containsExactly(got(1, 2, 1));
    }

    @Test
    void whatIsSafeDoesNotWaitForWhatLiesBehindIt() {
        open("one", QUEUE);
        harness.records.append("abc", true);
        var stored = new CompletableFuture<Void>();
        harness.records.unsafe(1, stored);
        harness.acquire("g", "one", 9);
        var below = harness.ask(share -> share.acknowledge("g", "one", accept(0)));
        var above = harness.ask(share -> share.acknowledge("g", "one", accept(1)));
        harness.loop.run(Duration.ofMillis(10));
        assertThat(below).isCompleted();
        assertThat(above).isNotDone();
    }

    @Test
    void whatGoesBackUnseenWaitsForNoDisk() {
        open("one", QUEUE);
        harness.records.append("abc", true);
        harness.records.unsafe(0, new CompletableFuture<>());
        harness.acquire("g", "one", 2);
        var said = harness.ask(share -> share.acknowledge(
                "g",
                "one",
                List.of(
                        new Acknowledgement(OffsetRange.of(0), Verdict.ACCEPT),
                        new Acknowledgement(OffsetRange.of(1), Verdict.RELEASE_UNSEEN))));
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(1, 2, 1));
        assertThat(said).isNotDone();
    }

    @Test
    void whatGoesBackUnseenHasGoneThoughTheRestIsRefusedOnceItIsOnTheDisk() {
        var refuses = new AtomicBoolean();
        var reluctant = new ShareHarness(() -> Duration.ZERO, refuses::get);
        reluctant.now(share -> share.open("g", "one", QUEUE));
        reluctant.records.append("abc", true);
        var stored = new CompletableFuture<Void>();
        reluctant.records.unsafe(0, stored);
        reluctant.acquire("g", "one", 2);
        refuses.set(true);
        var said = reluctant.ask(share -> share.acknowledge(
                "g",
                "one",
                List.of(
                        new Acknowledgement(OffsetRange.of(0), Verdict.ACCEPT),
                        new Acknowledgement(OffsetRange.of(1), Verdict.RELEASE_UNSEEN))));
        reluctant.loop.run(Duration.ZERO);
        stored.complete(null);
        reluctant.loop.run(Duration.ZERO);
        assertThat(said).isCompletedExceptionally();
        assertThat(reluctant.acquire("g", "one", 1)).containsExactly(got(1, 1, 1));
    }

    @Test
    void whatIsRefusedGivesBackNothing() {
        open("one", QUEUE);
        harness.records.append("abc", true);
        harness.records.unsafe(0, new CompletableFuture<>());
        harness.acquire("g", "one", 2);
        assertThatThrownBy(() -> harness.now(share -> share.acknowledge(
                        "g",
                        "one",
                        List.of(
                                new Acknowledgement(OffsetRange.of(1), Verdict.RELEASE_UNSEEN),
                                new Acknowledgement(OffsetRange.of(2), Verdict.ACCEPT)))))
                .isInstanceOfSatisfying(
                        BrokerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_RECORD_STATE));
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(2, 2, 1));
    }

    @Test
    void whatALeavingMemberHadNotSeenWaitsForNoDisk() {
        open("one", QUEUE);
        harness.records.append("abc", true);
        harness.records.unsafe(0, new CompletableFuture<>());
        harness.acquire("g", "one", 2);
        harness.now(share -> share.leave("g", "one"));
        open("two", QUEUE);
        assertThat(harness.acquire("g", "two", 9)).containsExactly(got(0, 2, 1));
    }

    @Test
    void whatIsReleasedBeforeTheDiskHasItGoesBeforeWhatLiesBehindIt() {
        open("one", QUEUE);
        harness.records.append("abc", true);
        var stored = new CompletableFuture<Void>();
        harness.records.unsafe(0, stored);
        harness.acquire("g", "one", 2);
        var said = harness.ask(share -> share.acknowledge(
                "g",
                "one",
                List.of(
                        new Acknowledgement(OffsetRange.of(0), Verdict.RELEASE),
                        new Acknowledgement(OffsetRange.of(1), Verdict.RELEASE_UNSEEN))));
        assertThat(harness.acquire("g", "one", 9)).isEmpty();

        var woken = new AtomicBoolean();
        harness.now(share -> {
            share.whenNews(
                    "g",
                    "one",
                    share.acquire("g", demand(9)).toCompletableFuture().join().news(),
                    () -> {
                        woken.set(true);
                        return true;
                    });
            return CompletableFuture.completedStage(null);
        });
        assertThat(woken).isFalse();
        stored.complete(null);
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(0, 0, 2), got(1, 2, 1));
        assertThat(said).isCompleted();
        assertThat(woken).isTrue();
    }

    private static Demand demand(int records) {
        return new Demand("one", records, 1 << 20, Demand.Travel.IN_BATCHES);
    }

    @Test
    void whatIsReleasedKeepsItsPlaceWhileWhatWasSaidBeforeIsNotCommitted() {
        var slow = new ShareHarness(() -> Duration.ofMillis(10), () -> false);
        slow.records.append("abcd", true);
        slow.ask(share -> share.open("g", "one", QUEUE));
        slow.loop.run(Duration.ofMillis(30));
        slow.ask(share -> share.acquire("g", demand(3)));
        slow.loop.run(Duration.ofMillis(30));
        var stored = new CompletableFuture<Void>();
        slow.records.unsafe(1, stored);
        slow.ask(share -> share.acknowledge("g", "one", accept(0)));
        slow.ask(share -> share.acknowledge(
                "g",
                "one",
                List.of(
                        new Acknowledgement(OffsetRange.of(1), Verdict.RELEASE),
                        new Acknowledgement(OffsetRange.of(2), Verdict.RELEASE_UNSEEN))));
        var early = slow.ask(share -> share.acquire("g", demand(9)));
        slow.loop.run(Duration.ofMillis(30));
        assertThat(early.join().acquired()).isEmpty();
        stored.complete(null);
        slow.loop.run(Duration.ofMillis(30));
        var again = slow.ask(share -> share.acquire("g", demand(9)));
        slow.loop.run(Duration.ofMillis(30));
        assertThat(again.join().acquired()).containsExactly(got(1, 1, 2), got(2, 3, 1));
    }

    @Test
    void whatALeavingMemberHadSeenGoesBeforeWhatLiesBehindItAlsoWhereTheDiskDoesNotHaveIt() {
        open("one", QUEUE);
        harness.records.append("abc", true);
        var stored = new CompletableFuture<Void>();
        harness.records.unsafe(0, stored);
        harness.acquire("g", "one", 2);
        harness.acknowledge("g", "one", 0, 0, Verdict.SEEN);
        harness.ask(share -> share.lose("g", "one"));
        open("two", QUEUE);
        assertThat(harness.acquire("g", "two", 9)).isEmpty();
        stored.complete(null);
        assertThat(harness.acquire("g", "two", 9)).containsExactly(got(0, 0, 2), got(1, 2, 1));
    }

    @Test
    void whatLiesBehindOneThatIsGivenUpOnItsReturnGoesOn() {
        var once = new ShareSettings(
                Interest.EVERYTHING, false, false, true, 1, 10, 30_000, Backoff.NONE, Optional.empty());
        open("one", new Opening(once, Interest.EVERYTHING, true, EARLIEST, false));
        harness.records.append("ab", true);
        var stored = new CompletableFuture<Void>();
        harness.records.unsafe(0, stored);
        harness.acquire("g", "one", 1);
        harness.ask(share ->
                share.acknowledge("g", "one", List.of(new Acknowledgement(OffsetRange.of(0), Verdict.RELEASE))));
        var woken = new AtomicInteger();
        harness.now(share -> {
            var known =
                    share.acquire("g", demand(9)).toCompletableFuture().join().news();
            share.whenNews("g", "one", known, () -> woken.incrementAndGet() > 0);
            return CompletableFuture.completedStage(null);
        });
        assertThat(woken).hasValue(0);
        stored.complete(null);
        harness.loop.run(Duration.ofMillis(1));
        assertThat(woken).hasValue(1);
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(1, 1, 1));
    }

    @Test
    void whatLiesBehindOneThatCouldNotReturnGoesOn() {
        open("one", QUEUE);
        harness.records.append("ab", true);
        var stored = new CompletableFuture<Void>();
        harness.records.unsafe(0, stored);
        harness.acquire("g", "one", 1);
        var said = harness.ask(share ->
                share.acknowledge("g", "one", List.of(new Acknowledgement(OffsetRange.of(0), Verdict.RELEASE))));
        assertThat(harness.acquire("g", "one", 9)).isEmpty();
        stored.completeExceptionally(new BrokerException(ErrorCode.KAFKA_STORAGE_ERROR, "the disk failed"));
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(1, 1, 1));
        assertThat(said).isCompletedExceptionally();
    }

    @Test
    void whatIsNotCommittedDoesNotCountAsDone() {
        var slow = new ShareHarness(() -> Duration.ofMillis(10), () -> false);
        slow.records.append("abc", true);
        slow.ask(share -> share.open("g", "one", QUEUE));
        slow.loop.run(Duration.ofMillis(30));
        slow.ask(share -> share.acquire("g", new Demand("one", 9, 1 << 20, Demand.Travel.IN_BATCHES)));
        slow.loop.run(Duration.ofMillis(30));
        slow.ask(share -> share.acknowledge("g", "one", accept(0)));

        var oldest = slow.ask(share -> share.oldestUnfinished(false, List.of()));

        slow.loop.run(Duration.ofMillis(5));
        assertThat(oldest).isNotDone();
        slow.loop.run(Duration.ofMillis(30));
        assertThat(oldest).isCompletedWithValue(OptionalLong.of(1));
    }

    @Test
    void stockGroupsKeepNothingFromRetention() {
        harness.records.append("abc", true);
        assertThat(oldestUnfinished(true)).isEmpty();
        harness.now(share -> share.open("stock", "one", STOCK));
        assertThat(oldestUnfinished(false)).isEmpty();
        assertThat(oldestUnfinished(true)).hasValue(0);
        open("two", QUEUE);
        assertThat(oldestUnfinished(false)).hasValue(0);
    }

    @Test
    void groupThatHasNotBegunHereYetIsNotDoneWithAnything() {
        harness.records.append("abc", true);
        open("one", QUEUE);
        harness.acquire("g", "one", 3);
        harness.acknowledge("g", "one", 0, 2, Verdict.ACCEPT);
        assertThat(oldestUnfinished(false, "g")).hasValue(3);
        assertThat(oldestUnfinished(false, "g", "away")).hasValue(0);
    }

    private OptionalLong oldestUnfinished(boolean stockToo, String... awaited) {
        return harness.now(share -> share.oldestUnfinished(stockToo, List.of(awaited)));
    }

    private static List<Acknowledgement> accept(long offset) {
        return List.of(new Acknowledgement(OffsetRange.of(offset), Verdict.ACCEPT));
    }

    @Test
    void fewOfManyTravelAlone() {
        harness.records.append("abcdefghij", true);
        open("one", QUEUE);
        var few = harness.now(share -> share.acquire("g", new Demand("one", 2, 100, Demand.Travel.PICKED)));
        var rest = harness.now(share -> share.acquire("g", new Demand("one", 9, 100, Demand.Travel.PICKED)));
        assertThat(few.picked()).isTrue();
        assertThat(few.batches()).containsExactly(new Acquisition.Batch(0, 9, 10));
        assertThat(rest.picked()).isFalse();
        assertThat(rest.acquired()).containsExactly(got(2, 9, 1));
    }

    @Test
    void releasedRecordComesBackCountedAndBeforeFreshOnes() {
        harness.records.append("abc", true);
        open("one", STOCK);
        harness.acquire("g", "one", 2);
        harness.acknowledge("g", "one", 0, 0, Verdict.ACCEPT);
        harness.acknowledge("g", "one", 1, 1, Verdict.RELEASE);
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(1, 1, 2), got(2, 2, 1));
    }

    @Test
    void unseenPrefetchComesBackUncountedAndSeenCounted() {
        harness.records.append("abc", true);
        open("one", QUEUE);
        harness.acquire("g", "one", 3);
        harness.acknowledge("g", "one", 0, 0, Verdict.SEEN);
        harness.now(share -> share.leave("g", "one"));
        open("two", QUEUE);
        assertThat(harness.acquire("g", "two", 9)).containsExactly(got(0, 0, 2), got(1, 2, 1));
    }

    @Test
    void lockEndsByTimeForStockMembersOnly() {
        harness.records.append("ab", true);
        open("stock", STOCK);
        open("jms", QUEUE);
        harness.acquire("g", "stock", 1);
        harness.acquire("g", "jms", 1);
        harness.loop.run(Duration.ofSeconds(31));
        assertThat(harness.acquire("g", "stock", 9)).containsExactly(got(0, 0, 2));
    }

    @Test
    void renewedLockLastsLonger() {
        harness.records.append("a", true);
        open("one", STOCK);
        harness.acquire("g", "one", 1);
        harness.loop.run(Duration.ofSeconds(20));
        harness.acknowledge("g", "one", 0, 0, Verdict.RENEW);
        harness.loop.run(Duration.ofSeconds(20));
        harness.acknowledge("g", "one", 0, 0, Verdict.ACCEPT);
        assertThat(harness.now(share -> share.progress("g")).startOffset()).isEqualTo(1);
    }

    @Test
    void recordThatComesBackTooOftenIsArchived() {
        harness.records.append("a", true);
        open("one", STOCK);
        for (var delivery = 1; delivery <= 5; delivery++) {
            assertThat(harness.acquire("g", "one", 1)).containsExactly(got(0, 0, delivery));
            harness.acknowledge("g", "one", 0, 0, Verdict.RELEASE);
        }
        assertThat(harness.acquire("g", "one", 1)).isEmpty();
        assertThat(harness.now(share -> share.progress("g")).archived()).isEqualTo(1);
    }

    @Test
    void recordGivenUpLeavesOneDeadLetterHoweverLongItsLogTakesNothing() {
        var refuses = new AtomicBoolean();
        var reluctant = new ShareHarness(() -> Duration.ZERO, refuses::get);
        var settings = new ShareSettings(
                Interest.EVERYTHING,
                false,
                false,
                true,
                1,
                10,
                30_000,
                Backoff.NONE,
                Optional.of(DeadLetterTarget.own("letters")));
        reluctant.records.append("a", true);
        reluctant.now(
                share -> share.open("g", "one", new Opening(settings, Interest.EVERYTHING, true, EARLIEST, false)));
        reluctant.acquire("g", "one", 1);

        reluctant.ask(share ->
                share.acknowledge("g", "one", List.of(new Acknowledgement(OffsetRange.of(0), Verdict.REJECT))));
        refuses.set(true);
        reluctant.loop.run(Duration.ofSeconds(10));
        refuses.set(false);
        reluctant.loop.run(Duration.ofSeconds(2));

        assertThat(reluctant.buried).containsExactly(OffsetRange.of(0));
        assertThat(reluctant.now(share -> share.progress("g")).startOffset()).isEqualTo(1);
    }

    @Test
    void nobodyAcknowledgesWhatAnotherHolds() {
        harness.records.append("ab", true);
        open("one", STOCK);
        open("two", STOCK);
        harness.acquire("g", "one", 1);
        harness.acquire("g", "two", 1);
        assertThatThrownBy(() -> harness.acknowledge("g", "one", 0, 1, Verdict.ACCEPT))
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining("does not hold");
        harness.acknowledge("g", "one", 0, 0, Verdict.ACCEPT);
    }

    @Test
    void oneStuckRecordDoesNotStallTheRest() {
        open("one", STOCK);
        harness.records.append("x", true);
        harness.acquire("g", "one", 1);
        for (var i = 0; i < 3_000; i++) {
            harness.records.append("y", true);
            var got = harness.acquire("g", "one", 1);
            assertThat(got).containsExactly(got(i + 1, i + 1, 1));
            harness.acknowledge("g", "one", i + 1, i + 1, Verdict.ACCEPT);
            if (i % 400 == 0) {
                harness.acknowledge("g", "one", 0, 0, Verdict.RENEW);
            }
        }
        var progress = harness.now(share -> share.progress("g"));
        assertThat(progress.startOffset()).isZero();
        assertThat(progress.done()).containsExactly(new OffsetRange(1, 3_000));
        assertThat(harness.log.end() - harness.log.start()).isLessThan(1_100);
    }

    @Test
    void selectorFindsTheOneInAMillionAndLeavesTheOthers() {
        open("all", QUEUE);
        open("some", new Opening(ShareSettings.QUEUE, ShareHarness.wanting("z"), true, EARLIEST, false));
        for (var i = 0; i < 1_000; i++) {
            harness.records.append("a".repeat(1_000), true);
        }
        harness.records.append("az", true);
        assertThat(harness.acquire("g", "some", 10)).containsExactly(got(1_000_001, 1_000_001, 1));
        assertThat(harness.acquire("g", "all", 10)).containsExactly(got(0, 9, 1));
    }

    @Test
    void subscriptionIsDoneWithWhatDoesNotMatch() {
        var settings = ShareSettings.subscription(ShareHarness.wanting("z"), false);
        harness.records.append("aazaa", true);
        open("one", new Opening(settings, Interest.EVERYTHING, true, EARLIEST, false));
        assertThat(harness.acquire("g", "one", 10)).containsExactly(got(2, 2, 1));
        harness.acknowledge("g", "one", 2, 2, Verdict.ACCEPT);
        harness.loop.run(Duration.ofSeconds(2));
        assertThat(harness.now(share -> share.progress("g")).startOffset()).isEqualTo(5);
    }

    @Test
    void controlBatchesAndDeletedRecordsArePassedBy() {
        harness.records.append("aa", true);
        harness.records.append("c", false);
        harness.records.append("b", true);
        open("one", STOCK);
        harness.records.deleteBelow(2);
        assertThat(harness.acquire("g", "one", 10)).containsExactly(got(3, 3, 1));
        harness.loop.run(Duration.ofSeconds(2));
        assertThat(harness.now(share -> share.progress("g")).startOffset()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -3, 3})
    void backoffKeepsARecordAwayForAWhileAlsoWhereTheDateIsSet(long hours) {
        giveBackWithBackoff();
        harness.loop.setDate(Duration.ofHours(hours));
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(1, 1, 1));
        harness.loop.run(Duration.ofMillis(900));
        assertThat(harness.acquire("g", "one", 9)).isEmpty();
        harness.loop.run(Duration.ofMillis(200));
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(0, 0, 2));
    }

    @Test
    void backoffIsNoLongerUnderALeaderWhoseDateIsBehind() {
        var opening = giveBackWithBackoff();
        harness.loop.setDate(Duration.ofHours(-3));
        harness.elect();
        open("two", opening);
        assertThat(harness.acquire("g", "two", 9)).containsExactly(got(1, 1, 1));
        harness.loop.run(Duration.ofMillis(1_100));
        assertThat(harness.acquire("g", "two", 9)).containsExactly(got(0, 0, 2));
    }

    /** The first of two records, for a second. */
    private Opening giveBackWithBackoff() {
        var settings = new ShareSettings(
                Interest.EVERYTHING,
                false,
                false,
                true,
                10,
                100,
                30_000,
                new Backoff(1_000, 2, 4_000),
                Optional.empty());
        var opening = new Opening(settings, Interest.EVERYTHING, true, EARLIEST, false);
        harness.records.append("ab", true);
        open("one", opening);
        harness.acquire("g", "one", 1);
        harness.acknowledge("g", "one", 0, 0, Verdict.RELEASE);
        return opening;
    }

    @Test
    void newRecordWakesOneOfThoseWhoWait() {
        open("one", STOCK);
        open("two", STOCK);
        var woken = new AtomicInteger();
        for (var member : List.of("one", "two")) {
            var nothing =
                    harness.now(share -> share.acquire("g", new Demand(member, 9, 100, Demand.Travel.IN_BATCHES)));
            harness.now(share -> {
                share.whenNews("g", member, nothing.news(), () -> woken.incrementAndGet() > 0);
                return CompletableFuture.completedStage(null);
            });
        }
        assertThat(woken).hasValue(0);
        harness.records.append("a", true);
        harness.loop.run(Duration.ofMillis(1));
        assertThat(woken).hasValue(1);
    }

    @Test
    void whatOthersAreDoneWithIsNoNews() {
        open("all", QUEUE);
        open("some", new Opening(ShareSettings.QUEUE, ShareHarness.wanting("z"), true, EARLIEST, false));
        assertThat(harness.acquire("g", "some", 9)).isEmpty();
        harness.records.append("aaa", true);
        harness.acquire("g", "all", 9);
        harness.acknowledge("g", "all", 0, 2, Verdict.ACCEPT);
        var woken = new AtomicInteger();
        var nothing = harness.now(share -> share.acquire("g", new Demand("some", 9, 100, Demand.Travel.IN_BATCHES)));
        assertThat(nothing.isEmpty()).isTrue();
        harness.now(share -> {
            share.whenNews("g", "some", nothing.news(), () -> woken.incrementAndGet() > 0);
            return CompletableFuture.completedStage(null);
        });
        harness.loop.run(Duration.ofMillis(1));
        assertThat(woken).hasValue(0);
        harness.records.append("z", true);
        harness.loop.run(Duration.ofMillis(1));
        assertThat(woken).hasValue(1);
        assertThat(harness.acquire("g", "some", 9)).containsExactly(got(3, 3, 1));
    }

    @Test
    void whoNoLongerWaitsPassesTheNewsOn() {
        open("one", STOCK);
        var woken = new AtomicInteger();
        var nothing = harness.now(share -> share.acquire("g", new Demand("one", 9, 100, Demand.Travel.IN_BATCHES)));
        harness.now(share -> {
            share.whenNews("g", "one", nothing.news(), () -> false);
            share.whenNews("g", "one", nothing.news(), () -> woken.incrementAndGet() > 0);
            return CompletableFuture.completedStage(null);
        });
        harness.records.append("a", true);
        harness.loop.run(Duration.ofMillis(1));
        assertThat(woken).hasValue(1);
    }

    @Test
    void exclusiveGroupHasOneMember() {
        var exclusive = new Opening(
                ShareSettings.subscription(Interest.EVERYTHING, true), Interest.EVERYTHING, true, EARLIEST, true);
        open("one", exclusive);
        assertThatThrownBy(() -> open("two", exclusive)).hasMessageContaining("exclusive");
        harness.now(share -> share.leave("g", "one"));
        open("two", exclusive);
    }

    @Test
    void changedInterestBeginsAnewAtTheTailUnlessOthersAreThere() {
        harness.records.append("zzz", true);
        var tail = new StartAt.Latest();
        var before = new Opening(
                ShareSettings.subscription(ShareHarness.wanting("z"), false),
                Interest.EVERYTHING,
                true,
                EARLIEST,
                true);
        var after = new Opening(
                ShareSettings.subscription(ShareHarness.wanting("az"), false), Interest.EVERYTHING, true, tail, true);
        open("one", before);
        assertThatThrownBy(() -> open("two", after)).hasMessageContaining("other members");
        harness.now(share -> share.leave("g", "one"));
        open("two", after);
        assertThat(harness.acquire("g", "two", 9)).isEmpty();
        harness.records.append("a", true);
        assertThat(harness.acquire("g", "two", 9)).containsExactly(got(3, 3, 1));
    }

    @Test
    void groupWithMembersIsNotDeleted() {
        open("one", QUEUE);
        assertThatThrownBy(() -> harness.now(share -> share.delete("g"))).hasMessageContaining("other members");
        harness.now(share -> share.leave("g", "one"));
        harness.now(share -> share.delete("g"));
        assertThatThrownBy(() -> harness.now(share -> share.progress("g"))).isInstanceOf(BrokerException.class);
    }

    private static Opening ephemeral() {
        var lasting = ShareSettings.subscription(Interest.EVERYTHING, false);
        var settings = new ShareSettings(
                lasting.interest(),
                false,
                false,
                true,
                lasting.maxDeliveries(),
                lasting.maxInFlight(),
                lasting.lockMs(),
                lasting.backoff(),
                lasting.deadLetterTarget(),
                true);
        return new Opening(settings, Interest.EVERYTHING, true, EARLIEST, false);
    }

    /** What came back waits for a second. */
    private static Opening inOrderWithDelay() {
        var queue = ShareSettings.QUEUE;
        var settings = new ShareSettings(
                queue.interest(),
                false,
                false,
                true,
                queue.maxDeliveries(),
                queue.maxInFlight(),
                queue.lockMs(),
                new Backoff(1_000, 1, 1_000),
                Optional.empty());
        return new Opening(settings, Interest.EVERYTHING, true, EARLIEST, false, true);
    }

    private static Opening inOrder() {
        return new Opening(ShareSettings.QUEUE, Interest.EVERYTHING, true, EARLIEST, false, true);
    }

    @Test
    void whoHasRecordsInOrderWaitsUntilAnotherHasNoneOfThePartition() {
        harness.records.append("abcd", true);
        open("one", inOrder());
        open("two", inOrder());
        assertThat(harness.acquire("g", "one", 2)).containsExactly(got(0, 1, 1));
        var woken = new AtomicInteger();
        var nothing = harness.now(share -> share.acquire("g", new Demand("two", 9, 100, Demand.Travel.PICKED)));
        assertThat(nothing.isEmpty()).isTrue();
        harness.now(share -> {
            share.whenNews("g", "two", nothing.news(), () -> woken.incrementAndGet() > 0);
            return CompletableFuture.completedStage(null);
        });

        harness.acknowledge("g", "one", 0, 0, Verdict.ACCEPT);
        assertThat(harness.acquire("g", "two", 9)).isEmpty();
        assertThat(harness.acquire("g", "one", 1)).containsExactly(got(2, 2, 1));
        assertThat(woken).hasValue(0);
        harness.acknowledge("g", "one", 1, 2, Verdict.ACCEPT);

        assertThat(woken).hasValue(1);
        assertThat(harness.acquire("g", "two", 9)).containsExactly(got(3, 3, 1));
        harness.records.append("e", true);
        assertThat(harness.acquire("g", "one", 9)).isEmpty();
    }

    @Test
    void whoLeavesLeavesItsTurnToTheNext() {
        harness.records.append("abc", true);
        open("one", inOrder());
        open("two", inOrder());
        harness.acquire("g", "one", 2);
        harness.now(share -> share.leave("g", "one"));
        assertThat(harness.acquire("g", "two", 9)).containsExactly(got(0, 2, 1));
    }

    @Test
    void whatIsAcknowledgedInAnOpenTransactionKeepsTheTurnAlsoOverAReign() {
        harness.records.append("ab", true);
        open("one", inOrder());
        open("two", inOrder());
        harness.acquire("g", "one", 1);
        var transaction = new Transaction(7, (short) 0);
        harness.now(share -> share.acknowledge(
                "g", "one", accept(0), transaction, () -> CompletableFuture.completedStage(null), order -> {}));
        assertThat(harness.acquire("g", "two", 9)).isEmpty();

        harness.crash(Integer.MAX_VALUE);
        open("two", inOrder());
        assertThat(harness.acquire("g", "two", 9)).isEmpty();
        harness.now(share -> share.end(transaction, true, () -> {}));
        assertThat(harness.acquire("g", "two", 9)).containsExactly(got(1, 1, 1));
    }

    @Test
    void aMemberInDoubtWaitsUntilWhatItAcknowledgedIsDecidedAndOthersOfItsRecordsAreNotWaitedFor() {
        harness.records.append("abcd", true);
        open("one", inOrder());
        harness.acquire("g", "one", 2);
        var transaction = new Transaction(7, (short) 0);
        stage("one", 0, transaction);
        assertThat(harness.acquire("g", "one", 1)).containsExactly(got(2, 2, 1));

        harness.now(share -> share.doubt("g"));
        var nothing = harness.now(share -> share.acquire("g", new Demand("one", 9, 100, Demand.Travel.PICKED)));
        assertThat(nothing.isEmpty()).isTrue();
        var woken = new AtomicInteger();
        harness.now(share -> {
            share.whenNews("g", "one", nothing.news(), () -> woken.incrementAndGet() > 0);
            return CompletableFuture.completedStage(null);
        });
        // What it has in a transaction since then is not in doubt.
        var next = new Transaction(8, (short) 0);
        stage("one", 1, next);
        assertThat(woken).hasValue(0);

        harness.now(share -> share.end(transaction, true, () -> {}));
        assertThat(woken).hasValue(1);
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(3, 3, 1));
    }

    @Test
    void whatWasInDoubtAndIsRolledBackComesBeforeWhatIsBehindIt() {
        harness.records.append("abc", true);
        open("one", inOrderWithDelay());
        harness.acquire("g", "one", 1);
        var transaction = new Transaction(7, (short) 0);
        stage("one", 0, transaction);
        harness.now(share -> share.doubt("g"));

        harness.now(share -> share.end(transaction, false, () -> {}));
        assertThat(harness.acquire("g", "one", 9)).isEmpty();
        harness.loop.run(Duration.ofSeconds(1));
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(0, 0, 2), got(1, 2, 1));
    }

    @Test
    void aMemberThatComesBackDoesNotOvertakeWhatItHadBefore() {
        harness.records.append("abcd", true);
        open("one", inOrderWithDelay());
        harness.acquire("g", "one", 2);
        var transaction = new Transaction(7, (short) 0);
        stage("one", 0, transaction);
        harness.acknowledge("g", "one", 1, 1, Verdict.SEEN);

        harness.now(share -> share.lose("g", "one"));
        open("one", inOrderWithDelay());
        assertThat(harness.acquire("g", "one", 9)).isEmpty();
        harness.loop.run(Duration.ofSeconds(1));
        assertThat(harness.acquire("g", "one", 9)).isEmpty();
        harness.now(share -> share.end(transaction, true, () -> {}));
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(1, 1, 2), got(2, 3, 1));
        harness.acknowledge("g", "one", 1, 1, Verdict.ACCEPT);
        harness.records.append("e", true);
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(4, 4, 1));
    }

    private void stage(String member, long offset, Transaction transaction) {
        harness.now(share -> share.acknowledge(
                "g", member, accept(offset), transaction, () -> CompletableFuture.completedStage(null), order -> {}));
    }

    @Test
    void whoTakesNoHeedOfTheOrderIsNotWaitedFor() {
        harness.records.append("abc", true);
        open("any", QUEUE);
        open("one", inOrder());
        assertThat(harness.acquire("g", "any", 1)).containsExactly(got(0, 0, 1));
        assertThat(harness.acquire("g", "one", 1)).containsExactly(got(1, 1, 1));
        assertThat(harness.acquire("g", "any", 1)).containsExactly(got(2, 2, 1));
    }

    @Test
    void ephemeralGroupEndsWithItsLastMember() {
        open("one", ephemeral());
        open("two", ephemeral());
        harness.now(share -> share.leave("g", "one"));
        harness.now(share -> share.progress("g"));
        harness.now(share -> share.leave("g", "two"));
        assertThatThrownBy(() -> harness.now(share -> share.progress("g"))).isInstanceOf(BrokerException.class);
    }

    @Test
    void ephemeralGroupWaitsAWhileForAMemberWhoseConnectionWasLost() {
        harness.records.append("ab", true);
        open("one", ephemeral());
        harness.now(share -> share.lose("g", "one"));
        harness.loop.run(Duration.ofSeconds(20));
        open("one", ephemeral());
        harness.loop.run(Duration.ofSeconds(20));
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(0, 1, 1));
        harness.now(share -> share.lose("g", "one"));
        harness.loop.run(Duration.ofSeconds(31));
        assertThatThrownBy(() -> harness.now(share -> share.progress("g"))).isInstanceOf(BrokerException.class);
    }

    @Test
    void ephemeralGroupWhoseMembersDoNotComeBackAfterACrashEnds() {
        open("one", ephemeral());
        harness.crash(0);
        harness.now(share -> share.progress("g"));
        harness.loop.run(Duration.ofSeconds(31));
        assertThatThrownBy(() -> harness.now(share -> share.progress("g"))).isInstanceOf(BrokerException.class);
    }

    @Test
    void everythingAcknowledgedSurvivesACrashAndTheRestIsHandedOutAgain() {
        harness.records.append("abcd", true);
        open("one", STOCK);
        harness.acquire("g", "one", 3);
        harness.acknowledge("g", "one", 1, 1, Verdict.ACCEPT);
        harness.acknowledge("g", "one", 2, 2, Verdict.RELEASE);
        harness.crash(0);
        assertThatThrownBy(() -> harness.acquire("g", "one", 9)).hasMessageContaining("has not opened");
        open("one", STOCK);
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(0, 0, 1), got(2, 2, 2), got(3, 3, 1));
    }
}
