package org.isthmus.broker.zookeeper;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.zookeeper.CreateMode;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.zookeeper.ZNodes.TopicNode;

/**
 * Decisions, turned into writes of nodes, each with the version that the decision was based on. Owned by the store's loop, for one attempt.
 *
 * <p>Partitions of large topics do not fit into one transaction with the rest, and need not: nobody looks at them before their topic counts
 * them, nor after it is gone. So they are made {@linkplain #before() before} it and deleted {@linkplain #after() after} it.
 */
final class ChangePlan {
    /** Well below what a server takes in one request, which is a megabyte. */
    private static final int MAX_PARTITIONS_INSIDE = 1_000;

    private final Mirror mirror;
    private final long session;
    /** Sessions of this process, the present one too: what is registered in them is ours. */
    private final Set<Long> ownSessions;

    private final List<Write.Create> before = new ArrayList<>();
    private final List<Write> inside = new ArrayList<>();
    private final List<String> after = new ArrayList<>();
    private final Map<String, Integer> versions = new HashMap<>();
    private final Map<String, TopicNode> topics = new HashMap<>();

    ChangePlan(Mirror mirror, long session, Set<Long> ownSessions) {
        this.mirror = mirror;
        this.session = session;
        this.ownSessions = ownSessions;
    }

    /** Nodes that nobody looks at yet: they may be there from an earlier attempt. */
    List<Write.Create> before() {
        return before;
    }

    /** Together or not at all. */
    List<Write> inside() {
        return inside;
    }

    /** Nodes that nobody looks at any more. */
    List<String> after() {
        return after;
    }

    /** @param image what the decision looked at: the image of the mirror, with what was planned before */
    void add(ClusterImage image, List<ClusterDelta> deltas) {
        for (var delta : deltas) {
            add(image, delta);
        }
    }

    private void add(ClusterImage image, ClusterDelta delta) {
        if (delta instanceof ClusterDelta.TopicCreated created) {
            create(created.topic());
        } else if (delta instanceof ClusterDelta.TopicChanged changed) {
            change(image, changed.topic());
        } else if (delta instanceof ClusterDelta.TopicDeleted deleted) {
            delete(image, deleted.name());
        } else if (delta instanceof ClusterDelta.PartitionChanged changed) {
            var index = changed.partition().partition();
            var topic = topic(image, changed.partition().topic());
            var path = ZNodes.partition(topic.id(), index);
            image.partition(changed.partition()).ifPresent(was -> versions.putIfAbsent(path, was.partitionEpoch()));
            set(path, ZNodes.encode(changed.image()));
        } else if (delta instanceof ClusterDelta.BrokerRegistered registered) {
            register(registered.broker());
        } else if (delta instanceof ClusterDelta.BrokerGone gone) {
            delete(ZNodes.broker(gone.broker()));
        } else if (delta instanceof ClusterDelta.ControllerElected elected) {
            set(ZNodes.CONTROLLER, ZNodes.encode(elected.controller()));
        } else if (delta instanceof ClusterDelta.UnderController under) {
            inside.add(new Write.Check(ZNodes.CONTROLLER, under.controllerEpoch()));
        } else if (delta instanceof ClusterDelta.ProducerIdsTaken taken) {
            set(ZNodes.PRODUCER_IDS, ZNodes.encode(taken.nextProducerId()));
        } else if (delta instanceof ClusterDelta.GroupConfigured configured) {
            configure(ZNodes.group(configured.group()), configured.configs());
        } else if (delta instanceof ClusterDelta.BrokerConfigured configured) {
            configure(ZNodes.brokerSettings(configured.broker()), configured.configs());
        }
    }

