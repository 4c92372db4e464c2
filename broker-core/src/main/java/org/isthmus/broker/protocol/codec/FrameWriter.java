package org.isthmus.broker.protocol.codec;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.isthmus.broker.network.Frame;

/**
 * Writes a header and a body into the parts of one frame. What is not records shares one buffer; records are parts of their own, in memory
 * or in a file, and are never copied here.
 */
final class FrameWriter extends ByteBufferAccessor {
    private final List<Frame.Part> parts = new ArrayList<>(3);
    private final ByteBuffer buffer;
    private int written;

    private FrameWriter(ByteBuffer buffer) {
        super(buffer);
        this.buffer = buffer;
    }

    static Frame write(Message header, short headerVersion, Message body, short version) {
        var cache = new ObjectSerializationCache();
        var size = new MessageSizeAccumulator();
        header.addSize(size, cache, headerVersion);
        body.addSize(size, cache, version);
        var writer = new FrameWriter(ByteBuffer.allocate(size.sizeExcludingZeroCopy()));
        header.write(writer, cache, headerVersion);
        body.write(writer, cache, version);
        writer.endPart();
        return new Frame(List.copyOf(writer.parts));
    }

    @Override
    public void writeRecords(BaseRecords records) {
        endPart();
        if (records instanceof FileRecords file) {
            var slice = file.slice();
            parts.add(new Frame.FileRange(slice.file(), slice.position(), slice.length(), slice::release));
        } else if (records instanceof MemoryRecords memory) {
            parts.add(new Frame.Bytes(memory.buffer()));
        } else {
            throw new IllegalArgumentException("records of a kind that cannot be sent: " + records.getClass());
        }
    }

    /** Bytes that a schema marks as not to be copied; the size of the shared buffer leaves them out, like records. */
    @Override
    public void writeByteBuffer(ByteBuffer bytes) {
        endPart();
        parts.add(new Frame.Bytes(bytes.duplicate()));
    }

    private void endPart() {
        if (buffer.position() > written) {
            parts.add(new Frame.Bytes(buffer.slice(written, buffer.position() - written)));
            written = buffer.position();
        }
    }
}
