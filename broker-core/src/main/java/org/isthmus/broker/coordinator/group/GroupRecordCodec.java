package org.isthmus.broker.coordinator.group;

import java.util.ArrayList;
import java.util.TreeMap;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.Bytes;
import org.isthmus.broker.coordinator.FieldReader;
import org.isthmus.broker.coordinator.FieldWriter;
import org.isthmus.broker.coordinator.RecordCodec;
import org.isthmus.broker.coordinator.group.GroupRecord.Assigned;
import org.isthmus.broker.coordinator.group.GroupRecord.AssignmentForgotten;
import org.isthmus.broker.coordinator.group.GroupRecord.GenerationChanged;
import org.isthmus.broker.coordinator.group.GroupRecord.GenerationForgotten;
import org.isthmus.broker.coordinator.group.GroupRecord.MemberRemoved;
import org.isthmus.broker.coordinator.group.GroupRecord.MemberSaved;
import org.isthmus.broker.coordinator.group.GroupRecord.OfConsumers;
import org.isthmus.broker.coordinator.group.GroupRecord.OfGroup;
import org.isthmus.broker.coordinator.group.GroupRecord.OffsetRemoved;
import org.isthmus.broker.coordinator.group.GroupRecord.OffsetSaved;
import org.isthmus.broker.coordinator.group.GroupRecord.OffsetStaged;
import org.isthmus.broker.coordinator.group.GroupRecord.ProducerEnded;
import org.isthmus.broker.coordinator.group.GroupRecord.ProducerForgotten;
import org.isthmus.broker.coordinator.group.GroupRecord.StagedRemoved;
import org.isthmus.broker.record.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * Group records as bytes. A key is the kind of part, the group, and what tells parts of that kind apart. A value begins with its version;
 * a later version may add fields at the end. Numbers of kinds are never reused.
 */
final class GroupRecordCodec implements RecordCodec<GroupRecord> {
    private static final int GENERATION = 1;
    private static final int MEMBER = 2;
    private static final int ASSIGNMENT = 3;
    private static final int OFFSET = 4;
    private static final int STAGED_OFFSET = 5;
    private static final int PRODUCER = 6;
    // From 7 to 9: ConsumerRecordCodec.

    private static final int VERSION = 1;

    @Override
    public byte[] key(GroupRecord record) {
        if (record instanceof OfConsumers change) {
            return ConsumerRecordCodec.key(change);
        }
        if (record instanceof OffsetSaved saved) {
            return offsetKey(saved.groupId(), saved.partition());
        }
        if (record instanceof OffsetRemoved removed) {
            return offsetKey(removed.groupId(), removed.partition());
        }
        if (record instanceof MemberSaved saved) {
            return memberKey(saved.groupId(), saved.member().id());
        }
        if (record instanceof MemberRemoved removed) {
            return memberKey(removed.groupId(), removed.memberId());
        }
        if (record instanceof OffsetStaged staged) {
            return stagedKey(staged.groupId(), staged.producerId(), staged.partition());
        }
        if (record instanceof StagedRemoved removed) {
            return stagedKey(removed.groupId(), removed.producerId(), removed.partition());
        }
        if (record instanceof ProducerEnded ended) {
            return producerKey(ended.producerId());
        }
        if (record instanceof ProducerForgotten forgotten) {
            return producerKey(forgotten.producerId());
        }
        return groupKey((OfGroup) record);
    }

    private static byte[] groupKey(OfGroup record) {
        var isGeneration = record instanceof GenerationChanged || record instanceof GenerationForgotten;
        return key(isGeneration ? GENERATION : ASSIGNMENT, record.groupId()).toBytes();
    }

    @Override
    public byte @Nullable [] value(GroupRecord record) {
        if (record instanceof OfConsumers change) {
            return ConsumerRecordCodec.value(change);
        }
        if (record instanceof OffsetSaved saved) {
            return value(saved.offset());
        }
        if (record instanceof OffsetStaged staged) {
            return value(staged.offset());
        }
        if (record instanceof ProducerEnded ended) {
            return newValue().number(ended.epoch()).number(ended.atMs()).toBytes();
        }
        if (record instanceof MemberSaved saved) {
            return value(saved.member());
        }
        if (record instanceof GenerationChanged changed) {
            return value(changed.generation());
        }
        if (record instanceof Assigned assigned) {
            return value(assigned);
        }
        return null;
    }

    @Override
    public GroupRecord decode(LogRecord record) {
        if (record.key() == null) {
            throw new IllegalStateException("record without a key at offset " + record.offset());
        }
        var key = new FieldReader(record.key());
        var kind = key.integer();
        var value = record.value() == null ? null : new FieldReader(record.value());
        if (value != null) {
            checkVersion(value.integer(), record.offset());
        }
        if (kind == PRODUCER) {
            return readProducer(key.number(), value);
        }
        var groupId = key.text();
        return switch (kind) {
            case GENERATION ->
                value == null
                        ? new GenerationForgotten(groupId)
                        : new GenerationChanged(groupId, readGeneration(value));
            case MEMBER -> readMember(groupId, key.text(), value);
            case ASSIGNMENT -> value == null ? new AssignmentForgotten(groupId) : readAssigned(groupId, value);
            case OFFSET -> readOffset(groupId, new TopicPartition(key.text(), key.integer()), value);
            case STAGED_OFFSET ->
                readStaged(groupId, key.number(), new TopicPartition(key.text(), key.integer()), value);
            case ConsumerRecordCodec.CONSUMER -> ConsumerRecordCodec.readConsumer(groupId, key.text(), value);
            case ConsumerRecordCodec.TARGET -> ConsumerRecordCodec.readTarget(groupId, key.text(), value);
            case ConsumerRecordCodec.EPOCHS -> ConsumerRecordCodec.readEpochs(groupId, value);
            default ->
                throw new IllegalStateException("unknown kind of record " + kind + " at offset " + record.offset());
        };
    }

