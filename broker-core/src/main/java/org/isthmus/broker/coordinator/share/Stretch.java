package org.isthmus.broker.coordinator.share;

import java.util.Collection;
import java.util.TreeMap;

/**
 * The batches that a line has looked at and that have something for its members, so that each is looked at once and not with every demand.
 * Grows at its end and is used up from its beginning. Owned by the partition's loop.
 */
final class Stretch {
    /** Bytes of batches that are worth keeping: what many demands take. */
    static final int ENOUGH_BYTES = 256 << 10;

    /**
     * A batch, and where it lies.
     *
     * @param begin bytes of the log from the stretch's beginning to the batch
     */
    record Piece(Scan.Batch batch, long begin) {
        long end() {
            return begin + batch.sizeInBytes();
        }
    }

    private final TreeMap<Long, Piece> pieces = new TreeMap<>();
    private long next;
    private long length;
    private long kept;
    private int urgent;
    private long nextEndMs;

    /** Begins anew at this offset, with nothing. */
    void begin(long at) {
        pieces.clear();
        next = at;
        length = 0;
        kept = 0;
        urgent = 0;
        nextEndMs = Marks.NEVER;
    }

    /** Whether the time of one of its records is over since it was looked at. */
    boolean isOver(long nowMs) {
        return nowMs >= nextEndMs;
    }

    /** The first offset behind what was looked at. */
    long next() {
        return next;
    }

    boolean isEnough() {
        return kept >= ENOUGH_BYTES;
    }

    /** Whether the batch with this offset is here. */
    boolean holds(long offset) {
        var piece = pieces.floorEntry(offset);
        return piece != null && piece.getValue().batch().range().contains(offset);
    }

    /** Takes in what follows what was looked at. */
    void add(Scan scan) {
        for (var batch : scan.batches()) {
            if (batch.data() && !batch.matching().isEmpty()) {
                pieces.put(batch.range().first(), new Piece(batch, length));
                kept += batch.sizeInBytes();
                urgent += batch.marks().urgent().size();
                nextEndMs = Math.min(nextEndMs, batch.marks().nextEndMs());
            }
            length += batch.sizeInBytes();
        }
        next = Math.max(next, scan.next());
    }

    /** Leaves out the batches that end before this offset. */
    void dropBefore(long offset) {
        for (var first = pieces.firstEntry();
                first != null && first.getValue().batch().range().last() < offset;
                first = pieces.firstEntry()) {
            pieces.remove(first.getKey());
            kept -= first.getValue().batch().sizeInBytes();
            urgent -= first.getValue().batch().marks().urgent().size();
        }
    }

    /** In the order of their offsets. */
    Collection<Piece> pieces() {
        return pieces.values();
    }

    /** Whether the order of handing out may be another than that of the offsets. */
    boolean hasUrgent() {
        return urgent > 0;
    }
}
