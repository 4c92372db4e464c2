package org.isthmus.broker.server;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Holds a data directory against every other process, for as long as it is open. The system lets go of it when the process dies. */
final class DirectoryLock implements Closeable {
    private final FileChannel channel;

    /** The directory works, but is not for this broker. */
    static final class NotOursException extends IOException {
        NotOursException(String message) {
            super(message);
        }
    }

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Fails with {@link NotOursException} where another broker holds it. */
    static DirectoryLock take(Path directory) throws IOException {
        Files.createDirectories(directory);
        var channel = FileChannel.open(
                directory.resolve("isthmus.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (tryLock(channel) == null) {
            channel.close();
            throw new NotOursException("data directory " + directory.toAbsolutePath() + " is in use by another broker");
        }
        return new DirectoryLock(channel);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
