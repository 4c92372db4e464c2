package org.isthmus.broker.coordinator.delay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.WaitMark;
import org.isthmus.broker.coordinator.Bytes;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.LogRecord;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.sim.Seeds;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimLoop;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Delayed records on a clock of the test, with crashes at any moment: each that was taken in is there once, at its time or a little later. */
class DelaySimulationTest {
    /** What the world remembers of a record: when it was due, and whether it had to wait at all. */
    private record Sent(long atMs, boolean waited) {}

    /** A transaction as its client and its coordinator know it. */
    private static final class Work {
        private final StagedBy identity;
        private final List<String> names = new ArrayList<>();
        private int asked;
        private int unanswered;
        private boolean takesPart;
        private boolean broken;
        private @Nullable Boolean committed;

        Work(long number) {
            identity = new StagedBy(number, (short) 0);
        }
    }

    /** A partition and its delayed records, whose broker dies now and then. */
    private static final class World {
        private final Random random;
        private final SimClock clock = new SimClock();
        private final SimLoop loops;
        private final CrashingLog log;
        private final CrashingLog target;
        private final int windowSize;
        private final Map<String, Sent> sent = new HashMap<>();
        private final Set<String> acknowledged = new HashSet<>();
        /** The ends of the log when a record was sent, and when that was answered: it waits from a place between them. */
        private final Map<String, Long> sentAt = new HashMap<>();

        private final Map<String, Long> answeredAt = new HashMap<>();
        private final Set<String> rolledBack = new HashSet<>();
        private final List<Work> open = new ArrayList<>();
        private final ShardedCoordinator<DelayPartition> shards;
        private final EventLoop loop;
        private long producers;
        private final Deque<Runnable> slowWay = new ArrayDeque<>();

        World(long seed, int windowSize) {
            this.random = new Random(seed);
            this.windowSize = windowSize;
            loops = new SimLoop(random, clock);
            loop = loops.newLoop();
            log = new CrashingLog(loop, random);
            target = new CrashingLog(loop, random);
            var cluster = new ClusterImage(0, new UUID(0, 0), new BrokerId(0), Map.of(), Map.of(), Map.of(), 0);
            shards = new ShardedCoordinator<>(
                    "t",
                    () -> cluster,
                    (index, unused, owner) -> new DelayPartition(
                            "t-0",
                            log,
                            owner,
                            target,
                            () -> CompletableFuture.completedStage(producers++),
                            clock,
                            () -> new UUID(0, 0),
                            this.windowSize));
            shards.elected(0, log, loop);
        }

        void send(String name, long delayMs) {
            send(name, record(name, delayMs));
        }

        private void send(String name, Delayed record) {
            ask(delays -> {
                        sent.put(name, new Sent(record.atMs(), record.atMs() > clock.wallMs()));
                        sentAt.put(name, log.committedEnd());
                        return delays.delay(record, true);
                    })
                    .thenAccept(done -> {
                        acknowledged.add(name);
                        answeredAt.put(name, log.committedEnd());
                    });
        }

        private Delayed record(String name, long delayMs) {
            var batch = new RecordBatchBuilder(Compression.NONE)
                    .append(clock.wallMs(), null, name.getBytes(StandardCharsets.UTF_8), List.of())
                    .build();
            var bytes = new byte[batch.remaining()];
            batch.get(bytes);
            return new Delayed(clock.wallMs() + delayMs, new Bytes(bytes));
        }

        /** As a session does whose records are all to be there a moment later, and may come to the broker when that is over. */
        void sendOverASlowWay(String name) {
            var record = record(name, 20);
            slowWay.add(() -> send(name, record));
            loop.schedule(Duration.ofMillis(random.nextInt(60)), () -> slowWay.remove()
                    .run());
        }

        private <T> CompletionStage<T> ask(Function<DelayPartition, CompletionStage<T>> question) {
            return shards.ask(0, delays -> delays.loaded().thenCompose(ready -> question.apply(delays)));
        }

