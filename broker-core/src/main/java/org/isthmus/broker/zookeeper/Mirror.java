package org.isthmus.broker.zookeeper;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.zookeeper.data.Stat;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.zookeeper.ZNodes.TopicNode;

/**
 * What this process has read of the nodes, and the image of the cluster that they make. Owned by the store's loop. A topic appears in the
 * image only when each of its partitions has been read, so no image is of half a topic.
 */
final class Mirror {
    private final UUID clusterId;
    private final Map<BrokerId, BrokerImage> brokers = new HashMap<>();
    /** The session that each broker is registered in. */
    private final Map<BrokerId, Long> owners = new HashMap<>();

    private final Map<String, TopicNode> topics = new HashMap<>();
    private final Map<UUID, TreeMap<Integer, PartitionImage>> partitions = new HashMap<>();
    private final Map<UUID, String> names = new HashMap<>();
    private final Map<String, Map<String, String>> groups = new HashMap<>();
    private final Map<String, Map<String, String>> settings = new HashMap<>();
    /** All nodes but partitions, whose images have their versions. */
    private final Map<String, Seen> seen = new HashMap<>();

    private final Map<String, TopicImage> assembled = new HashMap<>();
    private final Set<String> touched = new HashSet<>();
    private BrokerId controller = BrokerId.NONE;
    private long nextProducerId;
    private boolean changed = true;

    private record Seen(long created, int version) {}

    Mirror(UUID clusterId) {
        this.clusterId = clusterId;
    }

    /** A node is as given now. */
    void read(String path, byte[] content, Stat stat) {
        var partition = ZNodes.partitionPlace(path);
        if (partition.isPresent()) {
            read(partition.get(), content, stat.getVersion());
            return;
        }
        var now = new Seen(stat.getCzxid(), stat.getVersion());
        if (now.equals(seen.put(path, now))) {
            return;
        }
        changed = true;
        if (path.equals(ZNodes.CONTROLLER)) {
            controller = ZNodes.brokerId(ZNodes.text(content));
        } else if (path.equals(ZNodes.PRODUCER_IDS)) {
            nextProducerId = Long.parseLong(ZNodes.text(content));
        }
        ZNodes.nameIn(ZNodes.BROKERS, path).map(ZNodes::brokerId).ifPresent(id -> {
            brokers.put(id, ZNodes.broker(id, content, stat.getCzxid()));
            owners.put(id, stat.getEphemeralOwner());
        });
        ZNodes.nameIn(ZNodes.TOPICS, path).ifPresent(name -> keep(name, ZNodes.topic(content)));
        ZNodes.nameIn(ZNodes.GROUPS, path)
                .ifPresent(name -> groups.put(ZNodes.groupName(name), ZNodes.settings(content)));
        ZNodes.nameIn(ZNodes.BROKER_SETTINGS, path)
                .ifPresent(name -> settings.put(ZNodes.settledBroker(name), ZNodes.settings(content)));
    }

    private void read(ZNodes.PartitionPlace place, byte[] content, int version) {
        var others = partitions.computeIfAbsent(place.topic(), id -> new TreeMap<>());
        var before = others.get(place.index());
        if (before == null || before.partitionEpoch() != version) {
            others.put(place.index(), ZNodes.partition(content, version));
            touch(place.topic());
        }
    }

    private void keep(String name, TopicNode topic) {
        var before = topics.put(name, topic);
        if (before != null && !before.id().equals(topic.id())) {
            names.remove(before.id());
        }
        names.put(topic.id(), name);
        touched.add(name);
    }

    /** There is no such node now. */
    void gone(String path) {
        changed |= seen.remove(path) != null;
        ZNodes.nameIn(ZNodes.BROKERS, path).map(ZNodes::brokerId).ifPresent(id -> {
            brokers.remove(id);
            owners.remove(id);
        });
        ZNodes.nameIn(ZNodes.TOPICS, path).ifPresent(name -> {
            var before = topics.remove(name);
            if (before != null) {
                names.remove(before.id());
            }
            touched.add(name);
        });
        ZNodes.nameIn(ZNodes.GROUPS, path).ifPresent(name -> groups.remove(ZNodes.groupName(name)));
        ZNodes.nameIn(ZNodes.BROKER_SETTINGS, path).ifPresent(name -> settings.remove(ZNodes.settledBroker(name)));
        ZNodes.nameIn(ZNodes.PARTITIONS, path).ifPresent(id -> partitions.remove(UUID.fromString(id)));
        ZNodes.partitionPlace(path).ifPresent(place -> {
            var others = partitions.get(place.topic());
            if (others != null) {
                others.remove(place.index());
                touch(place.topic());
            }
        });
    }

    private void touch(UUID topic) {
        var name = names.get(topic);
        if (name != null) {
            touched.add(name);
            changed = true;
        }
    }

    /** Whether anything is different from what the last image says. */
    boolean hasChanged() {
        return changed;
    }

    /** The version at which a node was last seen; −1 where there is none. */
    int version(String path) {
        var node = seen.get(path);
        return node == null ? -1 : node.version();
    }

    /** The session in which a broker is registered. */
    Optional<Long> owner(BrokerId broker) {
        return Optional.ofNullable(owners.get(broker));
    }

    ClusterImage image(long version) {
        touched.forEach(this::assemble);
        touched.clear();
        changed = false;
        var ids = new HashMap<UUID, String>();
        assembled.forEach((name, topic) -> ids.put(topic.id(), name));
        return new ClusterImage(
                version,
                clusterId,
                controller,
                version(ZNodes.CONTROLLER),
                brokers,
                assembled,
                ids,
                nextProducerId,
                groups,
                settings);
    }

    private void assemble(String name) {
        var topic = topics.get(name);
        if (topic == null) {
            assembled.remove(name);
            return;
        }
        var present = partitions.getOrDefault(topic.id(), new TreeMap<>()).headMap(topic.partitions());
        if (present.size() == topic.partitions()) {
            var images = present.values().stream().toList();
            assembled.put(name, new TopicImage(name, topic.id(), topic.configs(), images));
        } else if (assembled.containsKey(name) && !assembled.get(name).id().equals(topic.id())) {
            assembled.remove(name);
        }
    }
}
