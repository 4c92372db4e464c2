package org.isthmus.broker.network;

import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/** A range of a file on its way through Netty; releases the range when Netty has done with it, sent or not. */
final class FileRangeRegion extends AbstractReferenceCounted implements FileRegion {
    private final Frame.FileRange range;
    private long transferred;

    FileRangeRegion(Frame.FileRange range) {
        this.range = range;
    }

    @Override
    public long position() {
        return range.position();
    }

    @Override
    @Deprecated
    public long transfered() {
        return transferred;
    }

    @Override
    public long transferred() {
        return transferred;
    }

    @Override
    public long count() {
        return range.length();
    }

    @Override
    public long transferTo(WritableByteChannel target, long position) throws IOException {
        long left = range.length() - position;
        if (left <= 0) {
            return 0;
        }
        long from = range.position() + position;
        long taken = range.file().transferTo(from, left, target);
        // Nothing taken means a full socket, or a file that ends too early, on which Netty would wait for ever.
        if (taken <= 0 && range.file().size() <= from) {
            throw range.endsBefore(from);
        }
        transferred += Math.max(0, taken);
        return Math.max(0, taken);
    }

    @Override
    protected void deallocate() {
        range.release();
    }

    @Override
    public FileRegion retain() {
        super.retain();
        return this;
    }

    @Override
    public FileRegion retain(int increment) {
        super.retain(increment);
        return this;
    }

    @Override
    public FileRegion touch() {
        return this;
    }

    @Override
    public FileRegion touch(Object hint) {
        return this;
    }
}
