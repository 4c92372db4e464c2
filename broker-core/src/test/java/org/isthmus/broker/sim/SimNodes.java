package org.isthmus.broker.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.metadata.ClusterDelta;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.TopicImage;
import org.isthmus.broker.sim.SimZooKeeper.Node;
import org.isthmus.broker.sim.SimZooKeeper.Write;

/** What the nodes of the simulated ZooKeeper mean: from nodes to an image, and from decisions on that image to writes. */
final class SimNodes {
    private static final String CLUSTER = "cluster";
    private static final String CONTROLLER = "controller";
    private static final String PRODUCER_IDS = "producer-ids";
    private static final String BROKERS = "brokers/";
    private static final String TOPICS = "topics/";
    private static final String GROUPS = "groups/";
    private static final String CONFIGS = "configs/";

    private record Topic(UUID id, Map<String, String> configs, int partitions) {
        static Topic of(TopicImage image) {
            return new Topic(image.id(), image.configs(), image.partitions().size());
        }
    }

    private final Map<String, Node> nodes;
    private final long session;
    private final Set<Long> ownSessions;
    private final List<Write> writes = new ArrayList<>();
    /** The versions of nodes that are written more than once, as they will be. */
    private final Map<String, Integer> versions = new HashMap<>();

    private SimNodes(Map<String, Node> nodes, long session, Set<Long> ownSessions) {
        this.nodes = nodes;
        this.session = session;
        this.ownSessions = ownSessions;
    }

    static Map<String, Object> initial(Random random) {
        return Map.of(
                CLUSTER, new UUID(random.nextLong(), random.nextLong()), CONTROLLER, BrokerId.NONE, PRODUCER_IDS, 0L);
    }

    /** Where a broker notes which of its attempts took effect last. */
    static String attempts(BrokerId broker) {
        return "attempts/" + broker;
    }

    static String broker(BrokerId broker) {
        return BROKERS + broker;
    }

    private static String partition(UUID topic, int index) {
        return "partitions/" + topic + "/" + index;
    }

    // ---- to an image

    static ClusterImage image(Map<String, Node> nodes, long version) {
        var brokers = new HashMap<BrokerId, BrokerImage>();
        var topics = new HashMap<String, TopicImage>();
        var names = new HashMap<UUID, String>();
        var groups = new HashMap<String, Map<String, String>>();
        var brokerConfigs = new HashMap<String, Map<String, String>>();
        nodes.forEach((path, node) -> {
            if (node.content() instanceof BrokerImage broker) {
                brokers.put(
                        broker.id(),
                        new BrokerImage(broker.id(), broker.host(), broker.port(), node.created(), broker.rack()));
            } else if (node.content() instanceof Topic topic && isWhole(nodes, topic)) {
                var name = path.substring(TOPICS.length());
                topics.put(name, new TopicImage(name, topic.id(), topic.configs(), partitions(nodes, topic)));
                names.put(topic.id(), name);
            } else if (path.startsWith(GROUPS) && node.content() instanceof Map<?, ?> configs) {
                groups.put(path.substring(GROUPS.length()), texts(configs));
            } else if (path.startsWith(CONFIGS) && node.content() instanceof Map<?, ?> configs) {
                brokerConfigs.put(path.substring(CONFIGS.length()), texts(configs));
            }
        });
        return new ClusterImage(
                version,
                (UUID) nodes.get(CLUSTER).content(),
                (BrokerId) nodes.get(CONTROLLER).content(),
                nodes.get(CONTROLLER).version(),
                brokers,
                topics,
                names,
                (long) nodes.get(PRODUCER_IDS).content(),
                groups,
                brokerConfigs);
    }

    private static Map<String, String> texts(Map<?, ?> configs) {
        var texts = new HashMap<String, String>();
        configs.forEach((key, value) -> texts.put((String) key, (String) value));
        return texts;
    }

    private static boolean isWhole(Map<String, Node> nodes, Topic topic) {
        return IntStream.range(0, topic.partitions())
                .allMatch(index -> nodes.containsKey(partition(topic.id(), index)));
    }

    private static List<PartitionImage> partitions(Map<String, Node> nodes, Topic topic) {
        return IntStream.range(0, topic.partitions())
                .mapToObj(index -> nodes.get(partition(topic.id(), index)))
                .map(node -> at((PartitionImage) node.content(), node.version()))
                .toList();
    }

