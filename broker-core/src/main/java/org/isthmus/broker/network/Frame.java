package org.isthmus.broker.network;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.isthmus.broker.runtime.StoredFile;

/** The content of one outgoing frame, without its length: bytes in memory, and ranges of files that go out without a copy. */
public record Frame(List<Part> parts) {
    public long size() {
        long size = 0;
        for (var part : parts) {
            size += part.size();
        }
        return size;
    }

    /** Releases every part of a frame that is not sent. */
    public void release() {
        parts.forEach(Part::release);
    }

    /** A piece of a frame. The transport calls {@link #release} once, when the piece is sent or never will be. */
    public sealed interface Part {
        long size();

        void release();
    }

    /** Bytes from the buffer's position to its limit. */
    public record Bytes(ByteBuffer buffer) implements Part {
        @Override
        public long size() {
            return buffer.remaining();
        }

        @Override
        public void release() {}
    }

    /** Bytes of a file. */
    public record FileRange(StoredFile file, long position, int length, Runnable onRelease) implements Part {
        /** Fills the buffer with what follows {@code from} bytes of the range. Fails where the file ends before. */
        void read(int from, ByteBuffer target) throws IOException {
            long first = position + from - target.position();
            while (target.hasRemaining()) {
                long at = first + target.position();
                if (file.read(target, at) < 0) {
                    throw endsBefore(at);
                }
            }
        }

        EOFException endsBefore(long at) {
            return new EOFException(file.path() + " ends before position " + at + ", " + (position + length - at)
                    + " bytes of a frame are missing");
        }

        @Override
        public long size() {
            return length;
        }

        @Override
        public void release() {
            onRelease.run();
        }
    }
}
