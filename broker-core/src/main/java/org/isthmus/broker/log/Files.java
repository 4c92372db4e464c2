package org.isthmus.broker.log;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.isthmus.broker.runtime.FileStore;
import org.isthmus.broker.runtime.StoredFile;
import org.jspecify.annotations.Nullable;

/** Whole reads and atomic replacement, on top of the disk's port. */
final class Files {
    private Files() {}

    /** Fills the buffer and flips it; a file that ends before is an error. */
    static void readFully(StoredFile file, ByteBuffer target, long position) throws IOException {
        var at = position;
        while (target.hasRemaining()) {
            var count = file.read(target, at);
            if (count < 0) {
                throw new EOFException("The file ends at " + at + ": " + file.path());
            }
            at += count;
        }
        target.flip();
    }

    /** Everything in a small file, or null where there is none. */
    static @Nullable ByteBuffer readAll(FileStore files, Path path) throws IOException {
        if (!files.exists(path)) {
            return null;
        }
        try (var file = files.open(path)) {
            var bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
            readFully(file, bytes, 0);
            return bytes;
        }
    }

    static void write(FileStore files, Path path, ByteBuffer bytes) throws IOException {
        try (var file = files.open(path)) {
            file.truncate(0);
            file.write(bytes, 0);
        }
    }

    /** Puts a file in the place of another so that after any crash one of the two is there, whole. */
    static void replace(FileStore files, Path path, ByteBuffer bytes) throws IOException {
        var next = path.resolveSibling(path.getFileName() + ".tmp");
        try (var file = files.open(next)) {
            file.truncate(0);
            file.write(bytes, 0);
            file.force();
        }
        files.move(next, path);
        files.forceDirectory(directoryOf(path));
    }

    private static Path directoryOf(Path path) {
        var parent = path.getParent();
        return parent == null ? Path.of(".") : parent;
    }
}
