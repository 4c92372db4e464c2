package org.isthmus.broker.sim;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** What is in a simulated file: the bytes as processes see them, those that would survive, and the changes between the two, in order. */
final class SimContent {
    private static final int SECTOR = 512;

    private Bytes live = new Bytes();
    private Bytes forced = new Bytes();
    private final List<Change> unforced = new ArrayList<>();

    long size() {
        return live.size;
    }

    int read(ByteBuffer target, long position) {
        if (position >= live.size) {
            return -1;
        }
        var count = (int) Math.min(target.remaining(), live.size - position);
        target.put(live.array, (int) position, count);
        return count;
    }

    void write(ByteBuffer source, long position) {
        var bytes = new byte[source.remaining()];
        source.duplicate().get(bytes);
        apply(new Change((int) position, bytes));
    }

    void truncate(long size) {
        if (size < live.size) {
            apply(new Change((int) size, null));
        }
    }

    private void apply(Change change) {
        unforced.add(change);
        live.apply(change);
    }

    void force() {
        unforced.forEach(forced::apply);
        unforced.clear();
    }

    /** Leaves of the unforced changes nothing, all, some of the first with the next one torn, or a mixture of old and new sectors. */
    void crash(Random random) {
        switch (random.nextInt(4)) {
            case 0 -> {}
            case 1 -> unforced.forEach(forced::apply);
            case 2 -> keepSomeOfTheFirst(random);
            default -> mixSectors(random);
        }
        unforced.clear();
        live = forced.copy();
    }

    private void keepSomeOfTheFirst(Random random) {
        if (unforced.isEmpty()) {
            return;
        }
        var kept = random.nextInt(unforced.size());
        unforced.subList(0, kept).forEach(forced::apply);
        var torn = unforced.get(kept);
        if (torn.bytes() != null) {
            forced.apply(
                    new Change(torn.position(), Arrays.copyOf(torn.bytes(), random.nextInt(torn.bytes().length + 1))));
        }
    }

    private void mixSectors(Random random) {
        var old = forced.copy();
        forced = live.copy();
        for (var at = 0; at < forced.size; at += SECTOR) {
            if (random.nextBoolean()) {
                for (var i = at; i < Math.min(at + SECTOR, forced.size); i++) {
                    forced.array[i] = i < old.size ? old.array[i] : 0;
                }
            }
        }
    }

    /** A write, or with no bytes a truncation to the position. */
    private record Change(int position, byte[] bytes) {}

    private static final class Bytes {
        private byte[] array = new byte[64];
        private int size;

        private void apply(Change change) {
            if (change.bytes() == null) {
                if (change.position() < size) {
                    Arrays.fill(array, change.position(), size, (byte) 0);
                    size = change.position();
                }
                return;
            }
            var end = change.position() + change.bytes().length;
            if (end > array.length) {
                array = Arrays.copyOf(array, Math.max(end, 2 * array.length));
            }
            System.arraycopy(change.bytes(), 0, array, change.position(), change.bytes().length);
            size = change.bytes().length == 0 ? size : Math.max(size, end);
        }

        private Bytes copy() {
            var copy = new Bytes();
            copy.array = array.clone();
            copy.size = size;
            return copy;
        }
    }
}
