package org.isthmus.broker.metadata;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;

/** An image in the making: the one before it, and the changes so far. Lives for one call of {@link ClusterImage#with}. */
final class ClusterChange {
    private final UUID clusterId;
    private final Map<BrokerId, BrokerImage> brokers;
    private final Map<String, TopicImage> topics;
    private final Map<UUID, String> names;
    private final Map<String, Map<String, String>> groupConfigs;
    private final Map<String, Map<String, String>> brokerConfigs;
    private BrokerId controller;
    private int controllerEpoch;
    private long nextProducerId;

    ClusterChange(ClusterImage before) {
        clusterId = before.clusterId();
        brokers = new HashMap<>(before.brokers());
        topics = new HashMap<>(before.topics());
        names = new HashMap<>(before.topicNames());
        groupConfigs = new HashMap<>(before.groupConfigs());
        brokerConfigs = new HashMap<>(before.brokerConfigs());
        controller = before.controller();
        controllerEpoch = before.controllerEpoch();
        nextProducerId = before.nextProducerId();
    }

    void apply(ClusterDelta delta) {
        if (delta instanceof ClusterDelta.TopicCreated created) {
            topics.put(created.topic().name(), created.topic());
            names.put(created.topic().id(), created.topic().name());
        } else if (delta instanceof ClusterDelta.TopicChanged changed) {
            change(changed.topic());
        } else if (delta instanceof ClusterDelta.TopicDeleted deleted) {
            var gone = topics.remove(deleted.name());
            if (gone != null) {
                names.remove(gone.id());
            }
        } else if (delta instanceof ClusterDelta.PartitionChanged changed) {
            change(changed.partition(), changed.image());
        } else if (delta instanceof ClusterDelta.BrokerRegistered registered) {
            brokers.put(registered.broker().id(), registered.broker());
        } else if (delta instanceof ClusterDelta.BrokerGone gone) {
            brokers.remove(gone.broker());
        } else if (delta instanceof ClusterDelta.ControllerElected elected) {
            controller = elected.controller();
            controllerEpoch++;
        } else if (delta instanceof ClusterDelta.UnderController under) {
            check(under.controllerEpoch());
        } else if (delta instanceof ClusterDelta.ProducerIdsTaken taken) {
            nextProducerId = Math.max(nextProducerId, taken.nextProducerId());
        } else if (delta instanceof ClusterDelta.GroupConfigured configured) {
            configure(groupConfigs, configured.group(), configured.configs());
        } else if (delta instanceof ClusterDelta.BrokerConfigured configured) {
            configure(brokerConfigs, configured.broker(), configured.configs());
        }
    }

    private static void configure(Map<String, Map<String, String>> all, String name, Map<String, String> configs) {
        if (configs.isEmpty()) {
            all.remove(name);
        } else {
            all.put(name, configs);
        }
    }

    private void change(TopicImage topic) {
        var partitions = new ArrayList<>(existing(topic.name()).partitions());
        partitions.addAll(
                topic.partitions().subList(partitions.size(), topic.partitions().size()));
        topics.put(topic.name(), new TopicImage(topic.name(), topic.id(), topic.configs(), partitions));
    }

    private void change(TopicPartition id, PartitionImage image) {
        var topic = existing(id.topic());
        if (id.partition() >= topic.partitions().size()) {
            throw unknown(id.toString());
        }
        var partitions = new ArrayList<>(topic.partitions());
        var before = partitions.get(id.partition());
        partitions.set(id.partition(), image.at(before.partitionEpoch() + 1));
        topics.put(topic.name(), new TopicImage(topic.name(), topic.id(), topic.configs(), partitions));
    }

    private void check(int epoch) {
        if (epoch != controllerEpoch) {
            throw new BrokerException(
                    ErrorCode.STALE_CONTROLLER_EPOCH,
                    "the controller of epoch " + epoch + " has been followed by that of epoch " + controllerEpoch);
        }
    }

    private TopicImage existing(String name) {
        var topic = topics.get(name);
        if (topic == null) {
            throw unknown(name);
        }
        return topic;
    }

    private static BrokerException unknown(String what) {
        return new BrokerException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no " + what);
    }

    ClusterImage image(long version) {
        return new ClusterImage(
                version,
                clusterId,
                controller,
                controllerEpoch,
                brokers,
                topics,
                names,
                nextProducerId,
                groupConfigs,
                brokerConfigs);
    }
}
