package org.isthmus.broker.replica;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.isthmus.broker.runtime.FileStore;

/**
 * Where each partition lies. It lies where its directory is found, and a new one goes to the log directory with the fewest. Used by the
 * thread that follows the metadata.
 *
 * <p>Invariant: a partition that may lie in a directory that cannot be read is never begun anew in another one.
 */
record LogDirectories(List<LogDirectory> all, FileStore files) {
    LogDirectories {
        all = List.copyOf(all);
    }

    List<LogDirectory> working() {
        return all.stream().filter(directory -> directory.failure().isEmpty()).toList();
    }

    /** The directory of a partition that was there before the broker started. */
    LogDirectory homeOf(Path partition) {
        // With one directory there is nothing to look for, and a partition that was never used needs no directory yet.
        if (all.size() == 1) {
            return all.get(0);
        }
        for (var directory : working()) {
            if (files.exists(directory.logs().resolve(partition))) {
                return directory;
            }
        }
        return firstFailed().orElseGet(() -> place(partition));
    }

    /** The directory for a partition that is new. */
    LogDirectory place(Path partition) {
        if (all.size() == 1) {
            return all.get(0);
        }
        while (true) {
            // One that is full only where all are: it may have room before anybody writes.
            var chosen = working().stream()
                    .min(Comparator.comparing((LogDirectory directory) ->
                                    directory.space().isFull())
                            .thenComparing(LogDirectory::size));
            if (chosen.isEmpty()) {
                return all.get(0);
            }
            try {
                // Made at once, so that it is found there by the next start also if nobody uses it.
                files.createDirectories(chosen.get().logs().resolve(partition));
                return chosen.get();
            } catch (IOException e) {
                chosen.get().fail(e);
            }
        }
    }

    private Optional<LogDirectory> firstFailed() {
        return all.stream().filter(directory -> directory.failure().isPresent()).findFirst();
    }
}
