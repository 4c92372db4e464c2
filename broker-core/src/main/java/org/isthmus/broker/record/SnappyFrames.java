package org.isthmus.broker.record;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.xerial.snappy.Snappy;

/**
 * Reads snappy as Kafka's producers write it: the framing of snappy-java, or one raw block without a frame. Ours, because the library's
 * stream believes a block that claims gigabytes and allocates them.
 */
final class SnappyFrames extends InputStream {
    private static final byte[] MAGIC = {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
    private static final int FRAME_HEADER_BYTES = 16;

    private final byte[] stored;
    private final boolean framed;
    private int next;
    private InputStream block = InputStream.nullInputStream();
    private long produced;

    SnappyFrames(InputStream source) {
        try {
            stored = source.readAllBytes();
        } catch (IOException e) {
            throw new CorruptBatchException("Records cannot be read", e);
        }
        framed = stored.length >= FRAME_HEADER_BYTES && startsWithMagic(stored);
        next = framed ? FRAME_HEADER_BYTES : 0;
    }

    private static boolean startsWithMagic(byte[] bytes) {
        return Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        while (true) {
            var count = block.read(target, from, length);
            if (count >= 0) {
                return count;
            }
            if (next == stored.length) {
                return -1;
            }
            block = new ByteArrayInputStream(nextBlock());
        }
    }

    private byte[] nextBlock() throws IOException {
        var length = framed ? blockLength() : stored.length;
        if (length <= 0 || length > stored.length - next) {
            throw new IOException("A snappy block of " + length + " bytes does not lie in " + (stored.length - next));
        }
        var plainLength = Snappy.uncompressedLength(stored, next, length);
        produced += plainLength;
        if (plainLength < 0 || produced > RecordBatch.MAX_DECOMPRESSED_BYTES) {
            throw new IOException("Snappy blocks claim " + produced + " bytes");
        }
        var plain = new byte[plainLength];
        Snappy.uncompress(stored, next, length, plain, 0);
        next += length;
        return plain;
    }

    private int blockLength() throws IOException {
        if (stored.length - next < 4) {
            throw new IOException("A snappy block's length is cut");
        }
        next += 4;
        return ByteBuffer.wrap(stored).getInt(next - 4);
    }
}
