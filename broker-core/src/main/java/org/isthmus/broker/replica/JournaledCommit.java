package org.isthmus.broker.replica;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.isthmus.broker.log.CommitJournal;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.log.PartitionLog;
import org.isthmus.broker.replica.DirtyLog.Reached;
import org.jspecify.annotations.Nullable;

/**
 * Brings to the disk what the logs of a directory have got: one by itself, several through the {@link CommitJournal} with one force where that is
 * little, and else side by side. Used by one thread at a time.
 *
 * <p>Invariant: what a log has that stands behind others comes to the disk through the journal, in a group that comes with or after all that was
 * asked for before it, or never.
 */
final class JournaledCommit {
    /** Logs whose own files are not forced, and so cannot be let go of. */
    private static final int MOST_AHEAD = 500;

    private final Executor forces;
    private final Runnable lost;
    private final Consumer<IOException> failed;
    private @Nullable CommitJournal journal;
    /** Whether nobody knows any more what the disk has. */
    private boolean isBroken;

    /** Logs of which only the journal has the end for sure. */
    private final Set<PartitionLog> ahead = new LinkedHashSet<>();
    /** Names of the logs that the journal says anything of. */
    private final Set<String> told = new HashSet<>();
    /** Logs that stand behind others, by their names. */
    private final Map<String, Behind> behind = new LinkedHashMap<>();

    /**
     * @param forces runs several tasks at a time, which may block; in the caller where it cannot
     * @param lost told where a log could not be forced, before those are that stand behind it
     * @param failed told where nobody knows any more what the disk has
     */
    JournaledCommit(Executor forces, Runnable lost, Consumer<IOException> failed) {
        this.forces = forces;
        this.lost = lost;
        this.failed = failed;
    }

    /** From now on with a journal, if there is one. */
    void use(@Nullable CommitJournal begun) {
        journal = begun;
    }

    /** Each log is forced by itself from now on. */
    void close() {
        var used = journal;
        journal = null;
        if (used != null) {
            try {
                used.close();
            } catch (IOException e) {
                failed.accept(e);
            }
        }
    }

    /** Before it is looked at what is dirty: what comes later to a log that stands behind others may stand behind what comes later too. */
    void mark() {
        behind.values().forEach(each -> each.mark = each.opened.view());
    }

    /** Makes durable what the logs have got, and returns what tells those who wait. */
    Runnable force(List<DirtyLog> batch) {
        if (isBroken) {
            return () -> {};
        }
        var reached = new ArrayList<Reached>();
        var used = journal;
        var last = batch.stream().filter(log -> behind.containsKey(log.name())).toList();
        if (used == null || (batch.size() < 2 && last.isEmpty())) {
            forceEach(batch, reached);
        } else {
            try {
                force(batch, last, used, reached);
            } catch (IOException e) {
                breakUp(e);
            }
        }
        reached.forEach(each -> each.of().kept(each.log(), each.offset()));
        return () -> tell(reached);
    }

