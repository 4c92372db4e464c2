package org.isthmus.broker.replica;

import java.io.IOException;
import java.nio.file.Path;
import org.isthmus.broker.runtime.FileStore;

/**
 * Deletes the log of a replica that is not wanted any more, while its topic lives on and may have a replica here again. A mark is forced before
 * anything is deleted, and goes last: what a crash leaves of a log, which may begin anywhere, is never taken for a log.
 */
final class Removal {
    private static final String MARK = "removed";

    private Removal() {}

    static void of(FileStore files, Path directory) throws IOException {
        files.open(directory.resolve(MARK)).close();
        files.forceDirectory(directory);
        finish(files, directory);
    }

    /** Where a removal of an earlier life was not finished. */
    static void finishWhereBegun(FileStore files, Path directory) throws IOException {
        if (files.exists(directory.resolve(MARK))) {
            finish(files, directory);
        }
    }

    private static void finish(FileStore files, Path directory) throws IOException {
        for (var child : files.list(directory)) {
            if (!child.endsWith(MARK)) {
                files.delete(child);
            }
        }
        files.forceDirectory(directory);
        files.delete(directory.resolve(MARK));
        files.delete(directory);
    }
}
