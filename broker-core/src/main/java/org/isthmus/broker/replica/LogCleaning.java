package org.isthmus.broker.replica;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.log.Compaction;
import org.isthmus.broker.log.PartitionLog;
import org.isthmus.broker.runtime.Cancellable;
import org.jspecify.annotations.Nullable;

/**
 * One pass of compaction over one partition's log: steps on I/O threads with rests between them, and what they come to on the partition's
 * loop, which owns everything here but the step that is under way.
 */
final class LogCleaning {
    private final Partition partition;
    private final PartitionLog log;
    private final Compaction compaction;
    private final Partition.Storage storage;
    private final Throttle throttle;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private Cancellable resting = () -> {};
    private boolean atWork;
    private boolean cancelled;

    LogCleaning(
            Partition partition,
            PartitionLog log,
            Compaction compaction,
            Partition.Storage storage,
            Throttle throttle) {
        this.partition = partition;
        this.log = log;
        this.compaction = compaction;
        this.storage = storage;
        this.throttle = throttle;
    }

    /** Completes on the partition's loop, or fails where the pass was given up; the log is sound either way. */
    CompletionStage<Void> run() {
        step();
        return done;
    }

    /** Gives the pass up. Completes, or fails, once nothing of it is at work any more. */
    CompletionStage<Void> cancel() {
        cancelled = true;
        if (!atWork) {
            resting.cancel();
            end(new IOException("The log is closed: " + partition.id()));
        }
        return done;
    }

    private void step() {
        atWork = true;
        storage.io().execute(() -> {
            try {
                var step = compaction.work();
                partition.loop().execute(() -> take(step));
            } catch (IOException | RuntimeException failure) {
                partition.loop().execute(() -> end(failure));
            }
        });
    }

    private void take(Compaction.Step step) {
        atWork = false;
        if (cancelled) {
            cancel();
            return;
        }
        try {
            if (step instanceof Compaction.Step.Done finished) {
                log.compacted(finished.cleanedTo());
                end(null);
                return;
            }
            if (step instanceof Compaction.Step.Ready ready && !log.replace(ready.replacement())) {
                throw new IOException("The log was cut while it was compacted: " + partition.id());
            }
        } catch (IOException | RuntimeException failure) {
            end(failure);
            return;
        }
        var rest = throttle.rest(step.bytes(), storage.clock().nanos());
        if (rest.isZero()) {
            step();
        } else {
            resting = partition.loop().schedule(rest, this::step);
        }
    }

    private void end(@Nullable Exception failure) {
        compaction.close();
        if (failure == null) {
            done.complete(null);
        } else {
            done.completeExceptionally(failure);
        }
    }
}
