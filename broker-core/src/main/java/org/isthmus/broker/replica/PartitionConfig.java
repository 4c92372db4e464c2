package org.isthmus.broker.replica;

import java.util.List;
import java.util.Map;
import org.isthmus.broker.log.LogConfig;
import org.isthmus.broker.metadata.TopicSetting;

/**
 * How one partition is kept, made of its topic's settings and the broker's.
 *
 * @param keeping what has to be before records go that are too old or too many
 * @param minInSync how many replicas have to be in sync before a record that waits to be committed is taken
 */
public record PartitionConfig(LogConfig log, FlushPolicy flush, Keeping keeping, int minInSync) {
    private static final int SIDECAR_SEGMENT_BYTES = 32 << 20;

    /** Both maps were checked before they were stored; the broker's has Kafka's broker names. */
    public static PartitionConfig of(Map<String, String> topic, Map<String, String> broker) {
        var keeping = Keeping.of(topic, broker);
        var queue = keeping == Keeping.UNTIL_CONSUMED;
        var policy = List.of(TopicSetting.CLEANUP_POLICY.in(topic, broker).split("\\s*,\\s*"));
        var keptForever = queue || !policy.contains("delete");
        var log = new LogConfig(
                        Integer.parseInt(TopicSetting.SEGMENT_BYTES.in(topic, broker)),
                        Long.parseLong(TopicSetting.SEGMENT_MS.in(topic, broker)),
                        Integer.parseInt(TopicSetting.INDEX_INTERVAL_BYTES.in(topic, broker)),
                        Integer.parseInt(TopicSetting.MAX_MESSAGE_BYTES.in(topic, broker)),
                        keptForever ? -1 : Long.parseLong(TopicSetting.RETENTION_MS.in(topic, broker)),
                        keptForever ? -1 : Long.parseLong(TopicSetting.RETENTION_BYTES.in(topic, broker)),
                        TopicSetting.MESSAGE_TIMESTAMP_TYPE.in(topic, broker).equals("LogAppendTime"))
                .withTimes(
                        Long.parseLong(TopicSetting.SEGMENT_JITTER_MS.in(topic, broker)),
                        new LogConfig.Timestamps(
                                Long.parseLong(TopicSetting.MESSAGE_TIMESTAMP_BEFORE_MAX_MS.in(topic, broker)),
                                Long.parseLong(TopicSetting.MESSAGE_TIMESTAMP_AFTER_MAX_MS.in(topic, broker))))
                // A queue's messages are not each other's successors, whatever keys they have.
                .withCompacting(policy.contains("compact") && !queue ? compacting(topic, broker) : null);
        var flush = TopicSetting.FLUSH.in(topic, broker).equals("os") ? FlushPolicy.OS : FlushPolicy.COMMIT;
        return new PartitionConfig(
                log, flush, keeping, Integer.parseInt(TopicSetting.MIN_INSYNC_REPLICAS.in(topic, broker)));
    }

    private static LogConfig.Compacting compacting(Map<String, String> topic, Map<String, String> broker) {
        return new LogConfig.Compacting(
                Double.parseDouble(TopicSetting.MIN_CLEANABLE_DIRTY_RATIO.in(topic, broker)),
                Long.parseLong(TopicSetting.MIN_COMPACTION_LAG_MS.in(topic, broker)),
                Long.parseLong(TopicSetting.MAX_COMPACTION_LAG_MS.in(topic, broker)),
                Long.parseLong(TopicSetting.DELETE_RETENTION_MS.in(topic, broker)));
    }

    /** How the log beside a partition is kept: as durable, but for as long as it is needed and in batches as large as its state. */
    PartitionConfig forSidecar() {
        return new PartitionConfig(
                new LogConfig(
                        SIDECAR_SEGMENT_BYTES,
                        log.segmentMs(),
                        log.indexIntervalBytes(),
                        SIDECAR_SEGMENT_BYTES / 2,
                        -1,
                        -1,
                        false),
                flush,
                Keeping.AS_TOLD,
                minInSync);
    }
}
