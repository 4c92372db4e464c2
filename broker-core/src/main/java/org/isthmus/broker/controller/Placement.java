package org.isthmus.broker.controller;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.TopicImage;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of topics: from an image to the change that leads to the next. No state and no effects; a refusal is a
 * {@link BrokerException} with the protocol's error.
 *
 * @param mostReplicas replicas of partitions for each living broker, all topics together: an idle one takes memory too, and a single
 *     request can ask for any number
 * @param defaultPartitions partitions of a topic whose creator does not say
 * @param defaultReplicationFactor replicas of a partition of a topic whose creator does not say
 */
public record Placement(int mostReplicas, int defaultPartitions, int defaultReplicationFactor) {
    /** What is missing of a topic that was made of the request, where the default counted and there were too few brokers for it. */
    public Optional<MissingReplicas> missing(TopicImage made, NewTopicRequest request) {
        var byDefault = request.assignment().isEmpty() && request.replicationFactor() == -1;
        return byDefault
                ? MissingReplicas.of(made, defaultReplicationFactor, "default.replication.factor")
                : Optional.empty();
    }

    public ClusterDelta createTopic(ClusterImage image, NewTopicRequest request, UUID id) {
        TopicRules.checkNewName(request.name());
        checkFree(image, request.name());
        TopicRules.checkConfigs(request.configs());
        var partitions = request.assignment().isEmpty() ? spread(image, request) : assigned(image, request);
        return new ClusterDelta.TopicCreated(new TopicImage(request.name(), id, request.configs(), partitions));
    }

    private static void checkFree(ClusterImage image, String name) {
        if (image.topics().containsKey(name)) {
            throw new BrokerException(ErrorCode.TOPIC_ALREADY_EXISTS, "topic '" + name + "' already exists");
        }
    }

    private List<PartitionImage> spread(ClusterImage image, NewTopicRequest request) {
        var count = request.partitions() == -1 ? defaultPartitions : request.partitions();
        var replicas = request.replicationFactor() == -1
                // A cluster that is not whole yet takes topics too; see missing.
                ? Math.min(defaultReplicationFactor, image.brokers().size())
                : request.replicationFactor();
        checkCount(image, count, replicas);
        if (replicas < 1 || replicas > image.brokers().size()) {
            throw new BrokerException(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "replication factor " + replicas + " with "
                            + image.brokers().size() + " brokers alive");
        }
        return spread(image, request.name(), 0, count, replicas);
    }

    /** Before anything is made of it: the numbers are those of a request. */
    private void checkCount(ClusterImage image, int added, int replicas) {
        if (added < 1) {
            throw new BrokerException(ErrorCode.INVALID_PARTITIONS, "a topic has 1 partition at least, not " + added);
        }
        var present = image.topics().values().stream()
                .mapToLong(topic -> (long) topic.partitions().size()
                        * topic.partitions().get(0).replicas().size())
                .sum();
        var most = (long) mostReplicas * Math.max(1, image.brokers().size());
        if (present + (long) added * replicas > most) {
            throw new BrokerException(
                    ErrorCode.POLICY_VIOLATION,
                    added + " partitions more with " + replicas + " replicas are too many: the cluster has " + present
                            + " replicas of at most " + most
                            + " (isthmus.max.partitions or the heap of its brokers limits them)");
        }
    }

    private static List<PartitionImage> spread(ClusterImage image, String topic, int from, int to, int replicas) {
        var ring = Ring.of(image.brokers().values());
        return IntStream.range(from, to)
                .mapToObj(partition -> led(ring.replicas(topic, partition, replicas)))
                .toList();
    }

    /** In sync is the leader alone at first; each other replica once it has shown the leader that it follows. */
    private static PartitionImage led(List<BrokerId> replicas) {
        return new PartitionImage(replicas.get(0), Epoch.ZERO, replicas, replicas.subList(0, 1));
    }

    private List<PartitionImage> assigned(ClusterImage image, NewTopicRequest request) {
        if (request.partitions() != -1 || request.replicationFactor() != -1) {
            throw new BrokerException(
                    ErrorCode.INVALID_REQUEST, "a topic is asked for by counts or by an assignment, not by both");
        }
        checkCount(
                image, request.assignment().size(), request.assignment().get(0).size());
        return assigned(image, request.assignment());
    }

    private static List<PartitionImage> assigned(ClusterImage image, List<List<BrokerId>> assignment) {
        for (var replicas : assignment) {
            var distinct = new HashSet<>(replicas);
            if (replicas.isEmpty()
                    || distinct.size() != replicas.size()
                    || replicas.size() != assignment.get(0).size()
                    || !image.brokers().keySet().containsAll(distinct)) {
                throw new BrokerException(
                        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                        "replicas " + replicas + " are not as many different living brokers for each partition");
            }
        }
        return assignment.stream().map(Placement::led).toList();
    }

    public ClusterDelta deleteTopic(ClusterImage image, String name) {
        existing(image, name);
        return new ClusterDelta.TopicDeleted(name);
    }

    /** Adds partitions until there are {@code total}; those that are there stay where they are. */
    public ClusterDelta createPartitions(
            ClusterImage image, String name, int total, @Nullable List<List<BrokerId>> assignment) {
        var topic = existing(image, name);
        var present = topic.partitions().size();
        if (total <= present) {
            throw new BrokerException(
                    ErrorCode.INVALID_PARTITIONS,
                    "topic '" + name + "' has " + present + " partitions, and can only get more, not " + total);
        }
        if (assignment != null && assignment.size() != total - present) {
            throw new BrokerException(
                    ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                    "the assignment is of " + assignment.size() + " partitions for " + (total - present) + " new ones");
        }
        var replicas = topic.partitions().get(0).replicas().size();
        checkCount(image, total - present, replicas);
        var partitions = new ArrayList<>(topic.partitions());
        partitions.addAll(
                assignment != null ? assigned(image, assignment) : spread(image, name, present, total, replicas));
        return new ClusterDelta.TopicChanged(new TopicImage(name, topic.id(), topic.configs(), partitions));
    }

    /** Sets each named setting, or takes it away where its value is null; the others stay. */
    public ClusterDelta alterConfigs(ClusterImage image, String name, Map<String, @Nullable String> changes) {
        var topic = existing(image, name);
        var configs = new HashMap<>(topic.configs());
        changes.forEach((key, value) -> {
            if (value == null) {
                configs.remove(key);
            } else {
                TopicRules.checkConfig(key, value);
                configs.put(key, value);
            }
        });
        return new ClusterDelta.TopicChanged(new TopicImage(name, topic.id(), configs, topic.partitions()));
    }

    private static TopicImage existing(ClusterImage image, String name) {
        return image.topic(name)
                .orElseThrow(() ->
                        new BrokerException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic '" + name + "'"));
    }
}
