package org.isthmus.broker.log;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.isthmus.broker.runtime.FileStore;
import org.isthmus.broker.runtime.StoredFile;
import org.jspecify.annotations.Nullable;

/**
 * Pairs of a key and a value, both growing, in a file of 12 bytes each. Written by the log's owner, read by anybody without a lock. The
 * newest entries are in memory and go to the file by blocks, so an idle index costs next to nothing and an append hardly ever a write. The block
 * that was read last stays in memory, so who reads on seldom needs the file.
 * May lag the log, never leads it: what could not be written is left out, and a reader then walks a longer way.
 */
final class SparseIndex {
    private static final Logger LOG = System.getLogger(SparseIndex.class.getName());
    private static final int ENTRY_BYTES = 12;
    private static final int BLOCK = 64;

    private final FileStore files;
    private final Path path;
    private volatile @Nullable StoredFile file;
    private volatile @Nullable Tail tail;

    SparseIndex(FileStore files, Path path) {
        this.files = files;
        this.path = path;
    }

    /** An entry of the index. */
    record Entry(long key, int value) {}

    void add(long key, int value) throws IOException {
        var last = tail();
        if (last.count == BLOCK) {
            try {
                write(last);
            } catch (IOException failure) {
                LOG.log(Level.WARNING, "An index entry is left out: " + path, failure);
                return;
            }
            last = new Tail(last.before + BLOCK, new long[BLOCK], new int[BLOCK], 0, last.readLast);
            tail = last;
        } else if (last.count == last.keys.length) {
            var length = Math.min(BLOCK, Math.max(4, 2 * last.count));
            last = new Tail(
                    last.before,
                    Arrays.copyOf(last.keys, length),
                    Arrays.copyOf(last.values, length),
                    last.count,
                    last.readLast);
            tail = last;
        }
        var at = last.count;
        last.keys[at] = key;
        last.values[at] = value;
        last.count = at + 1;
    }

    /** The last entry whose key is at most this one. */
    @Nullable
    Entry floorKey(long key) throws IOException {
        return last(true, key);
    }

    /** The last entry whose value is at most this one. */
    @Nullable
    Entry floorValue(int value) throws IOException {
        return last(false, value);
    }

    @Nullable
    Entry lastEntry() throws IOException {
        return last(true, Long.MAX_VALUE);
    }

    /** Drops every entry whose key, or value, exceeds the bound. Called by the owner while nobody reads behind it. */
    void keepKeysUpTo(long key) throws IOException {
        keep(countUpTo(tail(), true, key));
    }

    void keepValuesUpTo(int value) throws IOException {
        keep(countUpTo(tail(), false, value));
    }

    /** Drops every entry behind the first so many. */
    void keepFirst(int count) throws IOException {
        keep(Math.min(count, count()));
    }

    int count() throws IOException {
        var last = tail();
        return last.before + last.count;
    }

    /** Writes what is only in memory. */
    void flush() throws IOException {
        write(tail());
    }

    void force() throws IOException {
        if (files.exists(path)) {
            file().force();
        }
    }

    /** Makes sure that what is on the disk can be read also when its name is gone. */
    void open() throws IOException {
        tail();
        if (files.exists(path)) {
            file();
        }
    }

    void close() throws IOException {
        var open = file;
        if (open != null) {
            open.close();
        }
    }

    private void keep(int count) throws IOException {
        var last = tail();
        if (count >= last.before) {
            tail = new Tail(last.before, last.keys.clone(), last.values.clone(), count - last.before, last.readLast);
        } else {
            tail = new Tail(count, new long[0], new int[0], 0, null);
        }
        if (files.exists(path)) {
            file().truncate((long) Math.min(count, last.before) * ENTRY_BYTES);
        }
    }

    private void write(Tail from) throws IOException {
        if (from.count == 0) {
            return;
        }
        var bytes = ByteBuffer.allocate(from.count * ENTRY_BYTES);
        for (var i = 0; i < from.count; i++) {
            bytes.putLong(from.keys[i]).putInt(from.values[i]);
        }
        file().write(bytes.flip(), (long) from.before * ENTRY_BYTES);
    }

