package org.isthmus.broker.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The disk. Safe for use by many threads. Every failure is an {@link IOException} that names the path.
 *
 * <p>Nothing is promised to survive the death of the machine before it was forced: bytes by {@link StoredFile#force}, names
 * (created, moved or deleted) by {@link #forceDirectory}.
 */
public interface FileStore {
    /** Opens a file for reading and writing; creates it, empty, where there is none. */
    StoredFile open(Path path) throws IOException;

    boolean exists(Path path);

    /** The plain files and directories right inside a directory, in no order; nothing for a directory that does not exist. */
    List<Path> list(Path directory) throws IOException;

    void createDirectories(Path directory) throws IOException;

    /** Deletes a file or an empty directory; does nothing if there is none. */
    void delete(Path path) throws IOException;

    /** Renames within one file system, atomically, over what stands at the target. */
    void move(Path from, Path to) throws IOException;

    void forceDirectory(Path directory) throws IOException;

    /** Bytes that can still be written to the file system that holds the path. */
    long usableBytes(Path path) throws IOException;

    /** Bytes that the file system which holds the path has in all. */
    long totalBytes(Path path) throws IOException;

    /** The size of a file that need not be open; 0 where there is none. */
    long size(Path path) throws IOException;

    /** The machine's own file systems. */
    static FileStore local() {
        return LocalFileStore.INSTANCE;
    }
}
