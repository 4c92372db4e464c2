package org.isthmus.broker.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.isthmus.broker.runtime.FileStore;
import org.jspecify.annotations.Nullable;

/**
 * What a log knows of itself besides its records, in one small text file that is replaced as a whole.
 *
 * @param recoveryPoint everything below was durable, indexes included, when this was written; a log that was closed has its end here
 * @param startOffset records below are deleted, also where their bytes still lie in a segment
 * @param highWatermark how far the log was committed
 * @param indexed how much of the indexes of the segment below the recovery point was durable; what lies behind may be anything
 * @param cleanedTo below this offset each key was there once when the log was last compacted
 * @param epochs reigns as far as the recovery point; later ones are told by the batches
 */
record LogCheckpoint(
        long recoveryPoint,
        long startOffset,
        long highWatermark,
        Indexed indexed,
        long cleanedTo,
        List<LeaderEpochs.Start> epochs) {
    /** Entries of a segment's offset index and of its time index. */
    record Indexed(int offsets, int times) {
        static final Indexed NOTHING = new Indexed(0, 0);
    }

    private static final Logger LOG = System.getLogger(LogCheckpoint.class.getName());
    private static final String NAME = "checkpoint";
    private static final String VERSION = "isthmus-log 1";
    private static final String CLEANED = "cleanedTo ";

    void write(FileStore files, Path directory) throws IOException {
        var text = new StringBuilder(VERSION)
                .append("\nrecoveryPoint ")
                .append(recoveryPoint)
                .append("\nstartOffset ")
                .append(startOffset)
                .append("\nhighWatermark ")
                .append(highWatermark)
                .append("\nindexed ")
                .append(indexed.offsets())
                .append(' ')
                .append(indexed.times())
                .append('\n')
                .append(CLEANED)
                .append(cleanedTo)
                .append('\n');
        for (var start : epochs) {
            text.append("epoch ")
                    .append(start.epoch())
                    .append(' ')
                    .append(start.offset())
                    .append('\n');
        }
        var sum = crc(text.toString());
        text.append("crc ").append(sum).append('\n');
        Files.replace(
                files, directory.resolve(NAME), ByteBuffer.wrap(text.toString().getBytes(UTF_8)));
    }

    /** The checkpoint, or null where there is none or none that can be read: the log is then recovered as a whole. */
    static @Nullable LogCheckpoint read(FileStore files, Path directory) throws IOException {
        var path = directory.resolve(NAME);
        var bytes = Files.readAll(files, path);
        if (bytes == null) {
            return null;
        }
        try {
            return parse(UTF_8.decode(bytes).toString());
        } catch (IllegalArgumentException | IndexOutOfBoundsException broken) {
            LOG.log(Level.WARNING, "A checkpoint cannot be read, the whole log is recovered: " + path, broken);
            return null;
        }
    }

    private static LogCheckpoint parse(String text) {
        var body = text.substring(0, text.lastIndexOf("crc "));
        if (!body.startsWith(VERSION + "\n") || !text.equals(body + "crc " + crc(body) + "\n")) {
            throw new IllegalArgumentException("checksum or version differ");
        }
        var lines = body.split("\n", -1);
        var epochs = new ArrayList<LeaderEpochs.Start>();
        // A log that was never compacted may say nothing of it.
        var saysCleaned = lines[5].startsWith(CLEANED);
        for (var i = saysCleaned ? 6 : 5; i < lines.length - 1; i++) {
            var words = lines[i].split(" ", -1);
            epochs.add(new LeaderEpochs.Start(Integer.parseInt(words[1]), Long.parseLong(words[2])));
        }
        var counts = lines[4].split(" ", -1);
        var indexed = new Indexed(Integer.parseInt(counts[1]), Integer.parseInt(counts[2]));
        return new LogCheckpoint(
                number(lines[1]),
                number(lines[2]),
                number(lines[3]),
                indexed,
                saysCleaned ? number(lines[5]) : 0,
                epochs);
    }

    private static long number(String line) {
        return Long.parseLong(line.substring(line.indexOf(' ') + 1));
    }

    private static long crc(String text) {
        var crc = new CRC32C();
        crc.update(text.getBytes(UTF_8));
        return crc.getValue();
    }
}