    private @Nullable Entry last(boolean byKey, long bound) throws IOException {
        var last = tail();
        var count = countUpTo(last, byKey, bound);
        if (count == 0) {
            return null;
        }
        if (count > last.before) {
            return new Entry(last.keys[count - 1 - last.before], last.values[count - 1 - last.before]);
        }
        var block = block(last, (count - 1) / BLOCK);
        var at = (count - 1) % BLOCK;
        return new Entry(field(block.entries, at, true), (int) field(block.entries, at, false));
    }

    /** How many entries, from the first on, do not exceed the bound. */
    private int countUpTo(Tail last, boolean byKey, long bound) throws IOException {
        var count = last.count;
        if (count > 0 && (byKey ? last.keys[0] : last.values[0]) <= bound) {
            var low = 1;
            var high = count;
            while (low < high) {
                var middle = (low + high) >>> 1;
                if ((byKey ? last.keys[middle] : last.values[middle]) <= bound) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return last.before + low;
        }
        return countInFile(last, byKey, bound);
    }

    private int countInFile(Tail last, boolean byKey, long bound) throws IOException {
        var known = last.readLast;
        if (known != null && known.surrounds(byKey, bound)) {
            return known.countUpTo(byKey, bound);
        }
        // First the block by its first entry, then within the block, which is read at once.
        var low = 0;
        var high = (last.before + BLOCK - 1) / BLOCK;
        while (low < high) {
            var middle = (low + high) >>> 1;
            if (field(read(middle * BLOCK, 1), 0, byKey) <= bound) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? 0 : block(last, low - 1).countUpTo(byKey, bound);
    }

    private Block block(Tail last, int number) throws IOException {
        var known = last.readLast;
        var first = number * BLOCK;
        var size = Math.min(BLOCK, last.before - first);
        if (known != null && known.number == number && known.size() == size) {
            return known;
        }
        var block = new Block(number, read(first, size));
        last.readLast = block;
        return block;
    }

    private static long field(ByteBuffer entries, int index, boolean byKey) {
        return byKey ? entries.getLong(index * ENTRY_BYTES) : entries.getInt(index * ENTRY_BYTES + 8);
    }

    private ByteBuffer read(int first, int count) throws IOException {
        var bytes = ByteBuffer.allocate(count * ENTRY_BYTES);
        Files.readFully(file(), bytes, (long) first * ENTRY_BYTES);
        return bytes;
    }

    private Tail tail() throws IOException {
        var known = tail;
        return known != null ? known : load();
    }

    // Locked, as is file(): the first reader of a closed segment may be any thread, and one opening is enough.
    private synchronized Tail load() throws IOException {
        var known = tail;
        if (known == null) {
            var entries = files.exists(path) ? (int) (file().size() / ENTRY_BYTES) : 0;
            known = new Tail(entries, new long[0], new int[0], 0, null);
            tail = known;
        }
        return known;
    }

    private StoredFile file() throws IOException {
        var open = file;
        return open != null ? open : openFile();
    }

    private synchronized StoredFile openFile() throws IOException {
        var open = file;
        if (open == null) {
            open = files.open(path);
            file = open;
        }
        return open;
    }

    /** The entries behind the first {@code before}. The owner writes an entry, then the count; a reader reads the count, then the entry. */
    private static final class Tail {
        private final int before;
        private final long[] keys;
        private final int[] values;
        private volatile int count;
        private volatile @Nullable Block readLast;

        private Tail(int before, long[] keys, int[] values, int count, @Nullable Block readLast) {
            this.before = before;
            this.keys = keys;
            this.values = values;
            this.count = count;
            this.readLast = readLast;
        }
    }

    /** Entries in the file that stand together. */
    private record Block(int number, ByteBuffer entries) {
        private int size() {
            return entries.limit() / ENTRY_BYTES;
        }

        /** Whether the bound lies between two of the entries, so that those outside need not be looked at. */
        private boolean surrounds(boolean byKey, long bound) {
            return field(entries, 0, byKey) <= bound && bound < field(entries, size() - 1, byKey);
        }

        /** How many entries, from the first of the file on, do not exceed the bound, which this block's first does not. */
        private int countUpTo(boolean byKey, long bound) {
            var count = 1;
            while (count < size() && field(entries, count, byKey) <= bound) {
                count++;
            }
            return number * BLOCK + count;
        }
    }
}
