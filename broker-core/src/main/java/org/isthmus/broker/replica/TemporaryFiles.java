package org.isthmus.broker.replica;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.isthmus.broker.runtime.FileStore;
import org.isthmus.broker.runtime.StoredFile;

/**
 * The files of one temporary destination. They have names among themselves only: a small one never touches the disk, and nothing is left of any
 * once they are discarded. Safe for use by many threads.
 */
final class TemporaryFiles implements FileStore {
    private static final int MOST_IN_MEMORY = 64 << 10;

    private final Path spillDirectory;
    private final String prefix;
    private final FileStore disk;
    private final MemoryBudget budget;
    private final ConcurrentMap<Path, TemporaryFile> files = new ConcurrentHashMap<>();
    private int opened; // guarded by this

    /** @param prefix begins the names of all files that it has on the disk */
    TemporaryFiles(Path spillDirectory, String prefix, FileStore disk, MemoryBudget budget) {
        this.spillDirectory = spillDirectory;
        this.prefix = prefix;
        this.disk = disk;
        this.budget = budget;
    }

    @Override
    public StoredFile open(Path path) {
        return files.computeIfAbsent(path, this::create).opened();
    }

    private synchronized TemporaryFile create(Path path) {
        return new TemporaryFile(spillDirectory.resolve(prefix + "." + opened++), disk, budget, MOST_IN_MEMORY);
    }

    @Override
    public boolean exists(Path path) {
        return files.keySet().stream().anyMatch(file -> file.startsWith(path));
    }

    @Override
    public List<Path> list(Path directory) {
        var children = new ArrayList<Path>();
        for (var file : files.keySet()) {
            if (directory.equals(file.getParent())) {
                children.add(file);
            }
        }
        return children;
    }

    @Override
    public void createDirectories(Path directory) {
        // A directory is there as long as a file in it is.
    }

    @Override
    public void delete(Path path) throws IOException {
        var gone = files.remove(path);
        if (gone != null) {
            gone.delete();
        }
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        var moved = files.remove(from);
        if (moved == null) {
            throw new IOException(from + " does not exist");
        }
        var replaced = files.put(to, moved);
        if (replaced != null) {
            replaced.delete();
        }
    }

    @Override
    public void forceDirectory(Path directory) {
        // Nothing of it is to survive.
    }

    @Override
    public long usableBytes(Path path) throws IOException {
        return disk.usableBytes(spillDirectory);
    }

    @Override
    public long totalBytes(Path path) throws IOException {
        return disk.totalBytes(spillDirectory);
    }

    @Override
    public long size(Path path) throws IOException {
        var file = files.get(path);
        return file == null ? 0 : file.size();
    }

    /** Deletes every file. */
    void discard() throws IOException {
        for (var path : List.copyOf(files.keySet())) {
            delete(path);
        }
    }
}
