package org.isthmus.benchmarks.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * What it brings to force appends to a file that has zeros ahead of them, made in pieces by whoever appends, instead of one that grows with each.
 * Argument: the directory, on the disk in question.
 */
public final class RoomAhead {
    private static final int[] APPENDS = {1_100, 16 << 10, 256 << 10};
    private static final int[] ROOMS = {0, 16 << 10, 256 << 10, 4 << 20};
    private static final long BYTES = 50L << 20;
    private static final int MOST_APPENDS = 3_000;
    private static final int ROUNDS = 3;

    private RoomAhead() {}

    /** Prints, for each size of appends and of the room that is made at a time (0: none), forced appends a second, p50 and p99 in µs. */
    public static void main(String[] arguments) throws IOException {
        var path = Path.of(arguments[0]).resolve("room-ahead.dat");
        for (var round = 1; round <= ROUNDS; round++) {
            for (var append : APPENDS) {
                for (var room : ROOMS) {
                    measure(path, append, room, round);
                }
            }
        }
    }

    private static void measure(Path path, int append, int room, int round) throws IOException {
        var nanos = new long[(int) Math.min(MOST_APPENDS, BYTES / append)];
        var bytes = ByteBuffer.allocateDirect(append);
        var zeros = ByteBuffer.allocateDirect(room);
        var began = System.nanoTime();
        try (var file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            var end = 0L;
            var reach = 0L;
            for (var i = 0; i < nanos.length; i++) {
                var start = System.nanoTime();
                if (room > 0 && end + append > reach) {
                    file.write(zeros.clear(), end + append);
                    reach = end + append + room;
                }
                file.write(bytes.clear(), end);
                end += append;
                file.force(false);
                nanos[i] = System.nanoTime() - start;
            }
        } finally {
            Files.deleteIfExists(path);
        }
        var took = System.nanoTime() - began;
        Arrays.sort(nanos);
        System.out.printf(
                "round %d: appends of %,d bytes, room %,d: %,.0f/s, p50 %d µs, p99 %d µs%n",
                round,
                append,
                room,
                nanos.length * 1e9 / took,
                nanos[nanos.length / 2] / 1_000,
                nanos[nanos.length * 99 / 100] / 1_000);
    }
}
