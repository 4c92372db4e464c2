package org.isthmus.broker.coordinator.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShareDispatchTest {
    private static final long TRANSACTION = 7;
    private static final Marks PLAIN = new Marks(List.of(), Marks.NEVER, List.of(), List.of());

    private final ShareGroup group = new ShareGroup(
            ShareRecord.GroupState.beginning("orders", ShareSettings.QUEUE, new Beginning(0, List.of(), 0)), 0);
    private final ShareDispatch dispatch = new ShareDispatch(group, new VirtualLoop());
    private final Cursor cursor = dispatch.cursor(group, Interest.EVERYTHING);

    private static Scan.Batch one(long offset, Scan.Content content, long producerId) {
        var range = OffsetRange.of(offset);
        var matching = content == Scan.Content.DATA ? List.of(range) : List.<OffsetRange>of();
        return new Scan.Batch(range, offset, 1, content, producerId, matching, PLAIN);
    }

    private void found(Scan.Batch... batches) {
        var first = batches[0].baseOffset();
        dispatch.found(group, cursor, first, new Scan(first, first + batches.length, List.of(batches)));
    }

    @Test
    void whatAScanFindsDecidedIsReadyTogetherWithWhatFollowsIt() {
        found(one(0, Scan.Content.DATA, -1), one(1, Scan.Content.UNDECIDED, TRANSACTION));
        found(
                one(0, Scan.Content.DATA, -1),
                one(1, Scan.Content.DATA, TRANSACTION),
                one(2, Scan.Content.DATA, TRANSACTION));
        assertThat(cursor.readyIn(new OffsetRange(0, 2))).containsExactly(new OffsetRange(0, 2));
    }

    @Test
    void whatWasDecidedBeforeAScanBeginsIsLookedAtOnceMore() {
        found(one(0, Scan.Content.UNDECIDED, TRANSACTION));
        found(one(1, Scan.Content.DATA, TRANSACTION));
        assertThat(cursor.isDecidedBefore(1)).isTrue();
        found(one(0, Scan.Content.DATA, TRANSACTION), one(1, Scan.Content.DATA, TRANSACTION));
        assertThat(cursor.readyIn(new OffsetRange(0, 1))).containsExactly(new OffsetRange(0, 1));
    }
}
