package org.isthmus.broker.log;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.FileStore;
import org.jspecify.annotations.Nullable;

/**
 * Gives the logs of a directory what their own files lost in a crash and the {@link CommitJournal} has, before any of them is used. Doing it
 * again does no harm.
 *
 * <p>A log that stands behind others ends with its last entry: what lies behind it may be on the disk without that which it stands for.
 */
public final class JournalRecovery {
    private static final Logger LOG = System.getLogger(JournalRecovery.class.getName());

    private JournalRecovery() {}

    /**
     * Returns a journal that begins anew, once the logs have everything. Null where there never was one and there is no room for it.
     *
     * @param root in which the journal lies
     * @param logs in which the logs lie
     * @param capacity as with the journal
     */
    public static @Nullable CommitJournal recover(FileStore files, Path root, Path logs, int capacity, Clock clock)
            throws IOException {
        var content = CommitJournal.read(files, root);
        var entries = new LinkedHashMap<String, List<CommitJournal.Entry>>();
        for (var entry : content.entries()) {
            entries.computeIfAbsent(entry.log(), log -> new ArrayList<>()).add(entry);
        }
        for (var log : entries.entrySet()) {
            recover(files, logs, clock, log);
        }
        try {
            return CommitJournal.create(files, root, capacity, content);
        } catch (IOException refused) {
            if (content.generation() > 0) {
                throw refused;
            }
            LOG.log(Level.WARNING, "Each log is forced by itself, for there is no journal in " + root, refused);
            return null;
        }
    }

    private static void recover(
            FileStore files, Path logs, Clock clock, Map.Entry<String, List<CommitJournal.Entry>> entries)
            throws IOException {
        var directory = logs.resolve(entries.getKey());
        if (!files.exists(directory)) {
            return;
        }
        var written = entries.getValue();
        try (var log = PartitionLog.open(directory, LogConfig.DEFAULT, files, clock)) {
            var before = log.view().endOffset();
            for (var entry : written) {
                log.complete(entry.batches());
            }
            var last = written.get(written.size() - 1);
            if (last.standsBehind()) {
                log.truncateTo(Math.max(last.endOffset(), log.view().startOffset()));
            }
            var after = log.view().endOffset();
            if (after != before) {
                LOG.log(Level.INFO, "By its journal {0} ends at {1} instead of {2}", directory, after, before);
            }
        }
    }
}
