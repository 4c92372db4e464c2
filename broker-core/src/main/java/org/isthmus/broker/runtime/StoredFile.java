package org.isthmus.broker.runtime;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** One open file, addressed by position. Reads and writes at different positions may run on many threads at once. */
public interface StoredFile extends Closeable {
    Path path();

    /** Reads up to {@code target.remaining()} bytes; returns how many, or −1 at or behind the end of the file. */
    int read(ByteBuffer target, long position) throws IOException;

    /** Writes all of {@code source.remaining()}; the file grows where needed. */
    void write(ByteBuffer source, long position) throws IOException;

    /** Hands up to {@code count} bytes to a channel, without a copy where the platform can; returns how many it took. */
    long transferTo(long position, long count, WritableByteChannel target) throws IOException;

    long size() throws IOException;

    void truncate(long size) throws IOException;

    /** Returns once everything that was written before the call would survive the death of the machine. */
    void force() throws IOException;

    @Override
    void close() throws IOException;
}
