package org.isthmus.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.log.AppendResult;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.SessionState;
import org.isthmus.broker.record.Compression;
import org.isthmus.broker.record.EndTransactionMarker;
import org.isthmus.broker.record.RecordBatchBuilder;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.FileStore;
import org.isthmus.broker.runtime.ThreadLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A leader that loses its followers, of a topic that asks for two replicas in sync; the news of who is comes from the test. */
@Timeout(60)
class TooFewReplicasTest {
    private static final BrokerId SELF = new BrokerId(1);
    private static final BrokerId OTHER = new BrokerId(2);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ThreadLoop loop = EventLoop.start("owner");
    private final ThreadLoop disk = EventLoop.start("disk");
    private Partition partition;
    private int news;

    @TempDir
    Path directory;

    @BeforeEach
    void lead() {
        var files = FileStore.local();
        partition = new Partition(
                new TopicPartition("topic", 0),
                directory.resolve("logs/topic/0"),
                loop,
                new Partition.Storage(
                        files,
                        Clock.system(),
                        disk,
                        new LogDirectory(directory, files, disk, Runnable::run, Clock.system())),
                config(2),
                new Role.Follower(Epoch.ZERO, OTHER),
                new Replication(SELF, new NoStore(), Duration.ofMinutes(1)));
        inSync(2, SELF, OTHER);
        partition.opened().toCompletableFuture().join();
    }

    @AfterEach
    void close() {
        partition.close("the test ends").toCompletableFuture().join();
        loop.close();
        disk.close();
    }

    @Test
    void coordinatorIsRefusedUntilEnoughAreBack() {
        inSync(2, SELF);

        assertThatThrownBy(this::appendState)
                .isInstanceOfSatisfying(BrokerException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS));
        assertThat(partition.view().orElseThrow().endOffset()).isZero();

        inSync(2, SELF, OTHER);
        assertThat(appendState()).isZero();
    }

    @Test
    void stateThatIsCommittedByTooFewIsNotKeptBeforeEnoughAreBack() {
        appendState();
        var kept = here(() -> partition.keptUpTo(1)).toCompletableFuture();

        inSync(2, SELF);
        partition.committedUpTo(1).toCompletableFuture().join();

        assertThat(kept).isNotDone();
        assertThatThrownBy(() -> here(() -> {
                    partition.requireReplicas(1);
                    return 0;
                }))
                .isInstanceOfSatisfying(BrokerException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS));
        inSync(2, SELF, OTHER);
        assertThat(kept).succeedsWithin(PATIENCE);
    }

    @Test
    void producerIsToldThatReplicasWentWhileItsRecordWasOnItsWay() {
        var sent = partition.append(batch(), Durability.COMMITTED).toCompletableFuture();
        onLoop();
        assertThat(sent).isNotDone();

        inSync(2, SELF);

        assertThat(sent)
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(BrokerException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND));
        assertThat(partition.view().orElseThrow().highWatermark()).isEqualTo(1);
    }

    @Test
    void markerIsSeenOnceItIsCommittedAndKeptOnceEnoughHaveIt() {
        var seen = new CompletableFuture<AppendResult>();
        var marker = new EndTransactionMarker(EndTransactionMarker.Outcome.COMMIT, 0).toBatch(7, (short) 0, 0);
        var kept = partition.appendMarker(marker, false, seen).toCompletableFuture();

        inSync(2, SELF);
        assertThat(seen).succeedsWithin(PATIENCE);
        onLoop();
        assertThat(kept).isNotDone();

        inSync(2, SELF, OTHER);
        assertThat(kept).succeedsWithin(PATIENCE);
    }

    @Test
    void topicThatAsksForMoreThanItWasGivenIsContentWithAllOfThose() {
        inSync(3, SELF);
        assertThatThrownBy(this::appendState)
                .isInstanceOfSatisfying(BrokerException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS));

        inSync(3, SELF, OTHER);

        assertThat(appendState()).isZero();
        var sent = partition.append(batch(), Durability.COMMITTED).toCompletableFuture();
        onLoop();
        assertThat(sent).isNotDone();
    }

    private static PartitionConfig config(int minInSync) {
        return PartitionConfig.of(Map.of("min.insync.replicas", Integer.toString(minInSync)), Map.of());
    }

    /** News of the cluster: these of the two replicas are in sync. */
    private void inSync(int minInSync, BrokerId... isr) {
        partition.follow(
                new Role.Leader(new Epoch(1)),
                config(minInSync),
                new PartitionImage(
                        SELF, new Epoch(1), List.of(SELF, OTHER), List.of(isr), news++, List.of(), List.of()));
    }

    private long appendState() {
        return here(() -> {
            var offset = partition.appendHere(batch());
            partition.hurry();
            return offset;
        });
    }

    /** What came before on the loop has happened. */
    private void onLoop() {
        here(() -> 0);
    }

    private <T> T here(Callable<T> task) {
        var done = new CompletableFuture<T>();
        loop.execute(() -> {
            try {
                done.complete(task.call());
            } catch (BrokerException refused) {
                done.completeExceptionally(refused);
            } catch (Exception e) {
                done.completeExceptionally(new AssertionError(e));
            }
        });
        try {
            return done.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof BrokerException refused ? refused : e;
        }
    }

    private static ByteBuffer batch() {
        return new RecordBatchBuilder(Compression.NONE)
                .append(1, null, new byte[100], List.of())
                .build();
    }

    /** Nobody asks it for anything. */
    private static final class NoStore implements MetadataStore {
        @Override
        public ClusterImage image() {
            return new ClusterImage(0, new UUID(0, 1), SELF, Map.of(), Map.of(), Map.of(), 0);
        }

        @Override
        public SessionState session() {
            return SessionState.HELD;
        }

        @Override
        public CompletionStage<ClusterImage> change(Function<ClusterImage, List<ClusterDelta>> decide) {
            return CompletableFuture.failedStage(new IOException("not reached"));
        }

        @Override
        public void follow(Consumer<ClusterImage> listener) {}

        @Override
        public void followSession(Consumer<SessionState> listener) {}

        @Override
        public void close() {}
    }
}
