package org.isthmus.broker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.isthmus.broker.runtime.FileStore;
import org.jspecify.annotations.Nullable;

/**
 * The aborted transactions whose markers lie in one segment, in the order of the markers. Added to by the log's owner, read by anybody.
 * In memory while the segment is written, since leaving one out would show records that do not count; in a file once it is closed.
 */
final class AbortedTransactionIndex {
    private static final int ENTRY_BYTES = 32;
    private static final AbortedTransaction[] NOTHING = {};

    private final FileStore files;
    private final Path path;
    private volatile @Nullable Entries entries;
    /** How many entries the file has. The owner's. */
    private int flushed;

    AbortedTransactionIndex(FileStore files, Path path) {
        this.files = files;
        this.path = path;
    }

    void add(AbortedTransaction transaction) throws IOException {
        var known = entries();
        var array = known.array;
        if (known.count == array.length) {
            array = Arrays.copyOf(array, Math.max(4, 2 * array.length));
        }
        array[known.count] = transaction;
        entries = new Entries(array, known.count + 1);
    }

    List<AbortedTransaction> all() throws IOException {
        var known = entries();
        return Arrays.asList(known.array).subList(0, known.count);
    }

    /** Those whose marker lies at or above the offset. */
    List<AbortedTransaction> from(long offset) throws IOException {
        return entries().from(offset);
    }

    /** As {@link #from}, of what was read or added so far, for when the file may be gone. */
    List<AbortedTransaction> knownFrom(long offset) {
        var known = entries;
        return known == null ? List.of() : known.from(offset);
    }

    /** Drops the transactions whose marker lies at or above the offset. */
    void keepBelow(long offset) throws IOException {
        var kept = all().stream()
                .takeWhile(aborted -> aborted.markerOffset() < offset)
                .toArray(AbortedTransaction[]::new);
        entries = new Entries(kept, kept.length);
        if (files.exists(path)) {
            try (var file = files.open(path)) {
                file.truncate((long) kept.length * ENTRY_BYTES);
            }
        }
        flushed = kept.length;
    }

    /** Adds to the file what it lacks. What is there is not written again: a crash may not cost what was durable. */
    void flush() throws IOException {
        var known = entries();
        if (known.count == flushed) {
            return;
        }
        var bytes = ByteBuffer.allocate((known.count - flushed) * ENTRY_BYTES);
        for (var i = flushed; i < known.count; i++) {
            var aborted = known.array[i];
            bytes.putLong(aborted.producerId()).putLong(aborted.firstOffset());
            bytes.putLong(aborted.markerOffset()).putLong(aborted.lastStableOffset());
        }
        try (var file = files.open(path)) {
            file.write(bytes.flip(), (long) flushed * ENTRY_BYTES);
        }
        flushed = known.count;
    }

    void force() throws IOException {
        if (files.exists(path)) {
            try (var file = files.open(path)) {
                file.force();
            }
        }
    }

    private Entries entries() throws IOException {
        var known = entries;
        return known != null ? known : load();
    }

    // Locked: the first reader of a closed segment may be any thread.
    private synchronized Entries load() throws IOException {
        var known = entries;
        if (known == null) {
            var bytes = Files.readAll(files, path);
            var found = bytes == null ? NOTHING : read(bytes);
            known = new Entries(found, found.length);
            entries = known;
            flushed = found.length;
        }
        return known;
    }

    /** As far as the markers rise, which they do not where a crash left zeros. */
    private static AbortedTransaction[] read(ByteBuffer bytes) {
        var found = new ArrayList<AbortedTransaction>();
        var marker = 0L;
        while (bytes.remaining() >= ENTRY_BYTES) {
            var next = new AbortedTransaction(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
            if (next.markerOffset() <= marker) {
                break;
            }
            marker = next.markerOffset();
            found.add(next);
        }
        return found.toArray(NOTHING);
    }

    /** The array may hold more than the count says; that is the owner's. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Entries(AbortedTransaction[] array, int count) {
        List<AbortedTransaction> from(long offset) {
            var low = 0;
            var high = count;
            while (low < high) {
                var middle = (low + high) >>> 1;
                if (array[middle].markerOffset() < offset) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return Arrays.asList(array).subList(low, count);
        }
    }
}
