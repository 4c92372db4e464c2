package org.isthmus.broker.coordinator.transaction;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One outcome on its way to the partitions. Tried until each has it: the decision is durable, so there is nothing else to be done with it.
 * Soft state, owned by the shard's loop; after a load every partition is told again.
 */
final class Delivery {
    /** How a delivery reaches the outside, from the shard's loop and back to it. */
    interface Route {
        void write(TopicPartition partition, Marker marker, BiConsumer<@Nullable ErrorCode, @Nullable Throwable> done);

        void later(Duration pause, Runnable task);
    }

    private static final System.Logger LOG = System.getLogger(Delivery.class.getName());

    private final String transactionalId;
    private final Marker marker;
    private final Set<TopicPartition> missing;
    private final TransactionConfig config;
    private final Route route;
    private final Runnable onDelivered;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private Duration pause;

    Delivery(
            String transactionalId,
            Marker marker,
            Set<TopicPartition> partitions,
            TransactionConfig config,
            Route route,
            Runnable onDelivered) {
        this.transactionalId = transactionalId;
        this.marker = marker;
        this.missing = new HashSet<>(partitions);
        this.config = config;
        this.route = route;
        this.onDelivered = onDelivered;
        this.pause = config.firstRetry();
    }

    /** Completes once all partitions have the outcome and that is noted. */
    CompletionStage<Void> ended() {
        return ended;
    }

    void end() {
        ended.complete(null);
    }

    void giveUp(Throwable cause) {
        ended.completeExceptionally(cause);
    }

    void start() {
        if (missing.isEmpty()) {
            onDelivered.run();
            return;
        }
        var asked = Set.copyOf(missing);
        var round = new Object() {
            int unanswered = asked.size();
        };
        for (var partition : asked) {
            route.write(partition, marker, (error, failure) -> {
                answered(partition, error, failure);
                if (--round.unanswered == 0) {
                    roundIsOver();
                }
            });
        }
    }

    private void answered(TopicPartition partition, @Nullable ErrorCode error, @Nullable Throwable failure) {
        if (error != null && isFinal(error)) {
            missing.remove(partition);
        } else {
            LOG.log(
                    Level.DEBUG,
                    () -> "Marker not written yet: transactionalId=" + transactionalId + " partition=" + partition
                            + " error=" + error + " failure=" + failure);
        }
    }

    private static boolean isFinal(ErrorCode error) {
        return switch (error) {
            case NONE, UNKNOWN_TOPIC_OR_PARTITION, INVALID_PRODUCER_EPOCH, TRANSACTION_COORDINATOR_FENCED -> true;
            default -> false;
        };
    }

    private void roundIsOver() {
        if (missing.isEmpty()) {
            onDelivered.run();
            return;
        }
        route.later(pause, this::start);
        var doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(config.longestRetry()) < 0 ? doubled : config.longestRetry();
    }
}
