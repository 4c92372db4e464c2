package org.isthmus.broker.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.isthmus.broker.runtime.FileStore;
import org.isthmus.broker.runtime.StoredFile;

/** The machine's disk, of which any directory can be made to fail or to be full, and which counts its open files. For use by many threads. */
public final class FaultyStore implements FileStore {
    private final FileStore real = FileStore.local();
    private final Set<Path> broken = ConcurrentHashMap.newKeySet();
    private final Map<Path, Full> full = new ConcurrentHashMap<>();
    private final AtomicInteger openFiles = new AtomicInteger();

    /** How a full disk shows. */
    public enum Full {
        /** To those who ask. */
        BY_ITS_SPACE,
        /** To those who write, though it says that there is room. */
        AT_WRITES,
        /** To those who force: the file system promised room that it does not have. */
        AT_FORCE
    }

    /** From now on everything below fails that reaches the disk. */
    public void breakDisk(Path directory) {
        broken.add(directory);
    }

    public void repair(Path directory) {
        broken.remove(directory);
    }

    public void fill(Path directory, Full how) {
        full.put(directory, how);
    }

    public void makeRoom(Path directory) {
        full.remove(directory);
    }

    public int openFiles() {
        return openFiles.get();
    }

    private void check(Path path) throws IOException {
        if (broken.stream().anyMatch(path::startsWith)) {
            throw new IOException("Input/output error: " + path);
        }
    }

    private boolean isFull(Path path, Full how) {
        return full.entrySet().stream().anyMatch(entry -> entry.getValue() == how && path.startsWith(entry.getKey()));
    }

    @Override
    public StoredFile open(Path path) throws IOException {
        check(path);
        var file = real.open(path);
        openFiles.incrementAndGet();
        return new File(file);
    }

    @Override
    public boolean exists(Path path) {
        return real.exists(path);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        check(directory);
        return real.list(directory);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        check(directory);
        real.createDirectories(directory);
    }

    @Override
    public void delete(Path path) throws IOException {
        check(path);
        real.delete(path);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        check(to);
        real.move(from, to);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        check(directory);
    }

    @Override
    public long usableBytes(Path path) throws IOException {
        check(path);
        return isFull(path, Full.BY_ITS_SPACE) ? 1 << 20 : 1L << 40;
    }

    @Override
    public long totalBytes(Path path) throws IOException {
        check(path);
        return 1L << 41;
    }

    @Override
    public long size(Path path) throws IOException {
        check(path);
        return real.size(path);
    }

    private final class File implements StoredFile {
        private final StoredFile file;

        private File(StoredFile file) {
            this.file = file;
        }

        @Override
        public Path path() {
            return file.path();
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            check(path());
            return file.read(target, position);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            check(path());
            if (isFull(path(), Full.AT_WRITES)) {
                // As a disk does: what fits is there.
                file.write(source.slice().limit(source.remaining() / 2), position);
                throw noRoom();
            }
            file.write(source, position);
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            check(path());
            return file.transferTo(position, count, target);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            check(path());
            file.truncate(size);
        }

        @Override
        public void force() throws IOException {
            check(path());
            if (isFull(path(), Full.AT_FORCE)) {
                throw noRoom();
            }
            // Not the real disk: the machine lives on, and tests that share its disk would wait for each other.
        }

        private IOException noRoom() {
            return new IOException("No space left on device: " + path());
        }

        @Override
        public void close() throws IOException {
            openFiles.decrementAndGet();
            file.close();
        }
    }
}
