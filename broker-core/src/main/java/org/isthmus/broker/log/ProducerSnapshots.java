package org.isthmus.broker.log;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.isthmus.broker.record.CorruptBatchException;
import org.isthmus.broker.runtime.FileStore;

/** What was known of the producers at some offsets, in a file each, so that recovery need not read the log from its start. */
final class ProducerSnapshots {
    static final String SUFFIX = ".snapshot";

    private static final Logger LOG = System.getLogger(ProducerSnapshots.class.getName());

    private ProducerSnapshots() {}

    /** Loads the newest whole snapshot in a range of offsets; returns its offset, or {@code lowest} where there is none. */
    static long loadNewest(FileStore files, Path directory, long lowest, long highest, ProducerStates target)
            throws IOException {
        var newestFirst = offsets(files, directory, offset -> offset >= lowest && offset <= highest).stream()
                .sorted(Comparator.reverseOrder())
                .toList();
        for (var offset : newestFirst) {
            var path = LogSegment.path(directory, offset, SUFFIX);
            var bytes = Files.readAll(files, path);
            try {
                if (bytes != null) {
                    target.load(bytes);
                    return offset;
                }
            } catch (CorruptBatchException torn) {
                LOG.log(Level.WARNING, "An older one is taken instead of this snapshot: " + path, torn);
            }
        }
        target.clear();
        return lowest;
    }

    static void force(FileStore files, Path directory, long offset) throws IOException {
        var path = LogSegment.path(directory, offset, SUFFIX);
        if (files.exists(path)) {
            try (var file = files.open(path)) {
                file.force();
            }
        }
    }

    static void deleteBelow(FileStore files, Path directory, long offset) throws IOException {
        delete(files, directory, candidate -> candidate < offset);
    }

    static void deleteAbove(FileStore files, Path directory, long offset) throws IOException {
        delete(files, directory, candidate -> candidate > offset);
    }

    private static void delete(FileStore files, Path directory, LongPredicate which) throws IOException {
        for (var offset : offsets(files, directory, which)) {
            files.delete(LogSegment.path(directory, offset, SUFFIX));
        }
    }

    private static List<Long> offsets(FileStore files, Path directory, LongPredicate which) throws IOException {
        return files.list(directory).stream()
                .map(path -> path.getFileName().toString())
                .filter(name -> name.matches("\\d{20}\\" + SUFFIX))
                .flatMapToLong(name -> LongStream.of(Long.parseLong(name.substring(0, 20))))
                .filter(which)
                .boxed()
                .toList();
    }
}