        Work begin() {
            var work = new Work(1_000 + producers++);
            open.add(work);
            return work;
        }

        /** Sends some records as part of a transaction, and where no answer comes sends them once more. */
        void stage(Work work, List<String> names, long delayMs) {
            var records = names.stream().map(name -> record(name, delayMs)).toList();
            records.forEach(record -> sent.put(names.get(records.indexOf(record)), new Sent(record.atMs(), false)));
            work.names.addAll(names);
            names.forEach(name -> sentAt.put(name, log.committedEnd()));
            var first = work.asked;
            work.asked += names.size();
            work.unanswered++;
            stage(work, first, records, 3);
        }

        private void stage(Work work, int first, List<Delayed> records, int attempts) {
            var answered = new boolean[1];
            ask(delays -> delays.stage(work.identity, first, records, () -> admit(work)))
                    .whenComplete((done, failure) -> {
                        if (!answered[0]) {
                            answered[0] = true;
                            work.unanswered--;
                            work.broken |= failure != null;
                        }
                    });
            loop.schedule(Duration.ofMillis(200), () -> {
                if (!answered[0] && attempts > 1) {
                    stage(work, first, records, attempts - 1);
                } else {
                    work.broken |= !answered[0];
                }
            });
        }

        private CompletionStage<Void> admit(Work work) {
            var admitted = new CompletableFuture<Void>();
            loop.schedule(Duration.ofMillis(random.nextInt(30)), () -> {
                if (work.committed == null) {
                    work.takesPart = true;
                    // Its answer goes another way than the outcome, and may come later.
                    loop.schedule(Duration.ofMillis(random.nextInt(30)), () -> admitted.complete(null));
                } else {
                    admitted.completeExceptionally(new BrokerException(ErrorCode.INVALID_TXN_STATE, "ended"));
                }
            });
            return admitted;
        }

        /** Decides, and tells it until it is heard. */
        void end(Work work, boolean commit) {
            open.remove(work);
            work.committed = commit;
            if (!commit) {
                rolledBack.addAll(work.names);
            }
            if (work.takesPart) {
                tell(work);
            }
        }

        private void tell(Work work) {
            var heard = new boolean[1];
            ask(delays -> delays.end(work.identity, work.committed)).thenAccept(done -> {
                if (!heard[0]) {
                    heard[0] = true;
                    settled(work);
                }
            });
            loop.schedule(Duration.ofMillis(300), () -> {
                if (!heard[0]) {
                    tell(work);
                }
            });
        }

        private void settled(Work work) {
            if (work.committed) {
                for (var name : work.names) {
                    var atMs = sent.get(name).atMs();
                    sent.put(name, new Sent(atMs, atMs > clock.wallMs()));
                    answeredAt.put(name, log.committedEnd());
                }
                acknowledged.addAll(work.names);
            }
        }

        /** A step of a transaction: a new one, more of one, or the end of one whose client has all its answers. */
        void workOn(String name) {
            var work = open.isEmpty() || random.nextInt(4) == 0 ? begin() : open.get(random.nextInt(open.size()));
            if (random.nextInt(3) == 0) {
                end(work, !work.broken && work.unanswered == 0 && random.nextInt(3) > 0);
                return;
            }
            var names = IntStream.range(0, 1 + random.nextInt(12)).mapToObj(number -> name + "." + number);
            stage(work, names.toList(), random.nextInt(random.nextInt(5) == 0 ? 20_000 : 500));
        }

        void crash() {
            shards.resigned(0);
            // What the old reign has begun ends before the logs lose anything; afterwards nothing of it writes any
            // more.
            loops.runReady();
            log.crash();
            target.crash();
            shards.elected(0, log, loop);
        }

        List<String> delivered() {
            return target.records().stream().map(World::name).toList();
        }

        private static String name(LogRecord record) {
            return new String(record.value(), StandardCharsets.UTF_8);
        }

