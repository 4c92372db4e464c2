package org.isthmus.broker.server;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.controller.MissingReplicas;
import org.isthmus.broker.controller.NewTopicRequest;
import org.isthmus.broker.controller.Placement;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.metadata.TopicSetting;
import org.isthmus.broker.runtime.IdSource;

/**
 * Internal topics in the metadata store, made when they are first needed.
 *
 * @param kinds by the topics' names
 */
record StoredInternalTopics(MetadataStore metadata, Placement placement, IdSource ids, Map<String, Kind> kinds)
        implements InternalTopics {
    /**
     * One decision is one batch, also the one that deletes a group with very many offsets. Segments are closed early, because only a closed
     * one is compacted, and whoever takes over a shard reads what is left.
     */
    private static final Map<String, String> SETTINGS = Map.of(
            TopicSetting.CLEANUP_POLICY.key(),
            "compact",
            TopicSetting.MAX_MESSAGE_BYTES.key(),
            Integer.toString(16 << 20),
            TopicSetting.SEGMENT_BYTES.key(),
            Integer.toString(100 << 20));

    /**
     * How one of them is made.
     *
     * @param replicas as far as there are brokers
     * @param factor the setting that says so
     * @param inSync how many replicas have to be in sync before it takes anything, 0 for two where one may still be away; nothing: what is so
     *     for any topic
     */
    record Kind(int partitions, int replicas, String factor, OptionalInt inSync) {
        static Map<String, Kind> of(BrokerSettings settings) {
            var cluster = settings.cluster();
            var alone = !settings.isOfCluster();
            return Map.of(
                    InternalTopics.CONSUMER_OFFSETS,
                    new Kind(
                            settings.offsetsPartitions(),
                            alone ? 1 : cluster.offsetsReplicas(),
                            "offsets.topic.replication.factor",
                            OptionalInt.empty()),
                    InternalTopics.TRANSACTION_STATE,
                    new Kind(
                            settings.transactionPartitions(),
                            alone ? 1 : cluster.transactionReplicas(),
                            "transaction.state.log.replication.factor",
                            OptionalInt.of(cluster.transactionsInSync())));
        }

        private Map<String, String> configs(int present) {
            var configs = new HashMap<>(SETTINGS);
            inSync.ifPresent(said -> {
                var wanted = said == 0 ? Math.min(2, Math.max(1, present - 1)) : Math.min(said, present);
                configs.put(TopicSetting.MIN_INSYNC_REPLICAS.key(), Integer.toString(wanted));
            });
            return configs;
        }
    }

    @Override
    public CompletionStage<TopicImage> ensure(String name) {
        var present = metadata.image().topic(name);
        if (present.isPresent()) {
            return CompletableFuture.completedFuture(present.get());
        }
        var id = ids.nextUuid();
        var kind = Objects.requireNonNull(kinds.get(name), name);
        return metadata.change(image -> decide(image, name, kind, id)).thenApply(image -> {
            var made = image.topic(name).orElseThrow();
            if (made.id().equals(id)) {
                MissingReplicas.of(made, kind.replicas(), kind.factor()).ifPresent(MissingReplicas::warn);
            }
            return made;
        });
    }

    private List<ClusterDelta> decide(ClusterImage image, String name, Kind kind, UUID id) {
        if (image.topic(name).isPresent()) {
            // Somebody else was faster.
            return List.of();
        }
        // A cluster that is not whole yet serves groups too; its operator adds replicas when it is.
        var count = Math.min(kind.replicas(), image.brokers().size());
        var request = new NewTopicRequest(name, kind.partitions(), count, List.of(), kind.configs(count));
        return List.of(placement.createTopic(image, request, id));
    }
}
