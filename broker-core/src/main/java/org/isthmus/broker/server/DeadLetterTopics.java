package org.isthmus.broker.server;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.isthmus.broker.client.NewTopic;
import org.isthmus.broker.controller.MissingReplicas;
import org.isthmus.broker.controller.NewTopicRequest;
import org.isthmus.broker.controller.Placement;
import org.isthmus.broker.coordinator.share.DeadLetterTarget;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.metadata.TopicSetting;
import org.isthmus.broker.runtime.IdSource;

/**
 * Finds the topics that dead letters go to, or makes them. Who may write a record and have it given up must not thereby write to any topic of
 * the cluster, so what a group's configuration names has to bear the cluster's prefix and to agree (KIP-1191). Safe for use by many threads.
 *
 * @param topicDefaults what the broker says where a topic says nothing
 */
record DeadLetterTopics(
        MetadataStore metadata,
        Placement placement,
        IdSource ids,
        Rules rules,
        Supplier<Map<String, String>> topicDefaults) {
    /**
     * What goes for topics that a group's configuration names.
     *
     * @param prefix how their names begin
     * @param made whether they are made where they are missing
     */
    record Rules(String prefix, boolean made) {}

    /** The topic, or nothing where it may not be used; then that is logged. */
    CompletionStage<Optional<TopicImage>> topic(String group, DeadLetterTarget deadLetterTarget) {
        var found = metadata.image().topic(deadLetterTarget.topic());
        var objection = deadLetterTarget.byConsent() ? objection(deadLetterTarget, found) : Optional.<String>empty();
        if (objection.isPresent()) {
            System.getLogger(DeadLetterTopics.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "Records given up without a dead letter: group={0} topic={1} because {2}",
                            group,
                            deadLetterTarget.topic(),
                            objection.get());
            return CompletableFuture.completedStage(Optional.empty());
        }
        return found.isPresent() ? CompletableFuture.completedStage(found) : make(deadLetterTarget);
    }

    private Optional<String> objection(DeadLetterTarget deadLetterTarget, Optional<TopicImage> found) {
        if (!deadLetterTarget.topic().startsWith(rules.prefix)) {
            return Optional.of("its name does not begin with " + rules.prefix);
        }
        if (found.isEmpty()) {
            return rules.made ? Optional.empty() : Optional.of("there is no such topic");
        }
        var agrees = TopicSetting.DEAD_LETTERS.in(found.get().configs(), topicDefaults.get());
        return agrees.equals("true")
                ? Optional.empty()
                : Optional.of("it does not have " + TopicSetting.DEAD_LETTERS.key() + "=true");
    }

    private static NewTopicRequest request(NewTopic topic) {
        return new NewTopicRequest(topic.name(), topic.partitions(), topic.replicas(), List.of(), topic.configs());
    }

    private CompletionStage<Optional<TopicImage>> make(DeadLetterTarget deadLetterTarget) {
        var name = deadLetterTarget.topic();
        var id = ids.nextUuid();
        var request = deadLetterTarget.byConsent()
                ? new NewTopicRequest(name, -1, -1, List.of(), Map.of(TopicSetting.DEAD_LETTERS.key(), "true"))
                : request(NewTopic.queue(name));
        return metadata.change(image ->
                        image.topic(name).isPresent() ? List.of() : List.of(placement.createTopic(image, request, id)))
                .thenApply((ClusterImage image) -> {
                    var made = image.topic(name);
                    made.filter(topic -> topic.id().equals(id))
                            .flatMap(topic -> placement.missing(topic, request))
                            .ifPresent(MissingReplicas::warn);
                    return made;
                });
    }
}
