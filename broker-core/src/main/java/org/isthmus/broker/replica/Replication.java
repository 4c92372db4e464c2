package org.isthmus.broker.replica;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.PartitionImage;
import org.jspecify.annotations.Nullable;

/**
 * What partitions with several replicas need of their cluster. Safe for use by many threads.
 *
 * @param maxLag how long a replica may be behind the leader's end and still be waited for
 */
public record Replication(BrokerId self, MetadataStore store, Duration maxLag) {
    /**
     * Has the store change who is in sync. Completes with the partition as the store has it then, changed or not, and with null where it is
     * not there any more; fails where the change did not happen.
     *
     * @param comes who is added, under which of its lives; another life may have lost what this one had
     */
    CompletionStage<@Nullable PartitionImage> change(
            TopicPartition id, InSync.Change wanted, Map<BrokerId, Long> comes) {
        return store.change(image -> decide(image, id, wanted, comes))
                .thenApply(image -> image.partition(id).orElse(null));
    }

    private List<ClusterDelta> decide(
            ClusterImage image, TopicPartition id, InSync.Change wanted, Map<BrokerId, Long> comes) {
        var present = image.partition(id);
        var lives = comes.entrySet().stream().allMatch(added -> {
            var broker = image.brokers().get(added.getKey());
            return broker != null && broker.epoch() == added.getValue();
        });
        if (present.isEmpty() || !present.get().equals(wanted.known()) || !lives) {
            return List.of();
        }
        return List.of(new ClusterDelta.PartitionChanged(id, present.get().inSync(wanted.isr())));
    }

    /** Which life of a broker the cluster counts among the living; negative where none. */
    long epochOf(BrokerId id) {
        var broker = store.image().brokers().get(id);
        return broker == null ? -1 : broker.epoch();
    }
}
