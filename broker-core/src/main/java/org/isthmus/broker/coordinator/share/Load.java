package org.isthmus.broker.coordinator.share;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one demand takes along, batch by batch. Used by one thread. */
final class Load {
    private static final int LEAST_BYTES_BETWEEN = 64 << 10;

    private final Demand demand;
    private final List<Acquisition.Acquired> acquired = new ArrayList<>();
    private final List<Acquisition.Batch> batches = new ArrayList<>();
    private Stretch.@Nullable Piece first;
    private long end;
    private long records;
    private long pickedBytes;

    Load(Demand demand) {
        this.demand = demand;
    }

    /** Where what is taken is noted, in the order of the offsets. */
    List<Acquisition.Acquired> acquired() {
        return acquired;
    }

    long records() {
        return records;
    }

    /** Whether a batch behind those that were taken may come along. */
    boolean mayTake(Stretch.Piece piece) {
        if (first == null) {
            return true;
        }
        if (demand.travel() == Demand.Travel.PICKED) {
            return pickedBytes < demand.maxBytes();
        }
        return piece.end() - first.begin() <= demand.maxBytes()
                && piece.begin() - end <= LEAST_BYTES_BETWEEN + end - first.begin();
    }

    /** So many records of the batch were taken. */
    void took(Stretch.Piece piece, long taken) {
        if (first == null) {
            first = piece;
        }
        var batch = piece.batch();
        batches.add(new Acquisition.Batch(batch.baseOffset(), batch.range().last(), batch.sizeInBytes()));
        end = piece.end();
        records += taken;
        var all = batch.range().last() - batch.baseOffset() + 1;
        pickedBytes += batch.sizeInBytes() * taken / all;
    }

    Acquisition acquisition(long news) {
        if (first == null) {
            return Acquisition.nothing(news);
        }
        var size = end - first.begin();
        var picked = demand.travel() == Demand.Travel.PICKED && pickedBytes < size / 2;
        return new Acquisition(acquired, batches, (int) Math.min(size, Integer.MAX_VALUE), picked, false, news);
    }
}
