package org.isthmus.broker.network;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.isthmus.broker.runtime.StoredFile;

/** A file in memory that knows how many bytes were read from it, through whatever buffers. */
record CountedFile(MemoryFile file, AtomicLong bytesRead) implements StoredFile {
    @Override
    public Path path() {
        return file.path();
    }

    @Override
    public int read(ByteBuffer target, long position) {
        int count = file.read(target, position);
        bytesRead.addAndGet(Math.max(0, count));
        return count;
    }

    @Override
    public void write(ByteBuffer source, long position) {
        file.write(source, position);
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        return file.transferTo(position, count, target);
    }

    @Override
    public long size() {
        return file.size();
    }

    @Override
    public void truncate(long size) {
        file.truncate(size);
    }

    @Override
    public void force() {}

    @Override
    public void close() {}
}
