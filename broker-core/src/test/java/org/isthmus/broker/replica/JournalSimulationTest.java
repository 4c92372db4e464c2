package org.isthmus.broker.replica;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.log.AppendResult;
import org.isthmus.broker.log.CommitJournal;
import org.isthmus.broker.log.JournalRecovery;
import org.isthmus.broker.log.LogConfig;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.log.PartitionLog;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.sim.Seeds;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimCrash;
import org.isthmus.broker.sim.SimDisk;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Several logs, of which some stand behind the others, with one journal, on a disk that loses its power, fails, and is used by processes that are
 * killed; by seed. After each opening a log has what was told, nothing that was never written, and all of it where only the process died; and what
 * stands behind others is not there without that.
 */
class JournalSimulationTest {
    private static final Path ROOT = Path.of("/data");
    private static final Path LOGS = ROOT.resolve("logs");
    private static final int LOG_COUNT = 5;
    private static final int STEPS = 400;
    /** So few that it begins again many times, and so many that it grows. */
    private static final int[] JOURNAL_BYTES = {32 << 10, 1 << 20};

    private static final LogConfig CONFIG = new LogConfig(60_000, Long.MAX_VALUE, 500, 1 << 20, -1, -1, false);

    @Test
    void whatWasToldIsThereAndWhatStandsBehindComesWithWhatItStandsBehind() {
        Seeds.each(500, seed -> new World(new Random(seed)).run());
    }

    private static final class World {
        private final Random random;
        private final SimDisk disk;
        private final List<Member> members = new ArrayList<>();
        private final Set<Integer> dirty = new TreeSet<>();
        private JournaledCommit commit = new JournaledCommit(Runnable::run, () -> {}, this::failed);
        private final boolean isLarge;
        private boolean isLost;
        private int written;

        World(Random random) {
            this.random = random;
            this.isLarge = random.nextInt(4) == 0;
            this.disk = new SimDisk(random);
            for (var i = 0; i < LOG_COUNT; i++) {
                members.add(new Member(this, i, i >= LOG_COUNT - 2));
            }
        }

        private void failed(IOException cause) {
            isLost = true;
        }

        void run() {
            disk.createDirectories(LOGS);
            restart(false);
            for (var step = 0; step < STEPS; step++) {
                if (random.nextInt(40) == 0) {
                    disk.crashAfter(1 + random.nextInt(60));
                }
                try {
                    step();
                } catch (SimCrash down) {
                    restart(random.nextInt(4) > 0);
                    continue;
                } catch (IOException | UncheckedIOException failed) {
                    isLost = true;
                }
                if (isLost || random.nextInt(60) == 0) {
                    restart(random.nextBoolean());
                }
            }
            restart(true);
        }

        private void step() throws IOException {
            var member = members.get(random.nextInt(LOG_COUNT));
            switch (random.nextInt(isLarge ? 400 : 40)) {
                case 0 -> member.reopen();
                case 1 -> member.cut();
                case 2 -> member.deleteSome();
                case 3 -> disk.failureRate(random.nextInt(5) == 0 ? 0.02 : 0);
                default -> {
                    if (random.nextInt(3) > 0) {
                        member.append();
                    } else {
                        round();
                    }
                }
            }
        }

        private void round() {
            commit.mark();
            var batch = dirty.stream().<DirtyLog>map(members::get).toList();
            dirty.clear();
            commit.force(batch).run();
        }

