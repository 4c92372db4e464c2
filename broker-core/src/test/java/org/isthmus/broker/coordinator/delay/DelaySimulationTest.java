package org.isthmus.broker.coordinator.delay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.sim.Seeds;
import org.isthmus.broker.sim.SimClock;
import org.isthmus.broker.sim.SimLoop;
import org.junit.jupiter.api.Test;

/** Delayed records on a clock of the test, with crashes at any moment: each that was taken in is there once, at its time or a little later. */
class DelaySimulationTest {
    /** What the world remembers of a record: when it was due, and whether it had to wait at all. */
    private record Sent(long atMs, boolean waited) {}

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
        private final ShardedCoordinator<DelayPartition> shards;
        private final org.isthmus.broker.runtime.EventLoop loop;
        private long producers;

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
            var atMs = clock.wallMs() + delayMs;
            var batch = new RecordBatchBuilder(Compression.NONE)
                    .append(clock.wallMs(), null, name.getBytes(StandardCharsets.UTF_8), List.of())
                    .build();
            var bytes = new byte[batch.remaining()];
            batch.get(bytes);
            shards.ask(0, delays -> delays.loaded().thenCompose(ready -> {
                        sent.put(name, new Sent(atMs, atMs > clock.wallMs()));
                        return delays.delay(atMs, bytes, true);
                    }))
                    .thenAccept(done -> acknowledged.add(name));
        }

        void crash() {
            shards.resigned(0);
            log.crash();
            target.crash();
            loops.runReady();
            shards.elected(0, log, loop);
        }

        List<String> delivered() {
            return target.records().stream()
                    .map(record -> new String(record.value(), StandardCharsets.UTF_8))
                    .toList();
        }

        void checkNothingIsEarlyTwiceOrOutOfOrder() {
            var delivered = delivered();
            assertThat(delivered).doesNotHaveDuplicates();
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
        Seeds.each(16, DelaySimulationTest::deliver);
    }

    private static void deliver(long seed) {
        var world = new World(seed, 1 + (int) (seed % 7));
        for (var step = 0; step < 400; step++) {
            switch (world.random.nextInt(10)) {
                case 0, 1, 2, 3 ->
                    world.send("r" + step, world.random.nextInt(world.random.nextInt(5) == 0 ? 20_000 : 500));
                case 4 -> {
                    if (world.random.nextInt(5) == 0) {
                        world.crash();
                    }
                }
                default -> world.loops.runFor(Duration.ofMillis(world.random.nextInt(60)));
            }
            world.checkNothingIsEarlyTwiceOrOutOfOrder();
        }
        world.loops.runFor(Duration.ofMinutes(2));
        world.checkNothingIsEarlyTwiceOrOutOfOrder();
        assertThat(world.delivered()).containsAll(world.acknowledged);
        assertThat(world.acknowledged).hasSizeGreaterThan(50);
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
