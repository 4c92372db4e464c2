package org.isthmus.broker.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.TlsSettings;
import org.isthmus.broker.controller.Placement;
import org.isthmus.broker.coordinator.group.ConsumerGroupConfig;
import org.isthmus.broker.coordinator.group.GroupConfig;
import org.isthmus.broker.coordinator.group.MigrationPolicy;
import org.isthmus.broker.metadata.BrokerSetting;
import org.isthmus.broker.network.Endpoint;
import org.isthmus.broker.replica.CleanerConfig;
import org.isthmus.broker.zookeeper.ZooKeeperConfig;

/**
 * A broker's settings, read once from their Kafka names and checked. What can change while the broker runs is kept as it was given, in
 * {@link #changeable}, by the names of {@link BrokerSetting}.
 *
 * @param maxPartitions replicas of partitions for each broker of the cluster
 * @param loops threads that own partitions
 * @param ioThreads threads that open logs and read from the disk
 * @param users the file of those who may come in, without which everybody may
 * @param peerUser as which of them this broker comes to the others
 * @param tls how TLS is spoken, on listeners and with other brokers
 * @param tlsBetweenBrokers whether it is spoken with other brokers, where that is said
 * @param advertised the addresses that clients are told in place of the listeners, one for each, or none
 */
record BrokerSettings(
        BrokerId brokerId,
        ClusterSettings cluster,
        int maxPartitions,
        int partitions,
        int replicationFactor,
        boolean createsMissingTopics,
        int offsetsPartitions,
        int transactionPartitions,
        int networkThreads,
        int loops,
        int ioThreads,
        int maxRequestBytes,
        Duration retentionCheckInterval,
        List<Endpoint.Tcp> advertised,
        ConnectionLimits connections,
        Optional<Path> users,
        String peerUser,
        TlsSettings tls,
        Optional<Boolean> tlsBetweenBrokers,
        GroupConfig groups,
        CleanerConfig cleaner,
        DeadLetterTopics.Rules deadLetterTopics,
        Map<String, String> changeable) {
    private static final System.Logger log = System.getLogger(BrokerSettings.class.getName());
    private static final int CORES = Runtime.getRuntime().availableProcessors();

    /** Fails with {@link IllegalArgumentException} that names the setting whose value cannot be. One that nobody knows is warned of. */
    static BrokerSettings of(Map<String, String> given) {
        var reader = new Reader(given);
        reader.known.add("log.dirs");
        var groups = GroupConfig.DEFAULT;
        var cleaner = CleanerConfig.DEFAULT;
        var settings = new BrokerSettings(
                new BrokerId(reader.number("node.id", reader.number("broker.id", 0, 0), 0)),
                reader.cluster(),
                reader.number("isthmus.max.partitions", partitionsOfHeap(), 1),
                reader.number("num.partitions", 1, 1),
                reader.number("default.replication.factor", 1, 1),
                reader.flag("auto.create.topics.enable", true),
                reader.number("offsets.topic.num.partitions", 8, 1),
                reader.number("transaction.state.log.num.partitions", 8, 1),
                reader.number("num.network.threads", Math.max(1, CORES / 2), 1),
                reader.number("isthmus.partition.threads", Math.max(1, CORES / 2), 1),
                reader.number("num.io.threads", Math.max(2, CORES), 1),
                reader.number("socket.request.max.bytes", 100 << 20, 1024),
                Duration.ofMillis(reader.number("log.retention.check.interval.ms", 300_000, 1)),
                reader.addresses("advertised.listeners"),
                reader.connections(),
                reader.text("isthmus.users").map(Path::of),
                reader.text("isthmus.users.peer", "broker"),
                reader.tls(),
                reader.text("security.inter.broker.protocol").map(HostAndPort::speaksTls),
                new GroupConfig(
                        reader.millis("group.min.session.timeout.ms", groups.minSessionTimeout()),
                        reader.millis("group.max.session.timeout.ms", groups.maxSessionTimeout()),
                        reader.number("group.max.size", groups.maxSize(), 1),
                        reader.millis("group.initial.rebalance.delay.ms", groups.initialRebalanceDelay()),
                        Duration.ofMinutes(reader.number(
                                "offsets.retention.minutes",
                                (int) groups.offsetsRetention().toMinutes(),
                                1)),
                        reader.millis("offsets.retention.check.interval.ms", groups.offsetsCheckInterval()),
                        reader.number("offset.metadata.max.bytes", groups.maxOffsetMetadataBytes(), 0),
                        reader.consumerGroups(groups.consumers())),
                new CleanerConfig(
                        reader.flag("log.cleaner.enable", cleaner.enabled()),
                        reader.millis("log.cleaner.backoff.ms", cleaner.backoff()),
                        reader.bytes("log.cleaner.dedupe.buffer.size", cleaner.mapBytes(), 1024),
                        reader.rate("log.cleaner.io.max.bytes.per.second", cleaner.bytesPerSecond())),
                new DeadLetterTopics.Rules(
                        reader.text("errors.deadletterqueue.topic.name.prefix", "dlq."),
                        reader.flag("errors.deadletterqueue.auto.create.topics.enable", false)),
                reader.changeable());
        reader.warnOfUnknown();
        if (settings.replicationFactor > 1 && !settings.isOfCluster()) {
            log.log(
                    System.Logger.Level.WARNING,
                    "default.replication.factor={0} has no effect: without --zookeeper this broker is alone",
                    settings.replicationFactor);
        }
        return settings;
    }

    /** An idle partition takes a twentieth of this, one with a log and share groups a third. */
    private static int partitionsOfHeap() {
        return (int)
                Math.min(Integer.MAX_VALUE, Math.max(1000, Runtime.getRuntime().maxMemory() >> 14));
    }

    boolean isOfCluster() {
        return cluster.zooKeeper().isPresent();
    }

    /** Where replicas of new partitions go. */
    Placement placement() {
        return new Placement(maxPartitions, partitions, isOfCluster() ? replicationFactor : 1);
    }

    /** What a description of this broker says besides what can change. */
    Map<String, String> described() {
        var described = new HashMap<String, String>();
        described.put("broker.id", brokerId.toString());
        described.put("node.id", brokerId.toString());
        described.put("num.partitions", Integer.toString(partitions));
        described.put("default.replication.factor", Integer.toString(replicationFactor));
        described.put("auto.create.topics.enable", Boolean.toString(createsMissingTopics));
        described.put("offsets.topic.num.partitions", Integer.toString(offsetsPartitions));
        described.put("socket.request.max.bytes", Integer.toString(maxRequestBytes));
        described.put("errors.deadletterqueue.topic.name.prefix", deadLetterTopics.prefix());
        described.put("errors.deadletterqueue.auto.create.topics.enable", Boolean.toString(deadLetterTopics.made()));
        var idle = connections.maxIdle();
        described.put("connections.max.idle.ms", idle == null ? "-1" : Long.toString(idle.toMillis()));
        return described;
    }

    /** Takes settings out of what was given, and knows what was never asked for. */
    private static final class Reader {
        private final Map<String, String> given;
        private final Set<String> known = new TreeSet<>();

        private Reader(Map<String, String> given) {
            this.given = given;
        }

        int number(String name, int defaultValue, int least) {
            return (int) bounded(name, defaultValue, least, Integer.MAX_VALUE);
        }

        long bytes(String name, long defaultValue, long least) {
            return bounded(name, defaultValue, least, Long.MAX_VALUE);
        }

        private long bounded(String name, long defaultValue, long least, long most) {
            known.add(name);
            var text = given.get(name);
            if (text == null) {
                return defaultValue;
            }
            try {
                var value = Long.parseLong(text.strip());
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(name + " is a whole number, not " + text, e);
            }
            throw new IllegalArgumentException(name + " is " + least + " at least, not " + text);
        }

        double rate(String name, double defaultValue) {
            known.add(name);
            var text = given.get(name);
            if (text == null) {
                return defaultValue;
            }
            try {
                var value = Double.parseDouble(text.strip());
                if (value >= 1) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(name + " is a number, not " + text, e);
            }
            throw new IllegalArgumentException(name + " is 1 at least, not " + text);
        }

        Duration millis(String name, Duration defaultValue) {
            return Duration.ofMillis(number(name, (int) defaultValue.toMillis(), 0));
        }

        ConnectionLimits connections() {
            var idleMs = number("connections.max.idle.ms", 600_000, -1);
            return new ConnectionLimits(
                    number("max.connections", Integer.MAX_VALUE, 0),
                    number("max.connections.per.ip", Integer.MAX_VALUE, 0),
                    idleMs < 0 ? null : Duration.ofMillis(idleMs));
        }

        TlsSettings tls() {
            known.addAll(TlsSettings.NAMES);
            return TlsSettings.of(given);
        }

        ConsumerGroupConfig consumerGroups(ConsumerGroupConfig usual) {
            return new ConsumerGroupConfig(
                    range("group.consumer", "session.timeout.ms", usual.session()),
                    range("group.consumer", "heartbeat.interval.ms", usual.heartbeat()),
                    number("group.consumer.max.size", usual.maxSize(), 1),
                    migration(usual.migration()));
        }

        private MigrationPolicy migration(MigrationPolicy usual) {
            var name = text("group.consumer.migration.policy", usual.name());
            return MigrationPolicy.named(name)
                    .orElseThrow(
                            () -> new IllegalArgumentException("group.consumer.migration.policy cannot be " + name));
        }

        private ConsumerGroupConfig.Range range(String prefix, String name, ConsumerGroupConfig.Range usual) {
            var least = millis(prefix + ".min." + name, usual.least());
            var most = millis(prefix + ".max." + name, usual.most());
            var value = millis(prefix + "." + name, usual.usual());
            try {
                return new ConsumerGroupConfig.Range(least, most, value);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(prefix + "." + name + ": " + e.getMessage(), e);
            }
        }

        ClusterSettings cluster() {
            var connect = text("zookeeper.connect");
            var session = Duration.ofMillis(number("zookeeper.session.timeout.ms", 9_000, 1_000));
            var connecting = Duration.ofMillis(number("zookeeper.connection.timeout.ms", 15_000, 100));
            if (connect.isPresent() && !given.containsKey("node.id") && !given.containsKey("broker.id")) {
                throw new IllegalArgumentException("a broker of a cluster needs an id of its own (--id, or node.id)");
            }
            var balances = flag("auto.leader.rebalance.enable", true);
            var interval = number("leader.imbalance.check.interval.seconds", 300, 1);
            return new ClusterSettings(
                    connect.map(address -> ZooKeeperConfig.of(address, session, connecting)),
                    text("broker.rack").orElse(null),
                    number("offsets.topic.replication.factor", 3, 1),
                    number("transaction.state.log.replication.factor", 3, 1),
                    number("transaction.state.log.min.isr", 0, 0),
                    balances ? Duration.ofSeconds(interval) : Duration.ZERO,
                    Duration.ofMillis(number("replica.lag.time.max.ms", 30_000, 100)));
        }

        private Optional<String> text(String name) {
            known.add(name);
            return Optional.ofNullable(given.get(name)).map(String::strip).filter(text -> !text.isEmpty());
        }

        /** One that may be given as nothing. */
        String text(String name, String defaultValue) {
            known.add(name);
            return given.getOrDefault(name, defaultValue).strip();
        }

        boolean flag(String name, boolean defaultValue) {
            known.add(name);
            var text = given.getOrDefault(name, Boolean.toString(defaultValue)).strip();
            if (!text.equals("true") && !text.equals("false")) {
                throw new IllegalArgumentException(name + " is true or false, not " + text);
            }
            return text.equals("true");
        }

        List<Endpoint.Tcp> addresses(String name) {
            known.add(name);
            var text = given.getOrDefault(name, "").strip();
            return text.isEmpty()
                    ? List.of()
                    : Stream.of(text.split(",")).map(HostAndPort::parse).toList();
        }

        Map<String, String> changeable() {
            var defaults = new HashMap<String, String>();
            inMillis("log.retention.hours", 3_600_000, "log.retention.ms", defaults);
            inMillis("log.retention.minutes", 60_000, "log.retention.ms", defaults);
            inMillis("log.roll.hours", 3_600_000, "log.roll.ms", defaults);
            inMillis("log.roll.jitter.hours", 3_600_000, "log.roll.jitter.ms", defaults);
            for (var setting : BrokerSetting.all()) {
                known.add(setting.key());
                var value = given.get(setting.key());
                if (value == null) {
                    continue;
                }
                if (!setting.accepts(value)) {
                    throw new IllegalArgumentException(setting.key() + " cannot be " + value);
                }
                defaults.put(setting.key(), value);
            }
            return defaults;
        }

        private void inMillis(String name, long unit, String into, Map<String, String> defaults) {
            var value = number(name, Integer.MIN_VALUE, -1);
            if (value != Integer.MIN_VALUE) {
                defaults.put(into, Long.toString(value < 0 ? -1 : value * unit));
            }
        }

        void warnOfUnknown() {
            var unknown = new ArrayList<>(given.keySet());
            unknown.removeAll(known);
            if (!unknown.isEmpty()) {
                log.log(
                        System.Logger.Level.WARNING,
                        "Settings that this broker does not know have no effect: {0}",
                        unknown.stream().sorted().collect(Collectors.joining(", ")));
            }
        }
    }
}
