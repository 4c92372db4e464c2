package org.isthmus.broker.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.WaitMark;
import org.isthmus.broker.coordinator.share.Interest;
import org.isthmus.broker.coordinator.share.Scan;
import org.isthmus.broker.log.AbortedTransaction;
import org.isthmus.broker.log.AppendOrigin;
import org.isthmus.broker.log.LogConfig;
import org.isthmus.broker.log.LogSlice;
import org.isthmus.broker.log.LogView;
import org.isthmus.broker.log.OpenTransaction;
import org.isthmus.broker.log.PartitionLog;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.EndTransactionMarker;
import org.isthmus.broker.record.EndTransactionMarker.Outcome;
import org.isthmus.broker.record.Header;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.runtime.FileStore;
import org.isthmus.broker.sim.Seeds;
import org.isthmus.broker.sim.SimClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordScanTest {
    private static final LogConfig SMALL = new LogConfig(200_000, Long.MAX_VALUE, 4_000, 1 << 20, -1, -1, false);
    private static final Epoch EPOCH = new Epoch(3);
    private static final WaitMark NOTHING_WAITED = new WaitMark(new UUID(1, 2), 0);
    private static final int SCAN_BYTES = 64 << 10;
    private static final int VALUES = 40;
    private static final long NOW_MS = new SimClock().wallMs();

    @TempDir
    Path directory;

    /** What one who follows a log from an offset is told of each of its offsets. */
    private record Told(TreeSet<Long> wanted, TreeSet<Long> over, TreeMap<Long, String> contents) {}

    @Test
    void whoLooksWithAnIndexIsToldTheSameAsWhoLooksAtEverything() {
        Seeds.each(8, seed -> {
            var clock = new SimClock();
            try (var log = open(Long.toString(seed), clock)) {
                var random = new Random(seed);
                var indexes = new HashMap<String, ValueIndex>();
                var producers = new HashMap<Long, Integer>();
                for (var step = 0; step < 60; step++) {
                    append(log, random, producers, clock.wallMs());
                    clock.advance(Duration.ofMillis(random.nextInt(3_000)));
                    var view = log.view();
                    var from = random.nextInt(3) > 0 ? 0 : random.nextLong(view.highWatermark() + 1);
                    var selector = selector(random);
                    var required =
                            InterestFilter.of(interest(selector)).required().orElseThrow();
                    var index = indexes.computeIfAbsent(required.property(), property -> new ValueIndex());
                    assertThat(told(view, from, selector, index, clock.wallMs()))
                            .as("%s from %d in step %d", selector, from, step)
                            .isEqualTo(told(view, from, selector, null, clock.wallMs()));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void whatHasNoneOfTheValuesIsNotReadAgain() throws Exception {
        try (var log = open("log", new SimClock())) {
            for (var block = 0; block < 50; block++) {
                for (var n = 0; n < 20; n++) {
                    log.append(batch(builder(), List.of(property("block", Integer.toString(block))), NOW_MS), EPOCH);
                }
            }
            log.advanceHighWatermark(log.view().endOffset());
            var index = new ValueIndex();
            var first = new ReadingView(log.view(), new ArrayList<>());
            told(first, 0, "block = '17'", index, NOW_MS);
            var second = new ReadingView(log.view(), new ArrayList<>());
            assertThat(told(second, 0, "block = '31'", index, NOW_MS).wanted()).hasSize(20);
            assertThat(first.bytes()).isGreaterThan(50 * 20 * 1_000);
            assertThat(second.bytes()).isLessThan(4 * 20 * 1_000);
        }
    }

    @Test
    void ofABacklogThatIsTooLongTheEndIsKnown() throws Exception {
        try (var log = open("log", new SimClock())) {
            var index = new ValueIndex();
            var from = 0L;
            // Values that differ, of which one index keeps half a million.
            for (var n = 0; n < 700; n++) {
                var records = new RecordBatchBuilder(Compression.NONE);
                for (var i = 0; i < 1_000; i++) {
                    records.append(NOW_MS, null, null, List.of(property("n", n + "-" + i), property("of", "" + n)));
                }
                log.append(records.build(), EPOCH);
            }
            log.advanceHighWatermark(log.view().endOffset());
            told(log.view(), from, "n = 'none'", index, NOW_MS);
            assertThat(index.holding(0)).isEmpty();
            assertThat(index.holding(699_000)).isPresent();
            assertThat(told(log.view(), from, "n = '3-7' OR n = '698-7'", index, NOW_MS)
                            .wanted())
                    .containsExactly(3_007L, 698_007L);
        }
    }

    private static String selector(Random random) {
        var value = random.nextInt(VALUES);
        return switch (random.nextInt(6)) {
            case 0 -> "n = " + value;
            case 1 -> "n = '" + value + "'";
            case 2 -> "n = " + value + ".0 AND other = 'x'";
            case 3 -> "other = 'x' AND (n = " + value + " OR n = '" + (value + 1) % VALUES + "')";
            case 4 -> "n IN ('" + value + "', 'none')";
            default -> "-" + value + " = n";
        };
    }

    private static Interest interest(String selector) {
        return new Interest(Optional.of(selector), Optional.empty());
    }

    /** As many scans as it takes to the end. */
    private static Told told(LogView view, long from, String selector, ValueIndex index, long nowMs)
            throws IOException {
        var filter = InterestFilter.of(interest(selector));
        var told = new Told(new TreeSet<>(), new TreeSet<>(), new TreeMap<>());
        for (var next = from; next < view.highWatermark(); ) {
            var scan = new RecordScan(view, filter, true, NOTHING_WAITED, nowMs);
            var found = index == null
                    ? scan.from(next, SCAN_BYTES)
                    : scan.from(next, SCAN_BYTES, index, filter.required().orElseThrow());
            assertThat(found.from()).isEqualTo(next);
            assertThat(found.next()).isGreaterThan(next);
            for (var batch : found.batches()) {
                note(batch, told);
            }
            next = found.next();
        }
        return told;
    }

    private static void note(Scan.Batch batch, Told told) {
        for (var offset = batch.range().first(); offset <= batch.range().last(); offset++) {
            told.contents().put(offset, batch.content() + " of " + batch.producerId());
        }
        if (batch.data()) {
            batch.matching().forEach(range -> {
                for (var offset = range.first(); offset <= range.last(); offset++) {
                    told.wanted().add(offset);
                }
            });
            batch.marks().expired().forEach(range -> {
                told.over().add(range.first());
                told.wanted().remove(range.first());
            });
        }
    }

    /** Some batches, and the ends of some transactions. */
    private static void append(PartitionLog log, Random random, Map<Long, Integer> producers, long nowMs)
            throws IOException {
        for (var n = 0; n < 40; n++) {
            var producer = (long) random.nextInt(4);
            if (producer == 3) {
                log.append(some(builder(), random, nowMs), EPOCH);
            } else if (random.nextInt(4) > 0 || !producers.containsKey(producer)) {
                var sequence = producers.getOrDefault(producer, 0);
                var records = builder().producer(producer, (short) 0, sequence).transactional();
                log.append(some(records, random, nowMs), EPOCH);
                producers.put(producer, sequence + 1);
            } else {
                var outcome = random.nextBoolean() ? Outcome.COMMIT : Outcome.ABORT;
                var marker = new EndTransactionMarker(outcome, 0);
                log.append(marker.toBatch(producer, (short) 0, nowMs), EPOCH, AppendOrigin.BROKER);
            }
        }
        log.advanceHighWatermark(log.view().endOffset());
    }

    private static ByteBuffer some(RecordBatchBuilder records, Random random, long nowMs) {
        var headers = new ArrayList<Header>();
        var value = random.nextInt(VALUES);
        switch (random.nextInt(5)) {
            case 0 -> headers.addAll(List.of(property("n", "" + value), property("jms.types", "n=i")));
            case 1 -> headers.addAll(List.of(property("n", "-" + value), property("jms.types", "n=i")));
            case 2 -> headers.addAll(List.of(property("n", value + ".0"), property("jms.types", "n=d")));
            case 3 -> headers.add(property("n", "" + value));
            default -> {
                // Nothing to find.
            }
        }
        if (random.nextBoolean()) {
            headers.add(property("other", "x"));
        }
        if (random.nextInt(100) == 0) {
            headers.add(property("jms.expires", Long.toString(nowMs + random.nextInt(20_000))));
        }
        return batch(records, headers, nowMs);
    }

    private static RecordBatchBuilder builder() {
        return new RecordBatchBuilder(Compression.NONE);
    }

    private static ByteBuffer batch(RecordBatchBuilder records, List<Header> headers, long nowMs) {
        return records.append(nowMs, null, new byte[1_000], headers).build();
    }

    private static Header property(String name, String value) {
        return new Header(name, value.getBytes(UTF_8));
    }

    private PartitionLog open(String name, SimClock clock) throws IOException {
        return PartitionLog.open(directory.resolve(name), SMALL, FileStore.local(), clock);
    }

    /** Notes how much is read. */
    private record ReadingView(LogView view, List<Integer> lengths) implements LogView {
        int bytes() {
            return lengths.stream().mapToInt(length -> length).sum();
        }

        @Override
        public LogSlice read(long offset, long upToOffset, int maxBytes, boolean atLeastOne) throws IOException {
            var slice = view.read(offset, upToOffset, maxBytes, atLeastOne);
            lengths.add(slice.length());
            return slice;
        }

        @Override
        public long startOffset() {
            return view.startOffset();
        }

        @Override
        public long endOffset() {
            return view.endOffset();
        }

        @Override
        public long highWatermark() {
            return view.highWatermark();
        }

        @Override
        public long lastStableOffset() {
            return view.lastStableOffset();
        }

        @Override
        public List<OpenTransaction> openTransactions() {
            return view.openTransactions();
        }

        @Override
        public Optional<TimestampedOffset> firstAtOrAfter(long timestampMs) throws IOException {
            return view.firstAtOrAfter(timestampMs);
        }

        @Override
        public List<AbortedTransaction> abortedTransactions(long fromOffset, long toOffset) throws IOException {
            return view.abortedTransactions(fromOffset, toOffset);
        }

        @Override
        public Optional<EpochEnd> endOffsetFor(Epoch epoch) {
            return view.endOffsetFor(epoch);
        }

        @Override
        public Optional<Epoch> epochAt(long offset) {
            return view.epochAt(offset);
        }

        @Override
        public int latestEpoch() {
            return view.latestEpoch();
        }
    }
}
