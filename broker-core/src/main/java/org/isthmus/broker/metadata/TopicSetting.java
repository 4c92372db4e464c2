package org.isthmus.broker.metadata;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The settings that a topic can have, with Kafka's names, types and defaults, and the broker setting that each takes its default from.
 * What is not in this table is refused. Some settings are kept and told but steer nothing in this broker: they say so where they stand.
 */
public enum TopicSetting {
    CLEANUP_POLICY("cleanup.policy", "log.cleanup.policy", Type.LIST, "delete", oneOfEach("delete", "compact")),
    COMPRESSION_TYPE(
            "compression.type",
            "compression.type",
            Type.STRING,
            "producer",
            oneOf("producer", "uncompressed", "gzip", "snappy", "lz4", "zstd")),
    DELETE_RETENTION_MS("delete.retention.ms", "log.cleaner.delete.retention.ms", Type.LONG, "86400000", atLeast(0)),
    /** Whether share groups whose configuration names the topic may leave their dead letters there. */
    DEAD_LETTERS(
            "errors.deadletterqueue.group.enable",
            TopicSetting.NO_BROKER_KEY,
            Type.BOOLEAN,
            "false",
            oneOf("true", "false")),
    FILE_DELETE_DELAY_MS("file.delete.delay.ms", "log.segment.delete.delay.ms", Type.LONG, "60000", atLeast(0)),
    /** Steers nothing: group commit forces whenever anything is dirty. */
    FLUSH_MESSAGES("flush.messages", "log.flush.interval.messages", Type.LONG, "9223372036854775807", atLeast(1)),
    /** Steers nothing: group commit forces whenever anything is dirty. */
    FLUSH_MS("flush.ms", "log.flush.interval.ms", Type.LONG, "9223372036854775807", atLeast(0)),
    /** Which replicas are followed no faster than the brokers' rate for this allows, while they are not in sync. */
    FOLLOWER_THROTTLED_REPLICAS(
            "follower.replication.throttled.replicas",
            TopicSetting.NO_BROKER_KEY,
            Type.LIST,
            "",
            ThrottledReplicas::isList),
    INDEX_INTERVAL_BYTES("index.interval.bytes", "log.index.interval.bytes", Type.INT, "4096", atLeast(0)),
    /** Which replicas are led so, to others that are not in sync. */
    LEADER_THROTTLED_REPLICAS(
            "leader.replication.throttled.replicas",
            TopicSetting.NO_BROKER_KEY,
            Type.LIST,
            "",
            ThrottledReplicas::isList),
    MAX_COMPACTION_LAG_MS(
            "max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms", Type.LONG, "9223372036854775807", atLeast(1)),
    MAX_MESSAGE_BYTES("max.message.bytes", "message.max.bytes", Type.INT, "1048588", atLeast(0)),
    MESSAGE_TIMESTAMP_AFTER_MAX_MS(
            "message.timestamp.after.max.ms", "log.message.timestamp.after.max.ms", Type.LONG, "3600000", atLeast(0)),
    MESSAGE_TIMESTAMP_BEFORE_MAX_MS(
            "message.timestamp.before.max.ms",
            "log.message.timestamp.before.max.ms",
            Type.LONG,
            "9223372036854775807",
            atLeast(0)),
    MESSAGE_TIMESTAMP_TYPE(
            "message.timestamp.type",
            "log.message.timestamp.type",
            Type.STRING,
            "CreateTime",
            oneOf("CreateTime", "LogAppendTime")),
    MIN_CLEANABLE_DIRTY_RATIO(
            "min.cleanable.dirty.ratio", "log.cleaner.min.cleanable.ratio", Type.DOUBLE, "0.5", TopicSetting::isRatio),
    MIN_COMPACTION_LAG_MS("min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms", Type.LONG, "0", atLeast(0)),
    MIN_INSYNC_REPLICAS("min.insync.replicas", "min.insync.replicas", Type.INT, "1", atLeast(1)),
    RETENTION_BYTES("retention.bytes", "log.retention.bytes", Type.LONG, "-1", atLeast(-1)),
    RETENTION_MS("retention.ms", "log.retention.ms", Type.LONG, "604800000", atLeast(-1)),
    SEGMENT_BYTES("segment.bytes", "log.segment.bytes", Type.INT, "1073741824", atLeast(1 << 14)),
    SEGMENT_JITTER_MS("segment.jitter.ms", "log.roll.jitter.ms", Type.LONG, "0", atLeast(0)),
    SEGMENT_MS("segment.ms", "log.roll.ms", Type.LONG, "604800000", atLeast(1)),
    UNCLEAN_LEADER_ELECTION_ENABLE(
            "unclean.leader.election.enable",
            "unclean.leader.election.enable",
            Type.BOOLEAN,
            "false",
            oneOf("true", "false")),
    /** When an append with {@code acks=all} is answered by a partition of one replica: once the disk has it, or once the system has it. */
    FLUSH("isthmus.flush", "isthmus.flush", Type.STRING, "commit", oneOf("commit", "os")),
    /** Whether records are kept until every share group is done with them, however old or many they are, and no longer. */
    QUEUE("isthmus.queue", "isthmus.queue", Type.BOOLEAN, "false", oneOf("true", "false"));

