package org.isthmus.broker.server;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.isthmus.broker.controller.NewTopicRequest;
import org.isthmus.broker.controller.Placement;
import org.isthmus.broker.coordinator.InternalTopics;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.runtime.IdSource;

/** Internal topics in the metadata store, made when they are first needed. */
record StoredInternalTopics(
        MetadataStore metadata,
        Placement placement,
        IdSource ids,
        Map<String, Integer> partitions,
        Map<String, Integer> replicas)
        implements InternalTopics {
    /**
     * One decision is one batch, also the one that deletes a group with very many offsets. Segments are closed early, because only a closed
     * one is compacted, and whoever takes over a shard reads what is left.
     */
    private static final Map<String, String> SETTINGS = Map.of(
            "cleanup.policy",
            "compact",
            "max.message.bytes",
            Integer.toString(16 << 20),
            "segment.bytes",
            Integer.toString(100 << 20));

    @Override
    public CompletionStage<TopicImage> ensure(String name) {
        var present = metadata.image().topic(name);
        if (present.isPresent()) {
            return CompletableFuture.completedFuture(present.get());
        }
        var id = ids.nextUuid();
        return metadata.change(image -> decide(image, name, id))
                .thenApply(image -> image.topic(name).orElseThrow());
    }

    private List<ClusterDelta> decide(ClusterImage image, String name, UUID id) {
        if (image.topic(name).isPresent()) {
            // Somebody else was faster.
            return List.of();
        }
        // A cluster that is not whole yet serves groups too; its operator adds replicas when it is.
        var count = Math.min(replicas.getOrDefault(name, 1), image.brokers().size());
        var request = new NewTopicRequest(name, partitions.getOrDefault(name, 1), count, List.of(), SETTINGS);
        return List.of(placement.createTopic(image, request, id));
    }
}
