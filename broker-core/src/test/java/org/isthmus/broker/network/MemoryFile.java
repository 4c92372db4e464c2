package org.isthmus.broker.network;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import org.isthmus.broker.runtime.StoredFile;

/** A file in memory that can be read. */
record MemoryFile(byte[] content) implements StoredFile {
    @Override
    public Path path() {
        return Path.of("memory");
    }

    @Override
    public int read(ByteBuffer target, long position) {
        if (position >= content.length) {
            return -1;
        }
        int count = (int) Math.min(target.remaining(), content.length - position);
        target.put(content, (int) position, count);
        return count;
    }

    @Override
    public void write(ByteBuffer source, long position) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        if (position >= content.length) {
            return 0;
        }
        int most = (int) Math.min(count, content.length - position);
        return target.write(ByteBuffer.wrap(content, (int) position, most));
    }

    @Override
    public long size() {
        return content.length;
    }

    @Override
    public void truncate(long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void force() {}

    @Override
    public void close() {}
}
