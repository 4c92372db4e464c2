package org.isthmus.broker.zookeeper;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.metadata.BrokerImage;
import org.isthmus.broker.metadata.PartitionImage;
import org.isthmus.broker.metadata.TopicImage;

/**
 * Every path below the cluster's root, and what is written there: lines of {@code name=value}, values percent-encoded, unknown names passed
 * over.
 *
 * <pre>
 * /cluster                      the cluster's id
 * /latch                        who stands for controller
 * /attempts/ID                  the last change that each process made which came under a broker's id, one on a line
 * /state                        all that brokers follow:
 *   controller                  who it is; the node's version is its epoch
 *   producer-ids                the first producer id that was never given out
 *   brokers/ID                  a living broker, ephemeral; the zxid of its creation is its epoch
 *   topics/NAME                 a topic's id, settings and number of partitions
 *   partitions/UUID/N           one partition of it; the node's version is the partition's epoch
 *   groups/NAME                 a group's own settings
 *   broker-settings/ID          what was set for a broker while it ran, or for all
 * </pre>
 *
 * Each partition has a node of its own, so no node grows with a topic. A partition above its topic's number is not there yet.
 */
final class ZNodes {
    static final String CLUSTER = "/cluster";
    static final String LATCH = "/latch";
    static final String ATTEMPTS = "/attempts";
    static final String STATE = "/state";
    static final String CONTROLLER = STATE + "/controller";
    static final String PRODUCER_IDS = STATE + "/producer-ids";
    static final String BROKERS = STATE + "/brokers";
    static final String TOPICS = STATE + "/topics";
    static final String PARTITIONS = STATE + "/partitions";
    static final String GROUPS = STATE + "/groups";
    static final String BROKER_SETTINGS = STATE + "/broker-settings";

    /** Those of all brokers. */
    private static final String ALL_BROKERS = "all";

    /** What a topic's own node holds. */
    record TopicNode(UUID id, int partitions, Map<String, String> configs) {
        static TopicNode of(TopicImage topic) {
            return new TopicNode(topic.id(), topic.partitions().size(), topic.configs());
        }
    }

    /** Which partition a path is about. */
    record PartitionPlace(UUID topic, int index) {}

    private ZNodes() {}

    static String attempts(BrokerId broker) {
        return ATTEMPTS + "/" + broker;
    }

    static String broker(BrokerId id) {
        return BROKERS + "/" + id;
    }

    static String topic(String name) {
        return TOPICS + "/" + name;
    }

    static String partitions(UUID topic) {
        return PARTITIONS + "/" + topic;
    }

    static String partition(UUID topic, int index) {
        return partitions(topic) + "/" + index;
    }

    /** A group may be called anything, also what a path may not hold. */
    static String group(String name) {
        return GROUPS + "/g-" + encode(name);
    }

    /** Of the broker with this id, or, where that is empty, of all. */
    static String brokerSettings(String broker) {
        return BROKER_SETTINGS + "/" + (broker.isEmpty() ? ALL_BROKERS : broker);
    }

    /** The last part of a path, where the rest of it is the folder. */
    static Optional<String> nameIn(String folder, String path) {
        return path.startsWith(folder + "/") && path.indexOf('/', folder.length() + 1) < 0
                ? Optional.of(path.substring(folder.length() + 1))
                : Optional.empty();
    }

    static BrokerId brokerId(String name) {
        return new BrokerId(Integer.parseInt(name));
    }

    static String settledBroker(String name) {
        return name.equals(ALL_BROKERS) ? "" : name;
    }

    static String groupName(String name) {
        return URLDecoder.decode(name.substring("g-".length()), StandardCharsets.UTF_8);
    }

    static Optional<PartitionPlace> partitionPlace(String path) {
        var words = path.split("/", -1);
        return path.startsWith(PARTITIONS + "/") && words.length == 5
                ? Optional.of(new PartitionPlace(UUID.fromString(words[3]), Integer.parseInt(words[4])))
                : Optional.empty();
    }

