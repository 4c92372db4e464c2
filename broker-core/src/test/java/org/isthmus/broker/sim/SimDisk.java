package org.isthmus.broker.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.isthmus.broker.runtime.FileStore;
import org.isthmus.broker.runtime.StoredFile;

/**
 * A disk in memory that keeps exactly what the port promises. A crash loses or tears, by the seed, whatever was not forced: bytes by their
 * file, names by their directory. Can be made to fail, to be full, and to crash in the middle of an operation. Used by one thread.
 */
public final class SimDisk implements FileStore {
    private final Random random;
    private Map<Path, SimContent> names = new TreeMap<>();
    private Map<Path, SimContent> forcedNames = new TreeMap<>();
    private final Set<Path> directories = new HashSet<>();
    private long capacity = Long.MAX_VALUE;
    private double failureRate;
    private long operationsUntilCrash = Long.MAX_VALUE;
    private long bytesRead;
    private int filesOpened;
    private int forces;
    private int life;
    private boolean down;

    public SimDisk(Random random) {
        this.random = random;
    }

    // ---- what the simulation does to it

    /** Bytes that fit in total; a write that does not fit writes what does, and fails. */
    public void capacity(long bytes) {
        capacity = bytes;
    }

    /** How likely a write or a force fails. */
    public void failureRate(double rate) {
        failureRate = rate;
    }

    /** Goes down within the n-th operation from now on that changes something. */
    public void crashAfter(long operations) {
        operationsUntilCrash = operations;
    }

    /** Loses power, now or earlier, and comes back with what survived. Files that were open are of no use any more. */
    public void crash() {
        var survivors = new TreeMap<Path, SimContent>();
        var all = new TreeSet<>(names.keySet());
        all.addAll(forcedNames.keySet());
        var keep = random.nextInt(3);
        for (var path : all) {
            var live = keep == 0 || (keep == 1 && random.nextBoolean());
            var content = live ? names.get(path) : forcedNames.get(path);
            if (content != null) {
                survivors.put(path, content);
            }
        }
        new LinkedHashSet<>(survivors.values()).forEach(content -> content.crash(random));
        names = survivors;
        forcedNames = new TreeMap<>(survivors);
        life++;
        down = false;
        operationsUntilCrash = Long.MAX_VALUE;
    }

    /** Another disk takes its place, with nothing on it. */
    public void replace() {
        names = new TreeMap<>();
        forcedNames = new TreeMap<>();
        directories.clear();
        killProcess();
    }

    /** The process dies and the machine does not: everything that was written is there. */
    public void killProcess() {
        life++;
        down = false;
        operationsUntilCrash = Long.MAX_VALUE;
    }

    /** Whether it went down within an operation and has not come back. */
    public boolean isDown() {
        return down;
    }

    /** All that was ever read, for tests of what an operation costs. */
    public long bytesRead() {
        return bytesRead;
    }

    /** All that were ever opened. */
    public int filesOpened() {
        return filesOpened;
    }

    /** How often a file was forced. */
    public int forces() {
        return forces;
    }

    public long usedBytes() {
        return new HashSet<>(names.values())
                .stream().mapToLong(SimContent::size).sum();
    }

    // ---- the port

    @Override
    public StoredFile open(Path path) throws IOException {
        ensureUp();
        if (path.getParent() != null && !directories.contains(path.getParent())) {
            throw new NoSuchFileException(path.toString());
        }
        var content = names.get(path);
        if (content == null) {
            step();
            content = new SimContent();
            names.put(path, content);
        }
        filesOpened++;
        return new SimFile(path, content, life);
    }

    @Override
    public boolean exists(Path path) {
        ensureUp();
        return names.containsKey(path) || directories.contains(path);
    }

