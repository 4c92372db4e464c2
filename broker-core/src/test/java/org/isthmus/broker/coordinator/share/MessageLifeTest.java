package org.isthmus.broker.coordinator.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What expiry and priority do to the handing out of records. A digit is a record of that priority. */
class MessageLifeTest {
    private static final Opening QUEUE =
            new Opening(ShareSettings.QUEUE, Interest.EVERYTHING, true, new StartAt.Earliest(), false);

    private final ShareHarness harness = new ShareHarness();

    private void open(String member, Opening opening) {
        harness.now(share -> share.open("g", member, opening));
    }

    private static Acquisition.Acquired got(long first, long last) {
        return new Acquisition.Acquired(new OffsetRange(first, last), 1);
    }

    private ShareProgress progress() {
        return harness.now(share -> share.progress("g"));
    }

    @Test
    void expiredRecordIsPassedByAndCounted() {
        harness.records.append("abc", true);
        harness.records.expire(1, Duration.ZERO);
        open("one", QUEUE);
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(0, 0), got(2, 2));
        harness.loop.run(Duration.ofSeconds(2));
        assertThat(progress().done()).containsExactly(OffsetRange.of(1));
        assertThat(progress().expired()).isEqualTo(1);
        harness.crash(Integer.MAX_VALUE);
        assertThat(progress().expired()).isEqualTo(1);
    }

    @Test
    void recordThatExpiresWhileItIsReadyIsNotHandedOut() {
        harness.records.append("abc", true);
        harness.records.expire(1, Duration.ofSeconds(1));
        open("one", QUEUE);
        assertThat(harness.acquire("g", "one", 1)).containsExactly(got(0, 0));
        harness.loop.run(Duration.ofSeconds(1));
        assertThat(harness.acquire("g", "one", 1)).containsExactly(got(2, 2));
    }

    @Test
    void recordThatExpiresWhileItIsHeldIsGoneWhenItComesBack() {
        harness.records.append("ab", true);
        harness.records.expire(0, Duration.ofSeconds(1));
        open("one", QUEUE);
        harness.acquire("g", "one", 1);
        harness.loop.run(Duration.ofSeconds(1));
        harness.acknowledge("g", "one", 0, 0, Verdict.RELEASE);
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(1, 1));
    }

    @Test
    void higherPriorityGoesFirstAndWithinOneTheOlder() {
        harness.records.append("a9b", true);
        harness.records.append("c90", true);
        open("one", QUEUE);
        assertThat(harness.acquire("g", "one", 1)).containsExactly(got(1, 1));
        assertThat(harness.acquire("g", "one", 1)).containsExactly(got(4, 4));
        assertThat(harness.acquire("g", "one", 3)).containsExactly(got(0, 0), got(2, 2), got(3, 3));
        assertThat(harness.acquire("g", "one", 1)).containsExactly(got(5, 5));
        assertThat(harness.acquire("g", "one", 1)).isEmpty();
    }

    @Test
    void priorityKeepsToTheSelector() {
        harness.records.append("a9a7a", true);
        open("one", new Opening(ShareSettings.QUEUE, ShareHarness.wanting("a7"), true, new StartAt.Earliest(), false));
        assertThat(harness.acquire("g", "one", 1)).containsExactly(got(3, 3));
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(0, 0), got(2, 2), got(4, 4));
        open("two", QUEUE);
        assertThat(harness.acquire("g", "two", 9)).containsExactly(got(1, 1));
    }

    @Test
    void stockMembersKeepTheOrderOfTheLog() {
        harness.records.append("a9", true);
        open("one", Opening.stock(ShareSettings.STOCK, new StartAt.Earliest()));
        var whole =
                harness.now(share -> share.acquire("g", new Demand("one", 1, 1 << 20, Demand.Travel.WHOLE_BATCHES)));
        assertThat(whole.acquired()).containsExactly(got(0, 1));
    }

    @Test
    void whatWaitedBeforeASubscriptionBeganIsNotForItHoweverLateItComes() {
        var subscription = ShareSettings.subscription(Interest.EVERYTHING, false);
        var opening = new Opening(subscription, Interest.EVERYTHING, true, new StartAt.Latest(), false);
        harness.records.waiting(3);
        open("one", opening);
        harness.records.append("abc", true);
        harness.records.waited(0, 2);
        harness.records.waited(1, 3);
        assertThat(harness.acquire("g", "one", 1)).containsExactly(got(1, 1));
        harness.loop.run(Duration.ofSeconds(2));
        assertThat(progress().startOffset()).isEqualTo(1);
        assertThat(progress().expired()).isZero();

        harness.records.append("d", true);
        harness.records.waited(3, 0);
        harness.records.waiting(9);
        harness.crash(Integer.MAX_VALUE);
        open("two", opening);
        assertThat(harness.acquire("g", "two", 9)).containsExactly(got(1, 2));
    }

    @Test
    void queueIsForWhateverWaited() {
        harness.records.waiting(3);
        open("one", QUEUE);
        harness.records.append("ab", true);
        harness.records.waited(0, 2);
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(0, 1));
    }

    @Test
    void subscriptionBeginsWithWhatIsUndecidedAndWithNothingElseThatIsThere() {
        var subscription = ShareSettings.subscription(Interest.EVERYTHING, false);
        harness.records.append("abcdef", true);
        harness.records.undecided(1, 1);
        harness.records.undecided(3, 4);
        open("one", new Opening(subscription, Interest.EVERYTHING, true, new StartAt.Latest(), false));
        harness.records.append("g", true);
        assertThat(harness.acquire("g", "one", 9)).containsExactly(got(1, 1), got(3, 4), got(6, 6));
        assertThat(progress().startOffset()).isEqualTo(1);
    }
}