    /** All of them, whatever becomes of one. */
    private static void tell(List<Reached> reached) {
        RuntimeException failure = null;
        for (var each : reached) {
            try {
                each.tellThem();
            } catch (RuntimeException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Those of a batch that had got more, by the time at which it was taken, than was looked at: they are still dirty. */
    List<DirtyLog> stillDirty(List<DirtyLog> batch) {
        return batch.stream()
                .filter(log -> {
                    var standing = behind.get(log.name());
                    return standing != null
                            && !standing.isLost
                            && standing.opened.view().endOffset() > standing.mark.endOffset();
                })
                .toList();
    }

    /** Nobody is told anything from now on, but that the directory is of no use any more. */
    private void breakUp(IOException cause) {
        isBroken = true;
        journal = null;
        failed.accept(cause);
    }

    private void force(List<DirtyLog> batch, List<DirtyLog> last, CommitJournal used, List<Reached> reached)
            throws IOException {
        if (ahead.size() >= MOST_AHEAD || !used.makeRoom()) {
            beginAgain(used);
        }
        var inJournal = new ArrayList<Reached>();
        var byThemselves = new ArrayList<DirtyLog>();
        for (var log : batch) {
            if (!behind.containsKey(log.name())) {
                take(log, null, used).ifPresentOrElse(inJournal::add, () -> byThemselves.add(log));
            }
        }
        if (forceEach(byThemselves, reached)) {
            takeLast(last, used, inJournal);
        }
        if (!used.isGroupEmpty()) {
            used.write();
        }
        reached.addAll(inJournal);
    }

    /** Those that stand behind others, all of them or none, for they may stand behind each other. */
    private void takeLast(List<DirtyLog> last, CommitJournal used, List<Reached> inJournal) throws IOException {
        if (!last.isEmpty() && used.isGroupHalfFull()) {
            used.write();
        }
        var before = used.groupBytes();
        used.keepRoomToNote(last.stream().map(DirtyLog::name).toList());
        var reached = new ArrayList<Reached>();
        var byThemselves = new ArrayList<DirtyLog>();
        for (var log : last) {
            var standing = standing(log);
            if (!standing.isLost) {
                take(log, standing.mark, used).ifPresentOrElse(reached::add, () -> byThemselves.add(log));
            }
        }
        var forced = new ArrayList<Reached>();
        if (!forceEach(byThemselves, forced)) {
            used.cutGroup(before);
            return;
        }
        for (var each : forced) {
            var counted = each.upTo(standing(each.of()).mark.endOffset());
            note(each.of().name(), counted.offset(), used);
            reached.add(counted);
        }
        reached.forEach(each -> standing(each.of()).counts = each.offset());
        inJournal.addAll(reached);
    }

    private Behind standing(DirtyLog log) {
        return Objects.requireNonNull(behind.get(log.name()));
    }

    private Optional<Reached> take(DirtyLog log, @Nullable LogView upTo, CommitJournal used) {
        var taken = log.take(used, upTo);
        taken.ifPresent(each -> {
            ahead.add(each.log());
            told.add(log.name());
        });
        return taken;
    }

    private void note(String name, long end, CommitJournal used) throws IOException {
        told.add(name);
        if (!used.note(name, end)) {
            used.write();
            used.note(name, end);
        }
    }

    /** False where one of them failed, so that what stands behind others is lost. */
    private boolean forceEach(List<DirtyLog> logs, List<Reached> reached) {
        var failures = new ArrayList<IOException>();
        for (var forced : sideBySide(logs, this::forceOne)) {
            forced.failure().ifPresent(failures::add);
            forced.reached().ifPresent(each -> {
                ahead.remove(each.log());
                reached.add(each);
            });
        }
        if (failures.isEmpty()) {
            return true;
        }
        lost.run();
        behind.values().forEach(each -> each.lose(failures.get(0)));
        return false;
    }

    private Forced forceOne(DirtyLog log) {
        try {
            return new Forced(log.force(ahead::contains), Optional.empty());
        } catch (IOException e) {
            return new Forced(Optional.empty(), Optional.of(e));
        }
    }

    private record Forced(Optional<Reached> reached, Optional<IOException> failure) {}

    /** Several at the same time, because file systems then write their journal once for many. */
    private <L, R> List<R> sideBySide(Collection<L> logs, Function<L, R> force) {
        var others = logs.stream()
                .skip(1)
                .map(log -> CompletableFuture.supplyAsync(() -> force.apply(log), forces))
                .toList();
        var results = new ArrayList<R>();
        logs.stream().limit(1).map(force).forEach(results::add);
        try {
            others.stream().map(CompletableFuture::join).forEach(results::add);
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException own ? own : e;
        }
        return results;
    }

    // ---- beginning again

    /** Forces what only the journal has, which then has nothing any more but how far logs count. */
    private void beginAgain(CommitJournal used) throws IOException {
        for (var failure : sideBySide(ahead, JournaledCommit::failureToForce)) {
            if (failure.isPresent()) {
                throw failure.get();
            }
        }
        ahead.clear();
        told.clear();
        used.beginAgain();
        for (var standing : behind.entrySet()) {
            note(standing.getKey(), standing.getValue().counts, used);
        }
        used.write();
    }

    private static Optional<IOException> failureToForce(PartitionLog log) {
        try {
            log.force();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e);
        }
    }

    // ---- who stands behind others

    /** What the log gets from here on counts only with all that was asked for before it. False where that cannot be promised. */
    boolean standBehind(DirtyLog log, PartitionLog opened) {
        var used = journal;
        var before = behind.get(log.name());
        if (before != null && before.opened == opened) {
            return !before.isLost;
        }
        if (used == null) {
            return false;
        }
        var standing = new Behind(log, opened);
        behind.put(log.name(), standing);
        try {
            if (used.makeRoom()) {
                note(log.name(), standing.counts, used);
                used.write();
            } else {
                beginAgain(used);
            }
            return true;
        } catch (IOException e) {
            breakUp(e);
            return false;
        }
    }

    /** The journal says nothing of the log any more: its own file has everything, and others may decide about that. */
    void leave(String name) {
        behind.remove(name);
        forget(name);
    }

    /** As {@link #leave}, by closing the log. One that was lost counts no further until it stands behind others anew. */
    void close(String name, PartitionLog opened) throws IOException {
        var standing = behind.get(name);
        try {
            opened.close();
            if (standing != null && !standing.isLost) {
                behind.remove(name);
            }
        } catch (IOException e) {
            if (ahead.contains(opened)) {
                breakUp(e);
            } else if (standing != null) {
                standing.isLost = true;
            }
            throw e;
        } finally {
            ahead.remove(opened);
            forget(name);
        }
    }

    private void forget(String name) {
        var used = journal;
        if (used != null && told.contains(name)) {
            try {
                beginAgain(used);
            } catch (IOException e) {
                breakUp(e);
            }
        }
    }

    private static final class Behind {
        private final DirtyLog log;
        private final PartitionLog opened;
        /** Up to where what it has counts. */
        private long counts;

        /** What it had before it was looked at those that it stands behind. */
        private LogView mark;

        private boolean isLost;

        Behind(DirtyLog log, PartitionLog opened) {
            this.log = log;
            this.opened = opened;
            this.mark = opened.view();
            this.counts = mark.endOffset();
        }

        void lose(IOException cause) {
            if (!isLost) {
                isLost = true;
                log.lost(cause);
            }
        }
    }
}
