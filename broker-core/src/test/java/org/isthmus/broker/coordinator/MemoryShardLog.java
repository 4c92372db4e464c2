package org.isthmus.broker.coordinator;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.record.RecordBatch;

/** A log in memory, whose commits, refusals, failures and elections a test brings about. */
public final class MemoryShardLog {
    private final List<ByteBuffer> batches = new ArrayList<>();
    private CompletableFuture<Void> readsHeld = CompletableFuture.completedFuture(null);
    private boolean holdsCommits;
    private boolean refusesAppends;
    private boolean failsNextAppend;
    private boolean writesBeforeFailing;
    private long endOffset;
    private long committedOffset = -1;
    private Reign reign = new Reign();

    /** The log as its present leader sees it. */
    public ShardLog lead() {
        reign.end();
        reign = new Reign();
        return reign;
    }

    /** The leader loses its partition, and the next one never saw what was not committed. */
    public void loseLeader() {
        reign.end();
        batches.removeIf(batch -> batches(batch).get(0).lastOffset() > committedOffset);
        endOffset = committedOffset + 1;
    }

    /** Appends wait for {@code commit} from now on. */
    public void holdCommits() {
        holdsCommits = true;
    }

    /** Reading the log takes until {@code releaseReads}. */
    public void holdReads() {
        readsHeld = new CompletableFuture<>();
    }

    public void releaseReads() {
        readsHeld.complete(null);
    }

    /** Commits one batch more, if there is one. */
    public void commitNext() {
        batches.stream()
                .mapToLong(batch -> batches(batch).get(0).lastOffset())
                .filter(last -> last > committedOffset)
                .min()
                .ifPresent(this::commitUpTo);
    }

    public void commit() {
        commitUpTo(endOffset - 1);
    }

    /** Too few replicas are in sync, or enough again. */
    public void refuseAppends(boolean refuse) {
        refusesAppends = refuse;
    }

    /** @param written whether the batch gets into the log all the same */
    public void failNextAppend(boolean written) {
        failsNextAppend = true;
        writesBeforeFailing = written;
    }

    public long endOffset() {
        return endOffset;
    }

    public long committedOffset() {
        return committedOffset;
    }

    /** A state machine that replayed the log. */
    public <R, S extends StateMachine<R>> S replayedBy(S machine, RecordCodec<R> codec) {
        return replay(machine, codec, endOffset);
    }

    public <R, S extends StateMachine<R>> S replayedCommittedBy(S machine, RecordCodec<R> codec) {
        return replay(machine, codec, committedOffset + 1);
    }

    private <R, S extends StateMachine<R>> S replay(S machine, RecordCodec<R> codec, long below) {
        for (var buffer : batches) {
            for (var batch : batches(buffer)) {
                for (var record : batch.records()) {
                    if (record.offset() < below) {
                        machine.replay(record.offset(), codec.decode(record));
                    }
                }
            }
        }
        return machine;
    }

    private void commitUpTo(long offset) {
        committedOffset = Math.max(committedOffset, offset);
        reign.committedChanged();
    }

    private static List<RecordBatch> batches(ByteBuffer buffer) {
        var found = new ArrayList<RecordBatch>();
        RecordBatch.in(buffer.duplicate()).forEach(found::add);
        return found;
    }

    private final class Reign implements ShardLog {
        private final List<Waiter> waiters = new ArrayList<>();
        private boolean ended;

        @Override
        public long append(ByteBuffer batch) throws IOException {
            if (ended) {
                throw new BrokerException(ErrorCode.NOT_LEADER_OR_FOLLOWER, "not led here any more");
            }
            if (refusesAppends) {
                throw tooFewReplicas();
            }
            if (failsNextAppend && !writesBeforeFailing) {
                failsNextAppend = false;
                throw new IOException("disk failed");
            }
            var copy = ByteBuffer.allocate(batch.remaining())
                    .put(batch.duplicate())
                    .flip();
            copy.putLong(0, endOffset);
            batches.add(copy);
            endOffset = batches(copy).get(0).lastOffset() + 1;
            if (failsNextAppend) {
                failsNextAppend = false;
                throw new IOException("disk failed after the write");
            }
            return endOffset - 1;
        }

        @Override
        public CompletionStage<Void> committed(long offset) {
            if (offset <= committedOffset) {
                return CompletableFuture.completedStage(null);
            }
            if (ended) {
                return CompletableFuture.failedStage(notLed());
            }
            var waiter = new Waiter(offset, new CompletableFuture<>());
            waiters.add(waiter);
            return waiter.done;
        }

        @Override
        public void requireReplicas(long offset) {
            if (refusesAppends && offset > committedOffset) {
                throw tooFewReplicas();
            }
        }

        private BrokerException tooFewReplicas() {
            return new BrokerException(ErrorCode.NOT_ENOUGH_REPLICAS, "too few replicas");
        }

        @Override
        public void hurry() {
            if (!ended && !holdsCommits) {
                commit();
            }
        }

        @Override
        public void hurrySoon() {
            hurry();
        }

        @Override
        public CompletionStage<Void> readAll(Consumer<RecordBatch> reader) {
            batches.forEach(buffer -> batches(buffer).forEach(reader));
            return readsHeld;
        }

        void committedChanged() {
            var due = waiters.stream()
                    .filter(waiter -> waiter.offset <= committedOffset)
                    .sorted(Comparator.comparingLong(Waiter::offset))
                    .toList();
            waiters.removeAll(due);
            due.forEach(waiter -> waiter.done.complete(null));
        }

        void end() {
            ended = true;
            var left = List.copyOf(waiters);
            waiters.clear();
            left.forEach(waiter -> waiter.done.completeExceptionally(notLed()));
        }

        private BrokerException notLed() {
            return new BrokerException(ErrorCode.NOT_LEADER_OR_FOLLOWER, "not led here any more");
        }
    }

    private record Waiter(long offset, CompletableFuture<Void> done) {}
}
