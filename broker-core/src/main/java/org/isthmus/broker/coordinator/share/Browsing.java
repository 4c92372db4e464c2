package org.isthmus.broker.coordinator.share;

import java.util.ArrayList;
import java.util.List;

/** What is left of a scan for who only looks. */
final class Browsing {
    private Browsing() {}

    /** The wanted records of the scan before an offset, without what is hidden. */
    static Glimpse of(Scan scan, long asked, long to, OffsetSet hidden) {
        if (scan.next() <= asked) {
            return new Glimpse(to, List.of(), to);
        }
        var found = new ArrayList<OffsetRange>();
        long base = -1;
        for (var batch : scan.batches()) {
            var left = batch.data() ? left(batch, to, hidden) : List.<OffsetRange>of();
            if (!left.isEmpty()) {
                found.addAll(left);
                base = base < 0 ? batch.baseOffset() : base;
            }
        }
        return new Glimpse(Math.min(to, scan.next()), found, base);
    }

    private static List<OffsetRange> left(Scan.Batch batch, long to, OffsetSet hidden) {
        var left = new ArrayList<OffsetRange>();
        for (var range : batch.wanted()) {
            if (range.first() < to) {
                left.addAll(hidden.gaps(new OffsetRange(range.first(), Math.min(range.last(), to - 1))));
            }
        }
        return left;
    }
}