        /** A new process, after the machine lost its power or only the old one died. */
        private void restart(boolean losesPower) {
            disk.failureRate(0);
            var lostPower = losesPower;
            while (true) {
                if (lostPower) {
                    disk.crash();
                } else {
                    disk.killProcess();
                }
                if (random.nextInt(3) == 0) {
                    disk.crashAfter(1 + random.nextInt(80));
                }
                try {
                    open();
                    break;
                } catch (SimCrash down) {
                    lostPower |= random.nextBoolean();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            for (var member : members) {
                member.check(lostPower);
            }
            members.forEach(Member::checkWhatItStandsBehind);
            members.forEach(Member::forgetWhatIsLost);
            dirty.clear();
            isLost = false;
        }

        private void open() throws IOException {
            commit = new JournaledCommit(Runnable::run, () -> {}, this::failed);
            commit.use(JournalRecovery.recover(disk, ROOT, LOGS, JOURNAL_BYTES[isLarge ? 1 : 0], new SimClock()));
            for (var member : members) {
                member.open();
            }
        }
    }

    /**
     * What was written at an offset.
     *
     * @param start of its batch
     * @param behind how far each log had been hurried
     */
    private record Written(int start, String text, List<Integer> behind) {
        Written limited(int log, int end) {
            var limits = new ArrayList<>(behind);
            limits.set(log, Math.min(end, behind.get(log)));
            return new Written(start, text, limits);
        }
    }

    private static final class Member implements DirtyLog {
        private final World world;
        private final int index;
        private final boolean isToStandBehind;
        private final List<Written> model = new ArrayList<>();
        private PartitionLog log;
        /** Whether a force failed, or it stood behind such a log. */
        private boolean isFailed;

        private int appended;
        /** What may be told. */
        private int told;

        private int hurried;

        Member(World world, int index, boolean isToStandBehind) {
            this.world = world;
            this.index = index;
            this.isToStandBehind = isToStandBehind;
        }

        void open() throws IOException {
            isFailed = false;
            log = PartitionLog.open(LOGS.resolve(name()), CONFIG, world.disk, new SimClock());
            world.disk.forceDirectory(LOGS);
            if (isToStandBehind) {
                assertThat(world.commit.standBehind(this, log) || world.isLost).isTrue();
            }
        }

        void append() throws IOException {
            if (isFailed) {
                return;
            }
            var random = world.random;
            var builder = new RecordBatchBuilder(Compression.NONE);
            var behind = world.members.stream().map(each -> each.hurried).toList();
            var start = model.size();
            for (var i = random.nextInt(3); i >= 0; i--) {
                var text = index + ":" + world.written++
                        + "x".repeat(random.nextInt(random.nextInt(world.isLarge ? 2 : 8) == 0 ? 20_000 : 900));
                builder.append(1, null, text.getBytes(UTF_8), List.of());
                model.add(new Written(start, text, behind));
            }
            assertThat(log.append(builder.build(), new Epoch(0))).isInstanceOf(AppendResult.Appended.class);
            appended = model.size();
            if (random.nextInt(4) > 0) {
                hurried = model.size();
                world.dirty.add(index);
            }
        }

        void reopen() throws IOException {
            world.round();
            var hasFailed = isFailed;
            try {
                world.commit.close(name(), log);
            } catch (IOException e) {
                world.isLost |= !hasFailed;
            }
            if (!world.isLost) {
                if (hasFailed) {
                    if (world.random.nextInt(3) == 0) {
                        world.disk.crashAfter(1 + world.random.nextInt(10));
                    }
                    // What was not told is cut off when it goes on.
                    log = PartitionLog.open(LOGS.resolve(name()), CONFIG, world.disk, new SimClock());
                    cutAt(told);
                    log.close();
                }
                told = model.size();
                hurried = told;
                open();
            }
        }

        /** As one does that follows another replica. */
        void cut() throws IOException {
            world.round();
            if (isToStandBehind || isFailed) {
                return;
            }
            world.commit.leave(name());
            if (!world.isLost) {
                var start = (int) log.view().startOffset();
                var end = start + world.random.nextInt(model.size() - start + 1);
                var boundary = end < model.size() ? model.get(end).start() : end;
                if (boundary >= start) {
                    cutAt(boundary);
                }
            }
        }

        private void cutAt(int end) throws IOException {
            // Before: should the machine die within it, either may be there.
            appended = Math.min(appended, end);
            told = Math.min(told, end);
            hurried = Math.min(hurried, end);
            world.members.forEach(each -> each.model.replaceAll(one -> one.limited(index, end)));
            log.truncateTo(end);
            while (model.size() > end) {
                model.remove(end);
            }
        }

        void deleteSome() throws IOException {
            if (isFailed) {
                return;
            }
            if (!isToStandBehind && world.random.nextBoolean()) {
                // As what was shown without waiting for the disk.
                log.advanceHighWatermark(model.size());
            }
            log.deleteRecordsBefore(world.random.nextInt((int) log.view().highWatermark() + 1));
        }

        void check(boolean lostPower) {
            var view = log.view();
            var end = (int) view.endOffset();
            assertThat(end).as("end of log %d", index).isBetween(told, model.size());
            if (!lostPower && !isToStandBehind) {
                assertThat(end).as("what a process leaves in log %d", index).isGreaterThanOrEqualTo(appended);
            }
            var next = view.startOffset();
            while (next < end) {
                var batch = batchAt(next);
                assertThat(batch.baseOffset()).isEqualTo(model.get((int) next).start());
                batch.check();
                for (var record : batch.records()) {
                    assertThat(new String(record.value(), UTF_8))
                            .isEqualTo(model.get((int) record.offset()).text());
                }
                next = batch.nextOffset();
            }
        }

        private RecordBatch batchAt(long offset) {
            try {
                var slice = log.view().read(offset, Long.MAX_VALUE, 1, true);
                try {
                    return RecordBatch.first(slice.copy());
                } finally {
                    slice.release();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void checkWhatItStandsBehind() {
            if (isToStandBehind) {
                for (var written : model.subList(0, (int) log.view().endOffset())) {
                    for (var other : world.members) {
                        assertThat((int) other.log.view().endOffset())
                                .as("end of log %d, which log %d stands behind", other.index, index)
                                .isGreaterThanOrEqualTo(written.behind().get(other.index));
                    }
                }
            }
        }

        void forgetWhatIsLost() {
            var end = (int) log.view().endOffset();
            while (model.size() > end) {
                model.remove(model.size() - 1);
            }
            appended = end;
            told = end;
            hurried = end;
        }

        @Override
        public String name() {
            return "log-" + index;
        }

        @Override
        public Optional<Reached> force(Predicate<PartitionLog> isInJournal) throws IOException {
            try {
                return Optional.of(reached(log.force()));
            } catch (IOException e) {
                hasFailed();
                world.isLost |= isInJournal.test(log);
                throw e;
            }
        }

        @Override
        public Optional<Reached> take(CommitJournal journal, @Nullable LogView upTo) {
            try {
                var offset = journal.take(name(), log, upTo);
                return offset < 0 ? Optional.empty() : Optional.of(reached(offset));
            } catch (IOException seenAgainByTheForce) {
                return Optional.empty();
            }
        }

        @Override
        public void kept(PartitionLog opened, long offset) {
            told = Math.max(told, (int) offset);
        }

        @Override
        public void lost(IOException cause) {
            hasFailed();
        }

        /** Nobody counts any more on what it was hurried for. */
        private void hasFailed() {
            isFailed = true;
            hurried = Math.min(hurried, told);
        }

        private Reached reached(long offset) {
            return new Reached(this, log, offset, reached -> log.advanceHighWatermark(reached));
        }
    }
}
