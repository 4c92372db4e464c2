package org.isthmus.broker.server;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.isthmus.broker.coordinator.share.Marks;
import org.isthmus.broker.coordinator.share.OffsetRange;
import org.isthmus.broker.coordinator.share.Scan;
import org.isthmus.broker.selector.Required;
import org.jspecify.annotations.Nullable;

/**
 * Which values one property has in which blocks of a partition, as far as a selector looked there before: the next one that asks for other values
 * passes over the blocks that have none of them. Soft, and bounded: of a longer backlog it knows the end. Safe for use by many threads.
 */
final class ValueIndex {
    /** As many as make it worth while to pass over a block, which otherwise is read and taken apart. */
    private static final int BLOCK_BYTES = 16 << 10;
    /** Counted in values of four bytes. */
    private static final int MOST_WEIGHT = 512 << 10;

    private static final int BLOCK_WEIGHT = 64;

    /** Of a record without a value; others may have it too. */
    private static final int NO_VALUE = 0x5EED_0FF5;

    private final TreeMap<Long, Block> blocks = new TreeMap<>();
    private int weight;

    /** The block with this offset, if it is known. */
    synchronized Optional<Block> holding(long offset) {
        return Optional.ofNullable(blocks.floorEntry(offset))
                .map(entry -> entry.getValue())
                .filter(block -> offset < block.next());
    }

    /** Where the first block that is known begins behind this offset. */
    synchronized OptionalLong nextBehind(long offset) {
        var begin = blocks.higherKey(offset);
        return begin == null ? OptionalLong.empty() : OptionalLong.of(begin);
    }

    private synchronized void add(Block block) {
        var before = blocks.put(block.from, block);
        weight += block.weight() - (before == null ? 0 : before.weight());
        while (weight > MOST_WEIGHT) {
            weight -= blocks.pollFirstEntry().getValue().weight();
        }
    }

    /** Begins to make this stretch of the partition known. */
    Builder from(long offset) {
        return new Builder(offset);
    }

    /** Batches that follow one another, all of them decided and none of whose records was over when they were looked at. */
    static final class Block {
        private final long from;
        private final long next;
        private final int sizeInBytes;
        private final List<Scan.Batch> batches;
        /** Of each record that consumers may see, in order. */
        private final int[] hashes;

        private final boolean marked;
        private final long nextEndMs;

        private Block(Builder made) {
            from = made.from;
            next = made.next;
            sizeInBytes = made.sizeInBytes;
            batches = List.copyOf(made.batches);
            hashes = Arrays.copyOf(made.found, made.count);
            marked = made.marked;
            nextEndMs = made.nextEndMs;
        }

        long from() {
            return from;
        }

        /** The first offset behind it. */
        long next() {
            return next;
        }

        int sizeInBytes() {
            return sizeInBytes;
        }

        /** Whether a record of it says something of its handing out. */
        boolean isMarked() {
            return marked;
        }

        /** Whether the time of one of its records is over, so that it is not what it was. */
        boolean isOver(long nowMs) {
            return nowMs >= nextEndMs;
        }

        /** Whether one of its records may have a value with one of these hashes. */
        boolean mayHave(int[] wanted) {
            for (var hash : hashes) {
                if (isAmong(wanted, hash)) {
                    return true;
                }
            }
            return false;
        }

        /** Whether one of its records may, which is told by its place among them, from 0. */
        boolean mayHave(int record, int[] wanted) {
            return isAmong(wanted, hashes[record]);
        }

        /** Its batches from this offset on, for who wants none of their records; those of one kind that follow one another are one. */
        Stream<Scan.Batch> unwantedFrom(long offset) {
            return batches.stream()
                    .filter(batch -> batch.range().last() >= offset)
                    .map(batch -> batch.range().first() >= offset
                            ? batch
                            : batch.unwanted(
                                    new OffsetRange(offset, batch.range().last()), batch.sizeInBytes()));
        }

        private int weight() {
            return BLOCK_WEIGHT + hashes.length;
        }
    }

    private static boolean isAmong(int[] wanted, int hash) {
        for (var each : wanted) {
            if (each == hash) {
                return true;
            }
        }
        return false;
    }

    /** Takes in what is found from one offset on, and makes blocks of it. Used by one thread. */
    final class Builder {
        private long from;
        private long next;
        private int sizeInBytes;
        private final List<Scan.Batch> batches = new ArrayList<>();
        private int[] found = new int[BLOCK_WEIGHT];
        private int count;
        private boolean marked;
        private long nextEndMs;

        private Builder(long offset) {
            begin(offset);
        }

        private void begin(long offset) {
            from = offset;
            next = offset;
            sizeInBytes = 0;
            batches.clear();
            count = 0;
            marked = false;
            nextEndMs = Marks.NEVER;
        }

        /** A record of the batch that comes next has this value. */
        void add(@Nullable Object value) {
            if (count == found.length) {
                found = Arrays.copyOf(found, 2 * count);
            }
            found[count++] = value == null ? NO_VALUE : Required.hash(value);
        }

        /** Behind its values. */
        void add(Scan.Batch batch) {
            var behind = batch.range().last() + 1;
            if (batch.content() == Scan.Content.UNDECIDED
                    || !batch.marks().expired().isEmpty()) {
                begin(behind);
                return;
            }
            marked |= !batch.marks().equals(Marks.NONE);
            nextEndMs = Math.min(nextEndMs, batch.marks().nextEndMs());
            sizeInBytes += batch.sizeInBytes();
            next = behind;
            join(batch);
            if (sizeInBytes >= BLOCK_BYTES) {
                end();
            }
        }

        /** Makes a block of what is left, however small: what follows is known, or will be. */
        void end() {
            if (sizeInBytes > 0) {
                ValueIndex.this.add(new Block(this));
            }
            begin(next);
        }

        private void join(Scan.Batch batch) {
            var last = batches.isEmpty() ? null : batches.get(batches.size() - 1);
            if (last != null
                    && last.content() == batch.content()
                    && last.producerId() == batch.producerId()
                    && last.range().last() + 1 == batch.range().first()) {
                batches.remove(batches.size() - 1);
                batches.add(last.unwanted(
                        new OffsetRange(last.range().first(), batch.range().last()),
                        last.sizeInBytes() + batch.sizeInBytes()));
            } else {
                batches.add(batch.unwanted(batch.range(), batch.sizeInBytes()));
            }
        }
    }
}