    /** The kinds of values, with Kafka's numbers for them in a description. */
    public enum Type {
        BOOLEAN(1),
        STRING(2),
        INT(3),
        LONG(5),
        DOUBLE(6),
        LIST(7);

        private final byte id;

        Type(int id) {
            this.id = (byte) id;
        }

        public byte id() {
            return id;
        }
    }

    /** Of a setting that no broker gives a value for. */
    private static final String NO_BROKER_KEY = "";

    private final String key;
    private final String brokerKey;
    private final Type type;
    private final String defaultValue;

    @SuppressWarnings("ImmutableEnumChecker") // every one is made in this file, of constants
    private final Predicate<String> valid;

    TopicSetting(String key, String brokerKey, Type type, String defaultValue, Predicate<String> valid) {
        this.key = key;
        this.brokerKey = brokerKey;
        this.type = type;
        this.defaultValue = defaultValue;
        this.valid = valid;
    }

    public String key() {
        return key;
    }

    /** The setting of the broker that gives the value where the topic says nothing. */
    public String brokerKey() {
        return brokerKey;
    }

    public boolean hasBrokerKey() {
        return !brokerKey.equals(NO_BROKER_KEY);
    }

    public Type type() {
        return type;
    }

    public String defaultValue() {
        return defaultValue;
    }

    /** Whether the value can be read as this setting's type and lies in its range. */
    public boolean accepts(@Nullable String value) {
        try {
            return value != null && fits(value.strip()) && valid.test(value.strip());
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private boolean fits(String value) {
        return type != Type.INT || Long.parseLong(value) <= Integer.MAX_VALUE;
    }

    /** The value in force: the topic's own, or else the broker's, or else the default. */
    public String in(Map<String, String> topic, Map<String, String> broker) {
        var own = topic.get(key);
        return (own != null ? own : broker.getOrDefault(brokerKey, defaultValue)).strip();
    }

    public static Optional<TopicSetting> named(String key) {
        return Arrays.stream(values())
                .filter(setting -> setting.key.equals(key))
                .findFirst();
    }

    private static Predicate<String> atLeast(long least) {
        return value -> Long.parseLong(value) >= least;
    }

    private static Predicate<String> oneOf(String... values) {
        return Arrays.asList(values)::contains;
    }

    private static Predicate<String> oneOfEach(String... values) {
        return list -> Arrays.stream(list.split(",")).map(String::strip).allMatch(Arrays.asList(values)::contains);
    }

    private static boolean isRatio(String value) {
        var ratio = Double.parseDouble(value);
        return ratio >= 0 && ratio <= 1;
    }
}
