package org.isthmus.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The journal's files; {@link JournalRecovery} is tested together with those who write them. */
class CommitJournalTest {
    private static final Path ROOT = Path.of("/data");
    private static final int CAPACITY = 4 << 20;

    private final SimDisk disk = new SimDisk(new Random(1));
    private final List<Long> ends = new ArrayList<>();
    private PartitionLog log;

    private CommitJournal create() throws IOException {
        disk.createDirectories(ROOT.resolve("log"));
        log = PartitionLog.open(ROOT.resolve("log"), LogConfig.DEFAULT, disk, new SimClock());
        return CommitJournal.create(disk, ROOT, CAPACITY, CommitJournal.Content.NOTHING);
    }

    private void write(CommitJournal journal, int bytes) throws IOException {
        var value = new byte[bytes];
        Arrays.fill(value, (byte) 1);
        log.append(
                new RecordBatchBuilder(Compression.NONE)
                        .append(1, null, value, List.of())
                        .build(),
                new Epoch(0));
        ends.add(journal.take("log", log, null));
        journal.write();
    }

    private List<Long> endsRead() throws IOException {
        return CommitJournal.read(disk, ROOT).entries().stream()
                .map(CommitJournal.Entry::endOffset)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void hasAllThatWasWrittenWhileItsFileGrew(long seed) throws Exception {
        var random = new Random(seed);
        var journal = create();
        while (journal.makeRoom()) {
            write(journal, 1 + random.nextInt(250_000));
            write(journal, 1 + random.nextInt(250_000));
        }

        assertThat(ends).hasSizeGreaterThan(15).doesNotContain(-1L);
        assertThat(endsRead()).isEqualTo(ends);
    }

    @Test
    void keepsTheOldGenerationUntilTheNewOneHasBegun() throws Exception {
        var journal = create();
        write(journal, 100);
        var before = List.copyOf(ends);
        journal.beginAgain();
        assertThat(endsRead()).isEqualTo(before);

        write(journal, 100);

        assertThat(endsRead()).isEqualTo(ends.subList(1, 2));
    }

    @Test
    void endsBeforeAGroupThatIsNotWhole() throws Exception {
        var journal = create();
        for (var i = 0; i < 5; i++) {
            write(journal, 100);
        }
        var file = ROOT.resolve("journal-0");
        var bytes = Files.readAll(disk, file);
        for (var at = 0; at < bytes.limit(); at++) {
            if (bytes.get(at) == 4) {
                // The last byte of the number of the fifth group, or of something that comes before it.
                var damaged = ByteBuffer.allocate(bytes.limit())
                        .put(bytes.duplicate())
                        .flip();
                damaged.put(at, (byte) 9);
                Files.write(disk, file, damaged);
                assertThat(ends).startsWith(endsRead().toArray(Long[]::new));
            }
        }
    }

    @Test
    void takesNothingThatDoesNotFit() throws Exception {
        var journal = create();
        write(journal, 270_000);

        assertThat(ends).containsExactly(-1L);
        assertThat(journal.isGroupEmpty()).isTrue();
    }
}