    private static PartitionImage at(PartitionImage image, int version) {
        return new PartitionImage(
                image.leader(),
                image.leaderEpoch(),
                image.replicas(),
                image.isr(),
                version,
                image.adding(),
                image.removing());
    }

    // ---- to writes

    /** @param ownSessions those of this process, past ones too: what is registered in them is its own */
    static List<Write> writes(
            Map<String, Node> nodes,
            ClusterImage image,
            List<ClusterDelta> deltas,
            long session,
            Set<Long> ownSessions) {
        var plan = new SimNodes(nodes, session, ownSessions);
        deltas.forEach(delta -> plan.add(image, delta));
        return plan.writes;
    }

    private void add(ClusterImage image, ClusterDelta delta) {
        if (delta instanceof ClusterDelta.TopicCreated created) {
            create(TOPICS + created.topic().name(), Topic.of(created.topic()));
            addPartitions(created.topic(), 0);
        } else if (delta instanceof ClusterDelta.TopicChanged changed) {
            var topic = changed.topic();
            addPartitions(
                    topic, image.topic(topic.name()).orElseThrow().partitions().size());
            set(TOPICS + topic.name(), Topic.of(topic));
        } else if (delta instanceof ClusterDelta.TopicDeleted deleted) {
            var topic = image.topic(deleted.name()).orElseThrow();
            delete(TOPICS + deleted.name());
            IntStream.range(0, topic.partitions().size()).forEach(index -> delete(partition(topic.id(), index)));
        } else if (delta instanceof ClusterDelta.PartitionChanged changed) {
            var topic = image.topic(changed.partition().topic()).orElseThrow();
            set(partition(topic.id(), changed.partition().partition()), changed.image());
        } else if (delta instanceof ClusterDelta.BrokerRegistered registered) {
            register(registered.broker());
        } else if (delta instanceof ClusterDelta.BrokerGone gone) {
            delete(broker(gone.broker()));
        } else if (delta instanceof ClusterDelta.ControllerElected elected) {
            set(CONTROLLER, elected.controller());
        } else if (delta instanceof ClusterDelta.UnderController under) {
            writes.add(new Write(Write.Kind.CHECK, CONTROLLER, under.controllerEpoch(), ""));
        } else if (delta instanceof ClusterDelta.ProducerIdsTaken taken) {
            set(PRODUCER_IDS, taken.nextProducerId());
        } else if (delta instanceof ClusterDelta.GroupConfigured configured) {
            configure(GROUPS + configured.group(), configured.configs());
        } else if (delta instanceof ClusterDelta.BrokerConfigured configured) {
            configure(CONFIGS + configured.broker(), configured.configs());
        }
    }

    private void addPartitions(TopicImage topic, int from) {
        for (var index = from; index < topic.partitions().size(); index++) {
            create(partition(topic.id(), index), topic.partitions().get(index));
        }
    }

    private void register(BrokerImage broker) {
        var path = broker(broker.id());
        var present = nodes.get(path);
        if (present != null && !ownSessions.contains(present.owner())) {
            throw new BrokerException(
                    ErrorCode.DUPLICATE_BROKER_REGISTRATION, "broker id " + broker.id() + " is taken");
        }
        if (present != null && present.owner() == session) {
            set(path, broker);
            return;
        }
        if (present != null) {
            delete(path);
        }
        write(Write.Kind.CREATE_FOR_SESSION, path, broker, 0);
    }

    private void configure(String path, Map<String, String> configs) {
        if (configs.isEmpty()) {
            if (version(path) >= 0) {
                delete(path);
            }
        } else if (version(path) < 0) {
            create(path, configs);
        } else {
            set(path, configs);
        }
    }

    private void create(String path, Object content) {
        write(Write.Kind.CREATE, path, content, 0);
    }

    private void set(String path, Object content) {
        write(Write.Kind.SET, path, content, version(path) + 1);
    }

    private void delete(String path) {
        write(Write.Kind.DELETE, path, "", -1);
    }

    private void write(Write.Kind kind, String path, Object content, int next) {
        writes.add(new Write(kind, path, version(path), content));
        versions.put(path, next);
    }

    private int version(String path) {
        var node = nodes.get(path);
        return versions.getOrDefault(path, node == null ? -1 : node.version());
    }
}