    static byte[] encode(BrokerImage broker) {
        var fields = new TreeMap<String, String>();
        fields.put("host", broker.host());
        fields.put("port", Integer.toString(broker.port()));
        if (broker.rack() != null) {
            fields.put("rack", broker.rack());
        }
        var tls = broker.tls();
        if (tls != null) {
            fields.put("tls.host", tls.host());
            fields.put("tls.port", Integer.toString(tls.port()));
        }
        return bytes(fields);
    }

    static BrokerImage broker(BrokerId id, byte[] content, long epoch) {
        var fields = fields(content);
        var tlsHost = fields.get("tls.host");
        var tls = tlsHost == null ? null : new BrokerImage.Address(tlsHost, number(fields, "tls.port"));
        return new BrokerImage(id, field(fields, "host"), number(fields, "port"), epoch, fields.get("rack"), tls);
    }

    static byte[] encode(TopicNode topic) {
        var fields = new TreeMap<String, String>();
        fields.put("id", topic.id().toString());
        fields.put("partitions", Integer.toString(topic.partitions()));
        topic.configs().forEach((name, value) -> fields.put("config." + name, value));
        return bytes(fields);
    }

    static TopicNode topic(byte[] content) {
        var fields = fields(content);
        var configs = fields.entrySet().stream()
                .filter(field -> field.getKey().startsWith("config."))
                .collect(Collectors.toMap(field -> field.getKey().substring("config.".length()), Map.Entry::getValue));
        return new TopicNode(UUID.fromString(field(fields, "id")), number(fields, "partitions"), configs);
    }

    static byte[] encode(PartitionImage partition) {
        var fields = new TreeMap<String, String>();
        fields.put("leader", partition.leader().toString());
        fields.put("epoch", partition.leaderEpoch().toString());
        fields.put("replicas", join(partition.replicas()));
        fields.put("isr", join(partition.isr()));
        if (!partition.adding().isEmpty() || !partition.removing().isEmpty()) {
            fields.put("adding", join(partition.adding()));
            fields.put("removing", join(partition.removing()));
        }
        return bytes(fields);
    }

    static PartitionImage partition(byte[] content, int version) {
        var fields = fields(content);
        return new PartitionImage(
                brokerId(field(fields, "leader")),
                new Epoch(number(fields, "epoch")),
                brokers(field(fields, "replicas")),
                brokers(field(fields, "isr")),
                version,
                brokers(fields.getOrDefault("adding", "")),
                brokers(fields.getOrDefault("removing", "")));
    }

    static byte[] encode(Map<String, String> settings) {
        return bytes(settings);
    }

    static Map<String, String> settings(byte[] content) {
        return fields(content);
    }

    static byte[] encode(BrokerId id) {
        return encodeText(id.toString());
    }

    static byte[] encode(long number) {
        return encodeText(Long.toString(number));
    }

    static byte[] encodeText(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] content) {
        return new String(content, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(Map<String, String> fields) {
        return encodeText(fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + encode(field.getValue()))
                .collect(Collectors.joining("\n")));
    }

    private static Map<String, String> fields(byte[] content) {
        var fields = new HashMap<String, String>();
        text(content).lines().forEach(line -> {
            var end = line.indexOf('=');
            if (end > 0) {
                fields.put(line.substring(0, end), URLDecoder.decode(line.substring(end + 1), StandardCharsets.UTF_8));
            }
        });
        return fields;
    }

    private static String field(Map<String, String> fields, String name) {
        var value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no field '" + name + "' in " + fields);
        }
        return value;
    }

    private static int number(Map<String, String> fields, String name) {
        return Integer.parseInt(field(fields, name));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String join(List<BrokerId> ids) {
        return ids.stream().map(BrokerId::toString).collect(Collectors.joining(","));
    }

    private static List<BrokerId> brokers(String joined) {
        return joined.isEmpty()
                ? List.of()
                : Arrays.stream(joined.split(",")).map(ZNodes::brokerId).toList();
    }
}
