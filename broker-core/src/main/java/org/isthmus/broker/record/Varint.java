package org.isthmus.broker.record;

import java.nio.ByteBuffer;

/** Zigzag variable-length integers, as records use them. */
final class Varint {
    private static final int MAX_INT_BYTES = 5;
    static final int MAX_LONG_BYTES = 10;

    private Varint() {}

    static int readInt(ByteBuffer source) {
        var raw = read(source, MAX_INT_BYTES);
        return (int) (raw >>> 1) ^ -(int) (raw & 1);
    }

    static long readLong(ByteBuffer source) {
        var raw = read(source, MAX_LONG_BYTES);
        return (raw >>> 1) ^ -(raw & 1);
    }

    private static long read(ByteBuffer source, int maxBytes) {
        var raw = 0L;
        for (var i = 0; i < maxBytes; i++) {
            var next = source.get();
            raw |= (long) (next & 0x7f) << (7 * i);
            if (next >= 0) {
                return maxBytes == MAX_INT_BYTES ? raw & 0xffff_ffffL : raw;
            }
        }
        throw new CorruptBatchException("A variable-length number does not end");
    }

    static int size(long value) {
        var raw = (value << 1) ^ (value >> 63);
        return (63 - Long.numberOfLeadingZeros(raw | 1)) / 7 + 1;
    }

    /** Writes the number at an index of an array that has room for it; returns the index behind it. */
    static int write(long value, byte[] target, int at) {
        var raw = (value << 1) ^ (value >> 63);
        var index = at;
        while ((raw & ~0x7fL) != 0) {
            target[index++] = (byte) ((raw & 0x7f) | 0x80);
            raw >>>= 7;
        }
        target[index] = (byte) raw;
        return index + 1;
    }
}
