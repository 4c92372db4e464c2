package org.isthmus.broker.coordinator.transaction;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.Backoff;
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
        /**
         * Brings the outcome to one participant.
         *
         * @param seen called once readers there go by the outcome, or it is known why they do not
         * @param kept the same for when it can no longer be lost
         */
        void write(TopicPartition partition, Marker marker, Answer seen, Answer kept);

        void later(Duration pause, Runnable task);
    }

    /** The participant's word, or the failure because of which there is none. */
    interface Answer {
        void is(@Nullable ErrorCode error, @Nullable Throwable failure);
    }

    private static final System.Logger LOG = System.getLogger(Delivery.class.getName());

    private final String transactionalId;
    private final Marker marker;
    /** In a fixed order, so that what a simulation does follows from its seed alone. */
    private final Set<TopicPartition> missing = new TreeSet<>(TopicPartition.BY_NAME);

    private final Set<TopicPartition> unseen;
    private final Backoff backoff;
    private final Route route;
    private final Runnable onDelivered;
    private final Milestone seen = new Milestone();
    private final Milestone ended = new Milestone();

    /** @param afterLoad whether what it ends was there before this reign, and may not be safe before the outcome is */
    Delivery(
            String transactionalId,
            Marker marker,
            Set<TopicPartition> partitions,
            boolean afterLoad,
            TransactionConfig config,
            Route route,
            Runnable onDelivered) {
        this.transactionalId = transactionalId;
        this.marker = marker;
        this.missing.addAll(partitions);
        this.unseen = new HashSet<>(afterLoad ? Set.of() : partitions);
        this.route = route;
        this.onDelivered = onDelivered;
        this.backoff = new Backoff(config.firstRetry(), config.longestRetry());
    }

    /** Completes once readers go by the outcome at all partitions, at the latest when all have it. */
    CompletionStage<Void> seen() {
        return seen.await();
    }

    /** Completes once all partitions have the outcome and that is noted. */
    CompletionStage<Void> ended() {
        return ended.await();
    }

    void end() {
        seen.reached();
        ended.reached();
    }

    void giveUp(Throwable cause) {
        seen.fail(cause);
        ended.fail(cause);
    }

    void start() {
        if (missing.isEmpty()) {
            onDelivered.run();
            return;
        }
        var asked = List.copyOf(missing);
        var round = new Object() {
            int unanswered = asked.size();
        };
        for (var partition : asked) {
            route.write(partition, marker, (error, failure) -> look(partition, error), (error, failure) -> {
                answered(partition, error, failure);
                if (--round.unanswered == 0) {
                    roundIsOver();
                }
            });
        }
    }

    private void look(TopicPartition partition, @Nullable ErrorCode error) {
        if (error != null && isFinal(error) && unseen.remove(partition) && unseen.isEmpty()) {
            seen.reached();
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
        route.later(backoff.next(), this::start);
    }
}