        /** Who began to listen in between can tell what was sent before from what was sent after. */
        void checkEachSaysFromWhichPlaceItWaited() {
            for (var record : target.records()) {
                var name = name(record);
                for (var header : record.headers()) {
                    assertThat(header.key()).isEqualTo(WaitMark.HEADER);
                    assertThat(CrashingLog.MARK.place(new String(header.value(), StandardCharsets.US_ASCII)))
                            .as("place of %s", name)
                            .isGreaterThanOrEqualTo(sentAt.get(name))
                            .isLessThan(answeredAt.getOrDefault(name, Long.MAX_VALUE));
                }
                assertThat(record.headers())
                        .as(name)
                        .hasSize(sent.get(name).waited() ? 1 : record.headers().size());
            }
        }

        void checkNothingIsEarlyTwiceOrOutOfOrder() {
            var delivered = delivered();
            assertThat(delivered.stream()
                            .filter(name -> name.startsWith("c"))
                            .map(name -> Integer.valueOf(name.substring(1))))
                    .as("what one session sent with one delay")
                    .isSorted();
            assertThat(delivered).doesNotHaveDuplicates().noneMatch(rolledBack::contains);
            long latest = Long.MIN_VALUE;
            for (var name : delivered) {
                var record = sent.get(name);
                assertThat(record.atMs()).isLessThanOrEqualTo(clock.wallMs());
                if (record.waited()) {
                    assertThat(record.atMs()).isGreaterThanOrEqualTo(latest);
                    latest = record.atMs();
                }
            }
        }
    }

    @Test
    void eachRecordIsDeliveredOnceThroughAnyCrashes() {
        Seeds.each(16, seed -> deliver(seed, false));
    }

    @Test
    void whatATransactionStagedIsDeliveredIfItCommitsAndNeverOtherwise() {
        Seeds.each(16, seed -> deliver(seed, true));
    }

    private static void deliver(long seed, boolean inTransactions) {
        var world = new World(seed, 1 + (int) (seed % 7));
        for (var step = 0; step < 400; step++) {
            switch (world.random.nextInt(10)) {
                case 0, 1, 2, 3 ->
                    world.send("r" + step, world.random.nextInt(world.random.nextInt(5) == 0 ? 20_000 : 500));
                case 5, 6 -> {
                    if (inTransactions) {
                        world.workOn("t" + step);
                    } else {
                        world.sendOverASlowWay("c" + step);
                    }
                }
                case 4 -> {
                    if (world.random.nextInt(5) == 0) {
                        world.crash();
                    }
                }
                default -> world.loops.runFor(Duration.ofMillis(world.random.nextInt(60)));
            }
            world.checkNothingIsEarlyTwiceOrOutOfOrder();
        }
        world.loops.runFor(Duration.ofSeconds(2));
        List.copyOf(world.open).forEach(work -> world.end(work, !work.broken));
        world.loops.runFor(Duration.ofMinutes(2));
        world.checkNothingIsEarlyTwiceOrOutOfOrder();
        world.checkEachSaysFromWhichPlaceItWaited();
        assertThat(world.delivered()).containsAll(world.acknowledged);
        assertThat(world.acknowledged).hasSizeGreaterThan(50);
        world.send("last", 10);
        world.loops.runFor(Duration.ofSeconds(1));
        // Nothing waits any more, nor for a transaction: what is left of the log says how far it all went.
        assertThat(world.log.size()).isEqualTo(1);
    }

    @Test
    void recordThatWaitsForLongDoesNotKeepTheLogLong() {
        var world = new World(7, 100);
        world.send("in a day", Duration.ofDays(1).toMillis());
        for (var i = 0; i < 2_000; i++) {
            world.send("r" + i, 1);
            if (i % 50 == 0) {
                world.loops.runFor(Duration.ofMillis(200));
            }
        }
        world.loops.runFor(Duration.ofSeconds(10));
        assertThat(world.log.size()).isLessThan(600);
        world.crash();
        world.loops.runFor(Duration.ofDays(2));
        assertThat(world.target.records()).hasSize(2_001);
        assertThat(world.delivered()).endsWith("in a day");
    }
}
