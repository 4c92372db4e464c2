package org.isthmus.broker.coordinator.transaction;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.MetadataStore;

/**
 * Gives out producer ids, each once in the life of the cluster. Ids are taken from the cluster's counter a block at a time; what is left
 * of a block when the broker ends is never used.
 *
 * <p>Safe for use by many threads. The lock is held for a few assignments only and spares every caller a hop to an owner.
 */
public final class ProducerIds {
    private static final int BLOCK = 1000;

    private final MetadataStore metadata;
    private final Queue<CompletableFuture<Long>> waiting = new ArrayDeque<>();
    private long next;
    private long blockEnd;
    private boolean taking;

    public ProducerIds(MetadataStore metadata) {
        this.metadata = metadata;
    }

    /** A producer id that nobody had before. Fails as {@link MetadataStore#change} does. */
    public CompletionStage<Long> next() {
        synchronized (waiting) {
            if (next < blockEnd) {
                return CompletableFuture.completedStage(next++);
            }
            var promise = new CompletableFuture<Long>();
            waiting.add(promise);
            if (!taking) {
                taking = true;
                takeBlock();
            }
            return promise;
        }
    }

    private void takeBlock() {
        // The decision may run more than once; its last run is the one that holds.
        var start = new AtomicLong();
        metadata.change(image -> {
                    start.set(image.nextProducerId());
                    return List.of(new ClusterDelta.ProducerIdsTaken(image.nextProducerId() + BLOCK));
                })
                .whenComplete((image, failure) -> {
                    if (failure == null) {
                        blockTaken(start.get());
                    } else {
                        refused(failure);
                    }
                });
    }

    private void blockTaken(long start) {
        var served = new ArrayList<Runnable>();
        boolean takeMore;
        synchronized (waiting) {
            next = start;
            blockEnd = start + BLOCK;
            while (next < blockEnd && !waiting.isEmpty()) {
                var promise = waiting.remove();
                var id = next++;
                served.add(() -> promise.complete(id));
            }
            takeMore = !waiting.isEmpty();
            taking = takeMore;
        }
        // Outside the lock: what waits runs on this thread.
        served.forEach(Runnable::run);
        if (takeMore) {
            takeBlock();
        }
    }

    private void refused(Throwable failure) {
        List<CompletableFuture<Long>> refused;
        synchronized (waiting) {
            refused = List.copyOf(waiting);
            waiting.clear();
            taking = false;
        }
        refused.forEach(promise -> promise.completeExceptionally(failure));
    }
}
