package org.isthmus.broker.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A file of the machine. Safe for use by many threads. Its channel may be closed under it and is then opened again by the next use: by Java,
 * which closes a channel under everybody when one of its users is interrupted, as a container may do to any thread; and by {@link OpenFiles},
 * when it is idle and too many are open.
 *
 * <p>Invariant: it is the same file that is opened again, or none.
 */
final class LocalFile implements StoredFile {
    private static final int LET_GO = -1;

    private final Path path;
    private final OpenFiles openFiles;
    private final @Nullable Object identity;
    private final AtomicReference<@Nullable FileChannel> channel = new AtomicReference<>();
    /** How many operations are under way, or that the channel is being let go of. */
    private final AtomicInteger users = new AtomicInteger();

    private volatile boolean usedLately;
    private volatile boolean unforced;
    private volatile boolean closed;

    LocalFile(Path path, OpenFiles openFiles) throws IOException {
        this.path = path;
        this.openFiles = openFiles;
        var first =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
        channel.set(first);
        this.identity = identityOf(path);
        openFiles.opened(this);
    }

    private static @Nullable Object identityOf(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        var start = target.position();
        return (int) run("read at " + position, file -> {
            target.position(start);
            return file.read(target, position);
        });
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        var start = source.position();
        unforced = true;
        run("write at " + position, file -> {
            source.position(start);
            var at = position;
            while (source.hasRemaining()) {
                at += file.write(source, at);
            }
            return at;
        });
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        enter();
        try {
            // Not repeated: part of it may have left already, and it may be the target that was closed.
            return opened().transferTo(position, count, target);
        } finally {
            leave();
        }
    }

    @Override
    public long size() throws IOException {
        return run("ask for the size", FileChannel::size);
    }

    @Override
    public void truncate(long size) throws IOException {
        unforced = true;
        run("truncate", file -> {
            file.truncate(size);
            return size;
        });
    }

    @Override
    public void force() throws IOException {
        // Before: what is written while it is under way counts as unforced again.
        unforced = false;
        var done = false;
        try {
            run("force", file -> {
                file.force(false);
                return 0;
            });
            done = true;
        } finally {
            unforced |= !done;
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        openFiles.closed(this);
        closeChannel();
    }

    /**
     * Closes the channel until the next use; false where that must not be now. What is unforced keeps it open, because a failure to write it
     * is told only to those who had the file open.
     */
    boolean letGo() {
        if (usedLately || unforced) {
            usedLately = false;
            return false;
        }
        if (!users.compareAndSet(0, LET_GO)) {
            return false;
        }
        try {
            closeChannel();
            return true;
        } catch (IOException told) {
            // Whatever it was, the next use finds out.
            return true;
        } finally {
            users.set(0);
        }
    }

    private void closeChannel() throws IOException {
        var open = channel.getAndSet(null);
        if (open != null) {
            open.close();
        }
    }

    private void enter() {
        while (true) {
            var now = users.get();
            if (now == LET_GO) {
                Thread.onSpinWait();
            } else if (users.compareAndSet(now, now + 1)) {
                usedLately = true;
                return;
            }
        }
    }

    private void leave() {
        users.decrementAndGet();
    }

    private long run(String what, Operation operation) throws IOException {
        var interrupted = false;
        enter();
        try {
            while (true) {
                var used = channel.get();
                try {
                    return operation.run(used == null ? opened() : used);
                } catch (ClosedChannelException gone) {
                    if (closed) {
                        throw named(path, what, gone);
                    }
                    interrupted |= gone instanceof AsynchronousCloseException && Thread.interrupted();
                    channel.compareAndSet(used, null);
                } catch (IOException failure) {
                    throw named(path, what, failure);
                }
            }
        } finally {
            leave();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private FileChannel opened() throws IOException {
        var open = channel.get();
        if (open != null) {
            return open;
        }
        var again = openAgain();
        openFiles.opened(this);
        return again;
    }

    /** Locked, because several threads find the channel closed at once and one new channel is enough. */
    private synchronized FileChannel openAgain() throws IOException {
        var open = channel.get();
        if (open != null) {
            return open;
        }
        if (closed) {
            throw new ClosedChannelException();
        }
        var again = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        channel.set(again);
        if (closed || !Objects.equals(identity, identityOf(path))) {
            closeChannel();
            throw new IOException("Another file stands in its place: " + path);
        }
        return again;
    }

    static IOException named(Path path, String what, IOException failure) {
        return failure instanceof FileSystemException
                ? failure
                : new IOException("Cannot " + what + ": " + path + ": " + failure.getMessage(), failure);
    }

    @FunctionalInterface
    private interface Operation {
        long run(FileChannel file) throws IOException;
    }
}
