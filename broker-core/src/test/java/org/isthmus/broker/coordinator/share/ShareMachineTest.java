package org.isthmus.broker.coordinator.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.isthmus.broker.record.LogRecord;
import org.junit.jupiter.api.Test;

class ShareMachineTest {
    private final ShareMachine machine = new ShareMachine();
    private final ShareRecordCodec codec = new ShareRecordCodec();
    private long offset;

    private void replay(ShareRecord record) {
        var decoded = codec.decode(new LogRecord(offset, 0, codec.key(record), codec.value(record), List.of()));
        assertThat(decoded).isEqualTo(record);
        machine.replay(offset++, decoded);
    }

    private ShareGroup begin(ShareSettings settings, long start) {
        replay(ShareRecord.GroupState.beginning("orders", settings, new Beginning(start, List.of(), 300)));
        return machine.group("orders");
    }

    @Test
    void startMovesOverWhatIsDoneAndStopsAtTheFirstThatIsNot() {
        var group = begin(ShareSettings.STOCK, 5);
        replay(new ShareRecord.Done("orders", List.of(new OffsetRange(7, 9)), Outcome.ACKNOWLEDGED));
        assertThat(group.startOffset()).isEqualTo(5);
        replay(new ShareRecord.Done("orders", List.of(OffsetRange.of(5)), Outcome.ACKNOWLEDGED));
        assertThat(group.startOffset()).isEqualTo(6);
        replay(new ShareRecord.Done("orders", List.of(OffsetRange.of(6)), Outcome.ARCHIVED));
        assertThat(group.startOffset()).isEqualTo(10);
        assertThat(group.done().isEmpty()).isTrue();
        assertThat(group.archivedCount()).isEqualTo(1);
    }

    @Test
    void countsDeliveriesOfWhatCameBackUntilItIsDone() {
        var group = begin(ShareSettings.QUEUE, 0);
        replay(new ShareRecord.GivenBack("orders", List.of(new OffsetRange(0, 3)), new Returned(2, 77)));
        assertThat(group.deliveries(3)).isEqualTo(2);
        replay(new ShareRecord.Done("orders", List.of(OffsetRange.of(3)), Outcome.ACKNOWLEDGED));
        assertThat(group.deliveries(3)).isZero();
        assertThat(group.deliveries(2)).isEqualTo(2);
    }

    @Test
    void pendingAcknowledgementEndsAsDoneOrGivenBack() {
        var group = begin(ShareSettings.QUEUE, 0);
        var transaction = new Staged(new Transaction(4711, (short) 3), false);
        replay(new ShareRecord.Pending("orders", List.of(new OffsetRange(0, 3)), new Returned(1, 0), transaction));
        replay(new ShareRecord.Done("orders", List.of(OffsetRange.of(0)), Outcome.ACKNOWLEDGED));
        replay(new ShareRecord.GivenBack("orders", List.of(OffsetRange.of(1)), new Returned(1, 0)));
        assertThat(group.pending().runs()).containsExactly(new OffsetMap.Run<>(new OffsetRange(2, 3), transaction));
        assertThat(group.startOffset()).isEqualTo(1);
    }

    @Test
    void snapshotHoldsEverything() {
        var settings = new ShareSettings(
                new Interest(Optional.of("colour = 'rot'"), Optional.of("me")),
                false,
                true,
                true,
                7,
                10,
                1_000,
                new Backoff(10, 2, 100),
                Optional.of(DeadLetterTarget.configured("dead", false)));
        var group = begin(settings, 5);
        replay(new ShareRecord.Done("orders", List.of(OffsetRange.of(9)), Outcome.ARCHIVED));
        replay(new ShareRecord.GivenBack("orders", List.of(OffsetRange.of(7)), new Returned(2, 1_234_567_890_123L)));
        replay(new ShareRecord.Pending(
                "orders",
                List.of(OffsetRange.of(8)),
                new Returned(1, 0),
                new Staged(new Transaction(1, (short) 2), true)));
        var before = group.snapshot();
        replay(before);
        assertThat(machine.group("orders").snapshot()).isEqualTo(before);
        assertThat(machine.oldestNeeded()).isEqualTo(offset - 1);
    }

    @Test
    void groupThatWasWrittenBeforeRecordsSaidThatTheyWaitedIsForAllOfThem() {
        var state = ShareRecord.GroupState.beginning("orders", ShareSettings.QUEUE, Beginning.at(5));
        var value = codec.value(state);
        var older = Arrays.copyOf(value, value.length - 1);
        assertThat(codec.decode(new LogRecord(0, 0, codec.key(state), older, List.of())))
                .isEqualTo(state);
    }

    @Test
    void whatComesAfterAGroupIsDeletedHasNoEffect() {
        begin(ShareSettings.STOCK, 5);
        replay(new ShareRecord.GroupDeleted("orders"));
        replay(new ShareRecord.Done("orders", List.of(OffsetRange.of(9)), Outcome.ACKNOWLEDGED));
        assertThat(machine.groups()).isEmpty();
    }

    @Test
    void refusesBytesThatItNeverWrote() {
        var record = new LogRecord(3, 0, "g".getBytes(), new byte[] {0, 4, 9, 1}, List.of());
        assertThatThrownBy(() -> codec.decode(record)).isInstanceOf(IllegalStateException.class);
    }
}
