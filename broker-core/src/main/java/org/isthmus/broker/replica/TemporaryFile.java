package org.isthmus.broker.replica;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;
import org.isthmus.broker.runtime.FileStore;
import org.isthmus.broker.runtime.StoredFile;
import org.jspecify.annotations.Nullable;

/**
 * A file of a temporary log: in memory while it is small and there is memory to be had, from then on in a real file. It is never forced. Locked,
 * because the partition's loop writes while readers copy, and the move to the disk must not come between.
 */
final class TemporaryFile implements StoredFile {
    private static final int SMALLEST = 256;

    private final Path path;
    private final FileStore disk;
    private final MemoryBudget budget;
    private final int mostInMemory;
    private byte[] bytes = new byte[0];
    private int size;
    private @Nullable StoredFile spilled;
    private int handles;
    private boolean deleted;

    /** @param path where it would lie on the disk */
    TemporaryFile(Path path, FileStore disk, MemoryBudget budget, int mostInMemory) {
        this.path = path;
        this.disk = disk;
        this.budget = budget;
        this.mostInMemory = mostInMemory;
    }

    synchronized TemporaryFile opened() {
        handles++;
        return this;
    }

    @Override
    public Path path() {
        return path;
    }

    synchronized boolean isSpilled() {
        return spilled != null;
    }

    @Override
    public synchronized int read(ByteBuffer target, long position) throws IOException {
        if (spilled != null) {
            return spilled.read(target, position);
        }
        if (position >= size) {
            return -1;
        }
        var count = (int) Math.min(target.remaining(), size - position);
        target.put(bytes, (int) position, count);
        return count;
    }

    @Override
    public synchronized void write(ByteBuffer source, long position) throws IOException {
        var end = position + source.remaining();
        if (spilled == null && end > bytes.length && !grow(end)) {
            spill();
        }
        if (spilled != null) {
            spilled.write(source, position);
            return;
        }
        source.get(bytes, (int) position, source.remaining());
        size = (int) Math.max(size, end);
    }

    /** Whether there is room in memory now. */
    private boolean grow(long end) {
        if (end > mostInMemory) {
            return false;
        }
        var length = (int) Math.min(mostInMemory, Math.max(Math.max(SMALLEST, end), 2L * bytes.length));
        if (!budget.take(length - bytes.length)) {
            return false;
        }
        bytes = Arrays.copyOf(bytes, length);
        return true;
    }

    private void spill() throws IOException {
        var file = disk.open(path);
        file.truncate(0);
        file.write(ByteBuffer.wrap(bytes, 0, size), 0);
        spilled = file;
        forget();
    }

    private void forget() {
        budget.free(bytes.length);
        bytes = new byte[0];
        size = 0;
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        ByteBuffer part;
        synchronized (this) {
            if (spilled != null) {
                return spilled.transferTo(position, count, target);
            }
            if (position >= size) {
                return 0;
            }
            part = ByteBuffer.wrap(bytes, (int) position, (int) Math.min(count, size - position));
        }
        return target.write(part);
    }

    @Override
    public synchronized long size() throws IOException {
        return spilled != null ? spilled.size() : size;
    }

    @Override
    public synchronized void truncate(long newSize) throws IOException {
        if (spilled != null) {
            spilled.truncate(newSize);
        } else {
            size = (int) Math.min(size, newSize);
        }
    }

    @Override
    public void force() {
        // Nothing of it is to survive.
    }

    @Override
    public synchronized void close() throws IOException {
        handles--;
        closeIfUnused();
    }

    /** It has no name any more; those who have it open read on. */
    synchronized void delete() throws IOException {
        if (deleted) {
            return;
        }
        deleted = true;
        if (spilled != null) {
            disk.delete(path);
        }
        closeIfUnused();
    }

    private void closeIfUnused() throws IOException {
        if (!deleted || handles > 0) {
            return;
        }
        if (spilled != null) {
            spilled.close();
        }
        forget();
    }
}
