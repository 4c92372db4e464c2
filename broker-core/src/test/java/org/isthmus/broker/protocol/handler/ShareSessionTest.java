package org.isthmus.broker.protocol.handler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.MemoryShardLog;
import org.isthmus.broker.coordinator.ShardLog;
import org.isthmus.broker.coordinator.share.DeadLetters;
import org.isthmus.broker.coordinator.share.Interest;
import org.isthmus.broker.coordinator.share.Opening;
import org.isthmus.broker.coordinator.share.RecordSource;
import org.isthmus.broker.coordinator.share.Scan;
import org.isthmus.broker.coordinator.share.ShareCoordinator;
import org.isthmus.broker.coordinator.share.ShareSettings;
import org.isthmus.broker.coordinator.share.StartAt;
import org.isthmus.broker.coordinator.share.Tail;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.record.RecordBatch;
import org.isthmus.broker.runtime.Cancellable;
import org.isthmus.broker.runtime.Clock;
import org.isthmus.broker.runtime.EventLoop;
import org.isthmus.broker.runtime.ThreadLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a session leaves behind at a partition that is still finding out where its group begins. */
class ShareSessionTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final TopicPartition PARTITION = new TopicPartition("letters", 0);
    private static final ShareSession.Target TARGET = new ShareSession.Target(Uuid.ONE_UUID, PARTITION);
    /** Of a group that refuses a second member. */
    private static final Opening ALONE = new Opening(
            ShareSettings.subscription(Interest.EVERYTHING, true),
            Interest.EVERYTHING,
            true,
            new StartAt.Earliest(),
            false);

    private final ThreadLoop loop = EventLoop.start("share-session-test");
    private final MemoryShardLog log = new MemoryShardLog();
    private final CompletableFuture<Long> beginning = new CompletableFuture<>();
    private final ShareCoordinator shares = new ShareCoordinator(
            partition -> new Place(log.lead()), ShareSessionTest::image, Clock.system(), UUID::randomUUID);

    private static ClusterImage image() {
        return new ClusterImage(0, new UUID(0, 0), new BrokerId(0), Map.of(), Map.of(), Map.of(), 0);
    }

    @AfterEach
    void stop() {
        loop.close();
    }

    @Test
    void memberWhoseConnectionIsLostWhileItIsLetInDoesNotStay() {
        var gone = session("gone");
        gone.add(TARGET, false);
        var lost = gone.lose().toCompletableFuture();
        // The partition has heard of both, one after the other.
        assertThat(shares.ask(PARTITION, share -> CompletableFuture.completedStage(true))
                        .toCompletableFuture())
                .succeedsWithin(PATIENCE);

        loop.execute(() -> beginning.complete(0L));

        assertThat(lost).succeedsWithin(PATIENCE);
        var next = shares.ask(PARTITION, share -> share.open("group", "next", ALONE));
        assertThat(next.toCompletableFuture()).succeedsWithin(PATIENCE);
    }

    private ShareSession session(String member) {
        return new ShareSession(
                new ShareSession.Key("group", member), ALONE, shares, new ShareGroupConfigs(null, Clock.system()));
    }

    /** A partition without records. */
    private final class Place implements ShareCoordinator.Place, RecordSource {
        private final ShardLog led;

        private Place(ShardLog led) {
            this.led = led;
        }

        @Override
        public EventLoop loop() {
            return loop;
        }

        @Override
        public RecordSource records() {
            return this;
        }

        @Override
        public DeadLetters deadLetters() {
            return (group, topic, range, deliveries, cause) -> CompletableFuture.completedStage(null);
        }

        @Override
        public void startFrom(long offset) {
            // Nothing is deleted.
        }

        @Override
        public long append(ByteBuffer batch) throws IOException {
            return led.append(batch);
        }

        @Override
        public CompletionStage<Void> committed(long offset) {
            return led.committed(offset);
        }

        @Override
        public void requireReplicas(long offset) {
            led.requireReplicas(offset);
        }

        @Override
        public void hurry() {
            led.hurry();
        }

        @Override
        public void hurrySoon() {
            led.hurrySoon();
        }

        @Override
        public CompletionStage<Void> readAll(Consumer<RecordBatch> reader) {
            return led.readAll(reader);
        }

        @Override
        public CompletionStage<Scan> scan(
                long from, Interest interest, boolean committedOnly, boolean asMessages, int maxBytes) {
            throw new AssertionError("nobody reads here");
        }

        @Override
        public long startOffset() {
            return 0;
        }

        @Override
        public long readableTo() {
            return 0;
        }

        @Override
        public boolean isAtHand(long offset) {
            return true;
        }

        @Override
        public boolean isSafe(long offset) {
            return true;
        }

        @Override
        public CompletionStage<Void> safe(long offset, boolean hurried) {
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<Long> offsetOf(StartAt place) {
            return beginning;
        }

        @Override
        public CompletionStage<Tail> tail() {
            return beginning.thenApply(end -> new Tail(end, List.of()));
        }

        @Override
        public CompletionStage<Long> waitedUpTo() {
            return CompletableFuture.completedStage(0L);
        }

        @Override
        public Cancellable whenReadable(long offset, Runnable task) {
            return () -> {};
        }
    }
}
