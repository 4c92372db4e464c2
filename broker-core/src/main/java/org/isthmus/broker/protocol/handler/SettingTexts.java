package org.isthmus.broker.protocol.handler;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What settings are, in a sentence each, for tools that ask. */
final class SettingTexts {
    private static final Map<String, String> TEXTS = Map.ofEntries(
            Map.entry("cleanup.policy", "What becomes of old records: they are deleted, compacted by key, or both."),
            Map.entry(
                    "compression.type",
                    "How records are compressed in the log; has no effect, they are kept as producers compressed them."),
            Map.entry("delete.retention.ms", "How long a compacted log keeps the record that deletes a key."),
            Map.entry(
                    "errors.deadletterqueue.group.enable",
                    "Whether share groups may leave their dead letters in the topic."),
            Map.entry("file.delete.delay.ms", "How long the files of a deleted segment stay on the disk."),
            Map.entry(
                    "flush.messages",
                    "After how many records the log is forced; has no effect, every force takes all."),
            Map.entry("flush.ms", "After which time the log is forced; has no effect, every force takes all."),
            Map.entry(
                    "follower.replication.throttled.replicas",
                    "Which replicas are followed at follower.replication.throttled.rate until they are in sync."),
            Map.entry("index.interval.bytes", "How many bytes of the log one entry of the offset index stands for."),
            Map.entry(
                    "leader.replication.throttled.replicas",
                    "Which replicas are led at leader.replication.throttled.rate to those that are not in sync."),
            Map.entry("max.compaction.lag.ms", "How long a record of a compacted log may stay uncompacted."),
            Map.entry("max.message.bytes", "The largest batch of records that is taken."),
            Map.entry(
                    "message.timestamp.after.max.ms",
                    "How far in the future the time of a record may lie at its append."),
            Map.entry(
                    "message.timestamp.before.max.ms",
                    "How far in the past the time of a record may lie at its append."),
            Map.entry("message.timestamp.type", "Whether a record's time is that of its making or that of its append."),
            Map.entry("min.cleanable.dirty.ratio", "How large a part of a log is new before it is compacted."),
            Map.entry("min.compaction.lag.ms", "How long a record stays uncompacted at least."),
            Map.entry("min.insync.replicas", "How many replicas must be in sync for an append with acks=all."),
            Map.entry(
                    "retention.bytes",
                    "How large a partition grows before its oldest records are deleted; -1: no limit."),
            Map.entry("retention.ms", "How old records become before they are deleted; -1: no limit."),
            Map.entry("segment.bytes", "The size of one file of the log."),
            Map.entry(
                    "segment.jitter.ms",
                    "By how much at most a file's time is shortened, so that logs do not all go on at once."),
            Map.entry("segment.ms", "After which time the log goes on in a new file."),
            Map.entry(
                    "unclean.leader.election.enable",
                    "Whether a replica that is not in sync may lead where no other can."),
            Map.entry("isthmus.flush", "When acks=all is answered: once the disk has it (commit), or the system (os)."),
            Map.entry(
                    "isthmus.queue",
                    "Whether records are kept until every share group is done with them, and no longer."),
            Map.entry("consumer.session.timeout.ms", "How long a member of a consumer group may be silent."),
            Map.entry("consumer.heartbeat.interval.ms", "How often a member of a consumer group sends a heartbeat."),
            Map.entry("share.session.timeout.ms", "How long a member of a share group may be silent."),
            Map.entry("share.heartbeat.interval.ms", "How often a member of a share group sends a heartbeat."),
            Map.entry(
                    "share.renew.acknowledge.enable",
                    "Whether a member of a share group may renew the time for which it holds a record."),
            Map.entry("share.auto.offset.reset", "Where a share group begins that has not read the partition yet."),
            Map.entry(
                    "share.isolation.level",
                    "Whether a share group sees records of transactions that are not committed."),
            Map.entry("share.record.lock.duration.ms", "How long a member of a share group holds a record."),
            Map.entry(
                    "share.delivery.count.limit",
                    "How often a record is delivered before its share group gives it up."),
            Map.entry(
                    "share.partition.max.record.locks", "How many records of a partition a share group holds at once."),
            Map.entry(
                    "errors.deadletterqueue.topic.name",
                    "The topic that gets a dead letter for each record that a share group gives up."),
            Map.entry(
                    "errors.deadletterqueue.copy.record.enable",
                    "Whether a dead letter is a copy of the record; else it only says where that is, and why."));

    private SettingTexts() {}

    static @Nullable String of(String name) {
        return TEXTS.get(name);
    }
}
