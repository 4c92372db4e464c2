package org.isthmus.broker.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of the machine. Safe for use by many threads. Java closes a channel under everybody when one of its users is interrupted, which
 * a container may do to any thread; the file is then opened again and the operation repeated, so that an interrupt costs a thread its
 * sleep and nobody else the log.
 */
final class LocalFile implements StoredFile {
    private final Path path;
    private volatile FileChannel channel;
    private volatile boolean closed;

    LocalFile(Path path) throws IOException {
        this.path = path;
        this.channel = openChannel(path);
    }

    private static FileChannel openChannel(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        var start = target.position();
        return (int) run("read at " + position, () -> {
            target.position(start);
            return channel.read(target, position);
        });
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        var start = source.position();
        run("write at " + position, () -> {
            source.position(start);
            var at = position;
            while (source.hasRemaining()) {
                at += channel.write(source, at);
            }
            return at;
        });
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        // Not repeated: part of it may have left already, and it may be the target that was closed.
        return channel.transferTo(position, count, target);
    }

    @Override
    public long size() throws IOException {
        return run("ask for the size", () -> channel.size());
    }

    @Override
    public void truncate(long size) throws IOException {
        run("truncate", () -> {
            channel.truncate(size);
            return size;
        });
    }

    @Override
    public void force() throws IOException {
        run("force", () -> {
            channel.force(false);
            return 0;
        });
    }

    @Override
    public void close() throws IOException {
        closed = true;
        channel.close();
    }

    private long run(String what, Operation operation) throws IOException {
        var interrupted = false;
        try {
            while (true) {
                var used = channel;
                try {
                    return operation.run();
                } catch (ClosedChannelException gone) {
                    if (closed) {
                        throw named(path, what, gone);
                    }
                    interrupted |= gone instanceof AsynchronousCloseException && Thread.interrupted();
                    reopen(used);
                } catch (IOException failure) {
                    throw named(path, what, failure);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Locked, because several threads find the channel closed at once and one new channel is enough. */
    private synchronized void reopen(FileChannel broken) throws IOException {
        if (channel == broken) {
            channel = openChannel(path);
        }
    }

    static IOException named(Path path, String what, IOException failure) {
        return failure instanceof FileSystemException
                ? failure
                : new IOException("Cannot " + what + ": " + path + ": " + failure.getMessage(), failure);
    }

    @FunctionalInterface
    private interface Operation {
        long run() throws IOException;
    }
}
