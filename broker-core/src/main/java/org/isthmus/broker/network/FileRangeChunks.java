package org.isthmus.broker.network;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.stream.ChunkedInput;
import java.io.IOException;

/**
 * A range of a file on its way into TLS, which has to see the bytes: they are read piece by piece as the socket takes them, so a connection
 * holds a few pieces at most however long the range is. Releases the range when Netty has done with it, sent or not.
 */
final class FileRangeChunks implements ChunkedInput<ByteBuf> {
    /** Four records of TLS. */
    private static final int CHUNK_BYTES = 64 << 10;

    private final Frame.FileRange range;
    private int read;
    private boolean released;

    FileRangeChunks(Frame.FileRange range) {
        this.range = range;
    }

    @Override
    public boolean isEndOfInput() {
        return read == range.length();
    }

    @Override
    public ByteBuf readChunk(ByteBufAllocator allocator) throws IOException {
        int size = Math.min(CHUNK_BYTES, range.length() - read);
        var chunk = allocator.buffer(size, size);
        try {
            range.read(read, chunk.nioBuffer(0, size));
        } catch (IOException | RuntimeException e) {
            chunk.release();
            throw e;
        }
        read += size;
        return chunk.writerIndex(size);
    }

    @Override
    @Deprecated
    @SuppressWarnings("InlineMeSuggester") // nobody calls it: it is there for Netty's old interface
    public ByteBuf readChunk(ChannelHandlerContext context) throws IOException {
        return readChunk(context.alloc());
    }

    @Override
    public long length() {
        return range.length();
    }

    @Override
    public long progress() {
        return read;
    }

    @Override
    public void close() {
        // Netty may say so both for the last piece and for a connection that is lost.
        if (!released) {
            released = true;
            range.release();
        }
    }
}
