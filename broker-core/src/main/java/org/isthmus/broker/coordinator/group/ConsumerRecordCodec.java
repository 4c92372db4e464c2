package org.isthmus.broker.coordinator.group;

import java.util.ArrayList;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.isthmus.broker.coordinator.FieldReader;
import org.isthmus.broker.coordinator.FieldWriter;
import org.isthmus.broker.coordinator.group.GroupRecord.ConsumerRemoved;
import org.isthmus.broker.coordinator.group.GroupRecord.ConsumerSaved;
import org.isthmus.broker.coordinator.group.GroupRecord.EpochsChanged;
import org.isthmus.broker.coordinator.group.GroupRecord.EpochsForgotten;
import org.isthmus.broker.coordinator.group.GroupRecord.OfConsumers;
import org.isthmus.broker.coordinator.group.GroupRecord.TargetRemoved;
import org.isthmus.broker.coordinator.group.GroupRecord.TargetSaved;
import org.jspecify.annotations.Nullable;

/** The records of the consumer protocol as bytes: the part of {@link GroupRecordCodec} that knows their fields. */
final class ConsumerRecordCodec {
    static final int CONSUMER = 7;
    static final int TARGET = 8;
    static final int EPOCHS = 9;

    private ConsumerRecordCodec() {}

    static byte[] key(OfConsumers record) {
        if (record instanceof ConsumerSaved saved) {
            return memberKey(CONSUMER, saved.groupId(), saved.consumer().id());
        }
        if (record instanceof ConsumerRemoved removed) {
            return memberKey(CONSUMER, removed.groupId(), removed.memberId());
        }
        if (record instanceof TargetSaved saved) {
            return memberKey(TARGET, saved.groupId(), saved.memberId());
        }
        if (record instanceof TargetRemoved removed) {
            return memberKey(TARGET, removed.groupId(), removed.memberId());
        }
        return GroupRecordCodec.key(EPOCHS, record.groupId()).toBytes();
    }

    private static byte[] memberKey(int kind, String groupId, String memberId) {
        return GroupRecordCodec.key(kind, groupId).text(memberId).toBytes();
    }

    static byte @Nullable [] value(OfConsumers record) {
        if (record instanceof ConsumerSaved saved) {
            return value(saved.consumer());
        }
        if (record instanceof TargetSaved saved) {
            return write(GroupRecordCodec.newValue(), saved.partitions()).toBytes();
        }
        if (record instanceof EpochsChanged changed) {
            return value(changed.epochs());
        }
        return null;
    }

    private static byte[] value(Consumer consumer) {
        var profile = consumer.profile();
        var value = GroupRecordCodec.newValue()
                .optionalText(profile.instanceId())
                .optionalText(profile.rackId())
                .text(profile.clientId())
                .text(profile.clientHost())
                .number(profile.rebalanceTimeoutMs())
                .number(profile.topics().size());
        profile.topics().forEach(value::text);
        value.optionalText(profile.pattern()).optionalText(profile.assignor());
        var holding = consumer.holding();
        value.number(holding.epoch()).number(holding.previousEpoch());
        write(write(value, holding.assigned()), holding.revoking());
        var classic = consumer.classic();
        if (classic != null) {
            value.number(classic.sessionTimeoutMs()).number(classic.protocols().size());
            classic.protocols().forEach(protocol -> value.text(protocol.name()).bytes(protocol.metadata()));
        }
        return value.toBytes();
    }

    static OfConsumers readConsumer(String groupId, String memberId, @Nullable FieldReader value) {
        if (value == null) {
            return new ConsumerRemoved(groupId, memberId);
        }
        var profile = new Profile(
                value.optionalText(),
                value.optionalText(),
                value.text(),
                value.text(),
                value.integer(),
                texts(value),
                value.optionalText(),
                value.optionalText());
        var holding = new Holding(value.integer(), value.integer(), partitions(value), partitions(value));
        var classic = value.hasMore() ? classic(value) : null;
        return new ConsumerSaved(groupId, new Consumer(memberId, profile, holding, classic));
    }

    private static Classic classic(FieldReader value) {
        var sessionTimeoutMs = value.integer();
        var protocols = new ArrayList<Member.Protocol>();
        for (var left = value.integer(); left > 0; left--) {
            protocols.add(new Member.Protocol(value.text(), value.bytes()));
        }
        return new Classic(sessionTimeoutMs, protocols);
    }

    static OfConsumers readTarget(String groupId, String memberId, @Nullable FieldReader value) {
        return value == null
                ? new TargetRemoved(groupId, memberId)
                : new TargetSaved(groupId, memberId, partitions(value));
    }

    private static byte[] value(Epochs epochs) {
        var value = GroupRecordCodec.newValue()
                .number(epochs.group())
                .number(epochs.target())
                .text(epochs.assignor())
                .number(epochs.topics().size());
        epochs.topics().forEach((topic, partitions) -> value.uuid(topic).number(partitions));
        return value.number(epochs.sinceMs()).toBytes();
    }

    static OfConsumers readEpochs(String groupId, @Nullable FieldReader value) {
        return value == null
                ? new EpochsForgotten(groupId)
                : new EpochsChanged(
                        groupId,
                        new Epochs(value.integer(), value.integer(), value.text(), counts(value), value.number()));
    }

    private static SortedMap<UUID, Integer> counts(FieldReader value) {
        var counts = new TreeMap<UUID, Integer>();
        for (var left = value.integer(); left > 0; left--) {
            counts.put(value.uuid(), value.integer());
        }
        return counts;
    }

    private static SortedSet<String> texts(FieldReader value) {
        var texts = new TreeSet<String>();
        for (var left = value.integer(); left > 0; left--) {
            texts.add(value.text());
        }
        return texts;
    }

    /** By topic, so that its id is written once. */
    private static FieldWriter write(FieldWriter value, SortedSet<PartitionId> partitions) {
        var byTopic = new TreeMap<UUID, SortedSet<Integer>>();
        partitions.forEach(partition -> byTopic.computeIfAbsent(partition.topicId(), topic -> new TreeSet<>())
                .add(partition.partition()));
        value.number(byTopic.size());
        byTopic.forEach((topic, numbers) -> {
            value.uuid(topic).number(numbers.size());
            numbers.forEach(value::number);
        });
        return value;
    }

    private static SortedSet<PartitionId> partitions(FieldReader value) {
        var partitions = new TreeSet<PartitionId>();
        for (var topics = value.integer(); topics > 0; topics--) {
            var topic = value.uuid();
            for (var left = value.integer(); left > 0; left--) {
                partitions.add(new PartitionId(topic, value.integer()));
            }
        }
        return Collections.unmodifiableSortedSet(partitions);
    }
}
