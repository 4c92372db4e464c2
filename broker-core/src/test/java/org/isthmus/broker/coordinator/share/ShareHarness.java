package org.isthmus.broker.coordinator.share;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.coordinator.ShardedCoordinator;
import org.isthmus.broker.metadata.ClusterImage;

/** One partition with its share groups, its log, its records and its time, all on the thread of the test. */
final class ShareHarness {
    final VirtualLoop loop = new VirtualLoop();
    final MemoryShareLog log;
    final MemoryRecords records;
    /** Whose dead letters were left, in order. */
    final List<OffsetRange> buried = new ArrayList<>();

    private final ShardedCoordinator<SharePartition> shards;

    ShareHarness() {
        this(() -> Duration.ZERO, () -> false);
    }

    ShareHarness(Supplier<Duration> delay, Supplier<Boolean> refuses) {
        log = new MemoryShareLog(loop, delay, refuses);
        records = new MemoryRecords(loop, delay);
        var cluster = new ClusterImage(0, new UUID(0, 0), new BrokerId(0), Map.of(), Map.of(), Map.of(), 0);
        shards = new ShardedCoordinator<>(
                "letters",
                () -> cluster,
                (partition, shardLog, owner) -> new SharePartition(
                        "letters-0",
                        (ShareLog) shardLog,
                        owner,
                        records,
                        (group, topic, range, deliveries, cause) -> {
                            buried.add(range);
                            return CompletableFuture.completedStage(null);
                        },
                        loop,
                        () -> new UUID(0, 0)));
        elect();
    }

    void elect() {
        shards.elected(0, log, loop);
        loop.run(Duration.ZERO);
    }

    void crash(int survivors) {
        shards.resigned(0);
        log.crash(survivors);
        loop.run(Duration.ZERO);
        elect();
    }

    <T> CompletableFuture<T> ask(Function<SharePartition, CompletionStage<T>> question) {
        return shards.ask(0, question).toCompletableFuture();
    }

    /** Asks and lets a moment pass; the answer must be there then. */
    <T> T now(Function<SharePartition, CompletionStage<T>> question) {
        var answer = ask(question);
        loop.run(Duration.ofMillis(1));
        try {
            return answer.getNow(null);
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    List<Acquisition.Acquired> acquire(String group, String member, int max) {
        return now(share -> share.acquire(group, new Demand(member, max, 1 << 20, Demand.Travel.IN_BATCHES)))
                .acquired();
    }

    void acknowledge(String group, String member, long first, long last, Verdict verdict) {
        now(share ->
                share.acknowledge(group, member, List.of(new Acknowledgement(new OffsetRange(first, last), verdict))));
    }

    static Interest wanting(String letters) {
        return new Interest(Optional.of(letters), Optional.empty());
    }
}
