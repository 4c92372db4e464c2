package org.isthmus.broker.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.isthmus.broker.record.RecordBatch;

/** Where the records of open transactions lie in what can be read. */
public final class UndecidedRecords {
    private static final int LOOK_BYTES = 1 << 20;

    /** Both ends included. */
    public record Range(long first, long last) {}

    private UndecidedRecords() {}

    /** In order. Reads the log from the oldest of them on, and nothing where no transaction is open. */
    public static List<Range> in(LogView view) throws IOException {
        var begun = new HashMap<Long, Long>();
        view.openTransactions().forEach(each -> begun.put(each.producerId(), each.firstOffset()));
        var ranges = new ArrayList<Range>();
        var end = view.highWatermark();
        var from = begun.values().stream().mapToLong(first -> first).min().orElse(end);
        while (from < end) {
            var next = from + 1;
            for (var batch : RecordBatch.in(view.copy(from, end, LOOK_BYTES))) {
                var first = begun.get(batch.producerId());
                if (first != null && batch.baseOffset() >= first) {
                    ranges.add(new Range(batch.baseOffset(), batch.lastOffset()));
                }
                next = batch.nextOffset();
            }
            from = next;
        }
        return ranges;
    }
}