    @Override
    public List<Path> list(Path directory) {
        ensureUp();
        var found = new ArrayList<Path>();
        for (var path : names.keySet()) {
            if (directory.equals(path.getParent())) {
                found.add(path);
            }
        }
        for (var path : directories) {
            if (directory.equals(path.getParent())) {
                found.add(path);
            }
        }
        return found;
    }

    @Override
    public void createDirectories(Path directory) {
        for (var path = directory; path != null; path = path.getParent()) {
            directories.add(path);
        }
    }

    @Override
    public void delete(Path path) {
        step();
        names.remove(path);
        directories.remove(path);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        step();
        var content = names.remove(from);
        if (content == null) {
            throw new NoSuchFileException(from.toString());
        }
        names.put(to, content);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        step();
        failByChance("force directory", directory);
        forcedNames.keySet().removeIf(path -> directory.equals(path.getParent()));
        names.forEach((path, content) -> {
            if (directory.equals(path.getParent())) {
                forcedNames.put(path, content);
            }
        });
    }

    @Override
    public long usableBytes(Path path) {
        return Math.max(0, capacity - usedBytes());
    }

    @Override
    public long totalBytes(Path path) {
        return capacity;
    }

    @Override
    public long size(Path path) {
        ensureUp();
        var content = names.get(path);
        return content == null ? 0 : content.size();
    }

    private void ensureUp() {
        if (down) {
            throw new SimCrash();
        }
    }

    /** Counts an operation; true if the machine dies within it. */
    private boolean dies() {
        ensureUp();
        if (--operationsUntilCrash <= 0) {
            down = true;
        }
        return down;
    }

    private void step() {
        if (dies()) {
            throw new SimCrash();
        }
    }

    private void failByChance(String what, Path path) throws IOException {
        if (failureRate > 0 && random.nextDouble() < failureRate) {
            throw new IOException("Simulated failure to " + what + ": " + path);
        }
    }

    private final class SimFile implements StoredFile {
        private final Path path;
        private final SimContent content;
        private final int openedIn;
        private boolean closed;

        private SimFile(Path path, SimContent content, int openedIn) {
            this.path = path;
            this.content = content;
            this.openedIn = openedIn;
        }

        @Override
        public Path path() {
            return path;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            ensureOpen();
            var count = content.read(target, position);
            bytesRead += Math.max(0, count);
            return count;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            ensureOpen();
            var count = source.remaining();
            var growth = Math.max(0, position + count - content.size());
            var room = capacity - usedBytes();
            if (dies()) {
                content.write(source.slice().limit(random.nextInt(count + 1)), position);
                throw new SimCrash();
            }
            if (growth > room) {
                content.write(source.slice().limit((int) Math.max(0, count - (growth - Math.max(0, room)))), position);
                throw new IOException("No space left on device: " + path);
            }
            if (failureRate > 0 && random.nextDouble() < failureRate) {
                content.write(source.slice().limit(random.nextInt(count + 1)), position);
                throw new IOException("Simulated failure to write at " + position + ": " + path);
            }
            content.write(source, position);
            source.position(source.limit());
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            var buffer = ByteBuffer.allocate((int) Math.min(count, 1 << 16));
            return read(buffer, position) < 0 ? 0 : target.write(buffer.flip());
        }

        @Override
        public long size() throws IOException {
            ensureOpen();
            return content.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            ensureOpen();
            step();
            content.truncate(size);
        }

        @Override
        public void force() throws IOException {
            ensureOpen();
            step();
            failByChance("force", path);
            forces++;
            content.force();
        }

        @Override
        public void close() {
            closed = true;
        }

        private void ensureOpen() throws IOException {
            ensureUp();
            if (closed || openedIn != life) {
                throw new IOException("The file is closed: " + path);
            }
        }
    }

    /** For tests that want to look at, or damage, what is stored. */
    public Map<Path, Long> sizes() {
        var sizes = new HashMap<Path, Long>();
        names.forEach((path, content) -> sizes.put(path, content.size()));
        return sizes;
    }
}
