package org.isthmus.broker.replica;

import java.io.IOException;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.isthmus.broker.log.CommitJournal;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.log.PartitionLog;
import org.jspecify.annotations.Nullable;

/** A log that has got what its disk is to have, as those see it who bring that about. Used by them alone, who may block. */
interface DirtyLog {
    /** Its directory, below that of all logs. */
    String name();

    /**
     * Forces it by itself; empty where it is closed, which forced it too.
     *
     * @param isInJournal whether only the journal has some of a log for sure, so that the directory is of no use where this fails
     * @throws IOException where that failed; who waits is told
     */
    Optional<Reached> force(Predicate<PartitionLog> isInJournal) throws IOException;

    /**
     * Has the journal take what it has got; empty where it has to be forced by itself.
     *
     * @param upTo what is to be taken at the most, of a log that stands behind others
     */
    Optional<Reached> take(CommitJournal journal, @Nullable LogView upTo);

    /** The disk has it for sure as far as that. Before anybody is told. */
    void kept(PartitionLog opened, long offset);

    /** It was to stand behind something that the disk will not have. */
    void lost(IOException cause);

    /**
     * How far it came.
     *
     * @param tell tells who waits for that
     */
    record Reached(DirtyLog of, PartitionLog log, long offset, LongConsumer tell) {
        Reached upTo(long end) {
            return new Reached(of, log, Math.min(offset, end), tell);
        }

        void tellThem() {
            tell.accept(offset);
        }
    }
}