    static FieldWriter key(int kind, String groupId) {
        return new FieldWriter().number(kind).text(groupId);
    }

    private static byte[] memberKey(String groupId, String memberId) {
        return key(MEMBER, groupId).text(memberId).toBytes();
    }

    private static byte[] offsetKey(String groupId, TopicPartition partition) {
        return key(OFFSET, groupId)
                .text(partition.topic())
                .number(partition.partition())
                .toBytes();
    }

    private static byte[] stagedKey(String groupId, long producerId, TopicPartition partition) {
        return key(STAGED_OFFSET, groupId)
                .number(producerId)
                .text(partition.topic())
                .number(partition.partition())
                .toBytes();
    }

    private static byte[] producerKey(long producerId) {
        return new FieldWriter().number(PRODUCER).number(producerId).toBytes();
    }

    static FieldWriter newValue() {
        return new FieldWriter().number(VERSION);
    }

    private static void checkVersion(int version, long offset) {
        if (version < VERSION) {
            throw new IllegalStateException("unknown version " + version + " of record at offset " + offset);
        }
    }

    private static byte[] value(Generation generation) {
        return newValue()
                .number(generation.number())
                .text(generation.protocolType())
                .optionalText(generation.protocol())
                .optionalText(generation.leader())
                .flag(generation.rebalancing())
                .number(generation.sinceMs())
                .toBytes();
    }

    private static Generation readGeneration(FieldReader value) {
        return new Generation(
                value.integer(),
                value.text(),
                value.optionalText(),
                value.optionalText(),
                value.flag(),
                value.number());
    }

    private static byte[] value(Member member) {
        var value = newValue()
                .optionalText(member.instanceId())
                .text(member.clientId())
                .text(member.clientHost())
                .number(member.sessionTimeoutMs())
                .number(member.rebalanceTimeoutMs())
                .number(member.protocols().size());
        for (var protocol : member.protocols()) {
            value.text(protocol.name()).bytes(protocol.metadata());
        }
        return value.toBytes();
    }

    private static GroupRecord readMember(String groupId, String memberId, @Nullable FieldReader value) {
        if (value == null) {
            return new MemberRemoved(groupId, memberId);
        }
        var instanceId = value.optionalText();
        var clientId = value.text();
        var clientHost = value.text();
        var sessionTimeoutMs = value.integer();
        var rebalanceTimeoutMs = value.integer();
        var protocols = new ArrayList<Member.Protocol>();
        for (var left = value.integer(); left > 0; left--) {
            protocols.add(new Member.Protocol(value.text(), value.bytes()));
        }
        return new MemberSaved(
                groupId,
                new Member(
                        memberId, instanceId, clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs, protocols));
    }

    private static byte[] value(Assigned assigned) {
        var value = newValue()
                .number(assigned.generation())
                .number(assigned.byMember().size());
        // Sorted, so that the same assignment is the same bytes on every run.
        new TreeMap<>(assigned.byMember())
                .forEach((memberId, assignment) -> value.text(memberId).bytes(assignment));
        return value.toBytes();
    }

    private static Assigned readAssigned(String groupId, FieldReader value) {
        var generation = value.integer();
        var byMember = new TreeMap<String, Bytes>();
        for (var left = value.integer(); left > 0; left--) {
            byMember.put(value.text(), value.bytes());
        }
        return new Assigned(groupId, generation, byMember);
    }

    private static byte[] value(CommittedOffset offset) {
        return newValue()
                .uuid(offset.topicId())
                .number(offset.offset())
                .number(offset.leaderEpoch())
                .text(offset.metadata())
                .number(offset.committedMs())
                .number(offset.expiresMs())
                .toBytes();
    }

    private static GroupRecord readOffset(String groupId, TopicPartition partition, @Nullable FieldReader value) {
        return value == null
                ? new OffsetRemoved(groupId, partition)
                : new OffsetSaved(groupId, partition, readOffset(value));
    }

    private static GroupRecord readStaged(
            String groupId, long producerId, TopicPartition partition, @Nullable FieldReader value) {
        return value == null
                ? new StagedRemoved(groupId, producerId, partition)
                : new OffsetStaged(groupId, producerId, partition, readOffset(value));
    }

    private static GroupRecord readProducer(long producerId, @Nullable FieldReader value) {
        return value == null
                ? new ProducerForgotten(producerId)
                : new ProducerEnded(producerId, (short) value.integer(), value.number());
    }

    private static CommittedOffset readOffset(FieldReader value) {
        return new CommittedOffset(
                value.uuid(), value.number(), value.integer(), value.text(), value.number(), value.number());
    }
}