    private void create(TopicImage topic) {
        var partitions = topic.partitions();
        var folder = ZNodes.partitions(topic.id());
        if (partitions.size() > MAX_PARTITIONS_INSIDE) {
            before.add(new Write.Create(folder, new byte[0], CreateMode.PERSISTENT));
            createBefore(topic.id(), 0, partitions);
        } else {
            inside.add(new Write.Create(folder, new byte[0], CreateMode.PERSISTENT));
            createInside(topic.id(), 0, partitions);
        }
        create(ZNodes.topic(topic.name()), ZNodes.encode(TopicNode.of(topic)), CreateMode.PERSISTENT);
        topics.put(topic.name(), TopicNode.of(topic));
    }

    private void change(ClusterImage image, TopicImage topic) {
        var present = topic(image, topic.name()).partitions();
        var added = topic.partitions().subList(present, topic.partitions().size());
        if (added.size() > MAX_PARTITIONS_INSIDE) {
            createBefore(topic.id(), present, added);
        } else {
            createInside(topic.id(), present, added);
        }
        set(ZNodes.topic(topic.name()), ZNodes.encode(TopicNode.of(topic)));
        topics.put(topic.name(), TopicNode.of(topic));
    }

    private void createBefore(UUID topic, int first, List<PartitionImage> partitions) {
        for (var i = 0; i < partitions.size(); i++) {
            var content = ZNodes.encode(partitions.get(i));
            before.add(new Write.Create(ZNodes.partition(topic, first + i), content, CreateMode.PERSISTENT));
        }
    }

    private void createInside(UUID topic, int first, List<PartitionImage> partitions) {
        for (var i = 0; i < partitions.size(); i++) {
            create(ZNodes.partition(topic, first + i), ZNodes.encode(partitions.get(i)), CreateMode.PERSISTENT);
        }
    }

    private void delete(ClusterImage image, String name) {
        var topic = topic(image, name);
        delete(ZNodes.topic(name));
        for (var i = 0; i < topic.partitions(); i++) {
            after.add(ZNodes.partition(topic.id(), i));
        }
        after.add(ZNodes.partitions(topic.id()));
        topics.remove(name);
    }

    private void register(BrokerImage broker) {
        var path = ZNodes.broker(broker.id());
        var owner = mirror.owner(broker.id());
        if (owner.isPresent() && !ownSessions.contains(owner.get())) {
            throw taken(broker.id());
        }
        if (owner.isPresent() && owner.get() == session) {
            set(path, ZNodes.encode(broker));
            return;
        }
        if (owner.isPresent()) {
            // Of a session of this process that is over, whether or not the servers have noticed.
            delete(path);
        }
        create(path, ZNodes.encode(broker), CreateMode.EPHEMERAL);
    }

    private static BrokerException taken(BrokerId id) {
        return new BrokerException(
                ErrorCode.DUPLICATE_BROKER_REGISTRATION,
                "broker id " + id
                        + " is taken by another broker of this cluster that is alive, or was until a moment ago");
    }

    private void configure(String path, Map<String, String> configs) {
        if (!configs.isEmpty() && version(path) < 0) {
            create(path, ZNodes.encode(configs), CreateMode.PERSISTENT);
        } else if (!configs.isEmpty()) {
            set(path, ZNodes.encode(configs));
        } else if (version(path) >= 0) {
            delete(path);
        }
    }

    private TopicNode topic(ClusterImage image, String name) {
        var planned = topics.get(name);
        if (planned != null) {
            return planned;
        }
        return image.topic(name)
                .map(TopicNode::of)
                .orElseThrow(() ->
                        new BrokerException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic '" + name + "'"));
    }

    private void create(String path, byte[] content, CreateMode mode) {
        inside.add(new Write.Create(path, content, mode));
        versions.put(path, 0);
    }

    private void set(String path, byte[] content) {
        var version = version(path);
        inside.add(new Write.Set(path, content, version));
        versions.put(path, version + 1);
    }

    private void delete(String path) {
        inside.add(new Write.Delete(path, version(path)));
        versions.put(path, -1);
    }

    private int version(String path) {
        return versions.getOrDefault(path, mirror.version(path));
    }
}
