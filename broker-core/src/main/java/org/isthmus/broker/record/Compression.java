package org.isthmus.broker.record;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.xerial.snappy.SnappyOutputStream;

/** The codecs of format v2, with their numbers in a batch's attributes. */
public enum Compression {
    NONE(0) {
        @Override
        InputStream reader(InputStream stored) {
            return stored;
        }

        @Override
        OutputStream writer(OutputStream target) {
            return target;
        }

        @Override
        ByteBuffer decompress(ByteBuffer stored, int maxBytes) {
            return stored;
        }
    },
    GZIP(1) {
        @Override
        InputStream reader(InputStream stored) throws IOException {
            return new GZIPInputStream(stored);
        }

        @Override
        OutputStream writer(OutputStream target) throws IOException {
            return new GZIPOutputStream(target);
        }
    },
    SNAPPY(2) {
        @Override
        InputStream reader(InputStream stored) {
            return new SnappyFrames(stored);
        }

        @Override
        OutputStream writer(OutputStream target) {
            return new SnappyOutputStream(target);
        }
    },
    LZ4(3) {
        @Override
        InputStream reader(InputStream stored) throws IOException {
            return new LZ4FrameInputStream(stored);
        }

        @Override
        OutputStream writer(OutputStream target) throws IOException {
            return new LZ4FrameOutputStream(target, LZ4FrameOutputStream.BLOCKSIZE.SIZE_64KB);
        }
    },
    ZSTD(4) {
        @Override
        InputStream reader(InputStream stored) throws IOException {
            return new ZstdInputStreamNoFinalizer(stored);
        }

        @Override
        OutputStream writer(OutputStream target) throws IOException {
            return new ZstdOutputStreamNoFinalizer(target);
        }
    };

    private static final Compression[] BY_ID = values();

    private final int id;

    Compression(int id) {
        this.id = id;
    }

    public int id() {
        return id;
    }

    public static boolean isKnown(int id) {
        return id >= 0 && id < BY_ID.length;
    }

    static Compression of(int id) {
        if (!isKnown(id)) {
            throw new CorruptBatchException("Compression " + id + " is not known");
        }
        return BY_ID[id];
    }

    abstract InputStream reader(InputStream stored) throws IOException;

    abstract OutputStream writer(OutputStream target) throws IOException;

    /** The bytes that were compressed; fails with {@link CorruptBatchException} on what was not, and at more than {@code maxBytes}. */
    ByteBuffer decompress(ByteBuffer stored, int maxBytes) {
        var compressed = new byte[stored.remaining()];
        stored.duplicate().get(compressed);
        try (var reader = reader(new ByteArrayInputStream(compressed))) {
            // Reading one byte past the bound tells "just fits" from "too much" without holding more.
            var plain = reader.readNBytes(maxBytes + 1);
            if (plain.length > maxBytes) {
                throw new CorruptBatchException("Records become more than " + maxBytes + " bytes when decompressed");
            }
            return ByteBuffer.wrap(plain);
        } catch (CorruptBatchException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The codecs report bad input by whatever their internals ran into.
            throw new CorruptBatchException("Records cannot be decompressed with " + this, e);
        }
    }

    byte[] compress(byte[] plain, int from, int length) {
        var target = new ByteArrayOutputStream(Math.max(64, length / 2));
        try (var writer = writer(target)) {
            writer.write(plain, from, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return target.toByteArray();
    }
}
