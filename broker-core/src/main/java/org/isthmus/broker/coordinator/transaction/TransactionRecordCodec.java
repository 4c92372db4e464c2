package org.isthmus.broker.coordinator.transaction;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.common.Xid;
import org.isthmus.broker.coordinator.Bytes;
import org.isthmus.broker.coordinator.FieldReader;
import org.isthmus.broker.coordinator.FieldWriter;
import org.isthmus.broker.coordinator.RecordCodec;
import org.isthmus.broker.record.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * Transaction records as bytes. A key is its kind and the transactional id; a value begins with its version, and a later version may add
 * fields at the end. Numbers of kinds and phases are never reused.
 */
final class TransactionRecordCodec implements RecordCodec<TransactionRecord> {
    private static final int TRANSACTION = 1;
    private static final int VERSION = 1;

    private static final int EMPTY = 0;
    private static final int OPEN = 1;
    private static final int ENDING = 2;
    private static final int ENDED = 3;
    private static final int PREPARED = 4;
    private static final int ENDING_BRANCH = 5;
    private static final int ENDED_BRANCH = 6;
    private static final int ENDING_RAISED = 7;

    @Override
    public byte[] key(TransactionRecord record) {
        var id = record instanceof TransactionRecord.Saved saved
                ? saved.transaction().id()
                : ((TransactionRecord.Forgotten) record).transactionalId();
        return new FieldWriter().number(TRANSACTION).text(id).toBytes();
    }

    @Override
    public byte @Nullable [] value(TransactionRecord record) {
        if (!(record instanceof TransactionRecord.Saved saved)) {
            return null;
        }
        var transaction = saved.transaction();
        var value = new FieldWriter().number(VERSION);
        write(value, transaction.producer());
        write(value, transaction.former());
        value.number(transaction.timeoutMs()).number(transaction.changedMs());
        write(value, transaction.phase());
        write(value, transaction.standing());
        return value.toBytes();
    }

    @Override
    public TransactionRecord decode(LogRecord record) {
        if (record.key() == null) {
            throw new IllegalStateException("record without a key at offset " + record.offset());
        }
        var key = new FieldReader(record.key());
        var kind = key.integer();
        if (kind != TRANSACTION) {
            throw new IllegalStateException("unknown kind of record " + kind + " at offset " + record.offset());
        }
        var id = key.text();
        if (record.value() == null) {
            return new TransactionRecord.Forgotten(id);
        }
        var value = new FieldReader(record.value());
        if (value.integer() < VERSION) {
            throw new IllegalStateException("unknown version of record at offset " + record.offset());
        }
        var producer = readIdentity(value);
        var former = readIdentity(value);
        var timeoutMs = value.integer();
        var changedMs = value.number();
        var phase = readPhase(value);
        var standing = value.hasMore() ? readPartitions(value) : Set.<TopicPartition>of();
        return new TransactionRecord.Saved(
                new Transaction(id, producer, former, timeoutMs, phase, standing, changedMs));
    }

    private static void write(FieldWriter value, ProducerIdentity identity) {
        value.number(identity.producerId()).number(identity.epoch());
    }

    private static ProducerIdentity readIdentity(FieldReader value) {
        return new ProducerIdentity(value.number(), (short) value.integer());
    }

    private static void write(FieldWriter value, TransactionPhase phase) {
        if (phase instanceof TransactionPhase.Open open) {
            value.number(OPEN).number(open.startedMs());
            write(value, open.partitions());
        } else if (phase instanceof TransactionPhase.Ending ending) {
            value.number(kind(ending));
            value.number(ending.startedMs()).flag(ending.outcome() == Outcome.COMMIT);
            write(value, ending.marker());
            write(value, ending.partitions());
            ending.branchIfAny().ifPresent(branch -> write(value, branch));
        } else if (phase instanceof TransactionPhase.Ended ended) {
            value.number(ended.branchIfAny().isPresent() ? ENDED_BRANCH : ENDED);
            value.flag(ended.outcome() == Outcome.COMMIT);
            ended.branchIfAny().ifPresent(branch -> write(value, branch));
        } else if (phase instanceof TransactionPhase.Prepared prepared) {
            value.number(PREPARED).number(prepared.startedMs());
            write(value, prepared.partitions());
            write(value, prepared.branch());
        } else {
            value.number(EMPTY);
        }
    }

    /** No branch ends without its epoch being raised. */
    private static int kind(TransactionPhase.Ending ending) {
        if (ending.branchIfAny().isPresent()) {
            return ENDING_BRANCH;
        }
        return ending.raised() ? ENDING_RAISED : ENDING;
    }

    private static TransactionPhase readPhase(FieldReader value) {
        var phase = value.integer();
        switch (phase) {
            case EMPTY -> {
                return new TransactionPhase.Empty();
            }
            case OPEN -> {
                var startedMs = value.number();
                return new TransactionPhase.Open(readPartitions(value), startedMs);
            }
            case PREPARED -> {
                var startedMs = value.number();
                var partitions = readPartitions(value);
                return new TransactionPhase.Prepared(readBranch(value), partitions, startedMs);
            }
            case ENDING, ENDING_RAISED, ENDING_BRANCH -> {
                var startedMs = value.number();
                var outcome = readOutcome(value);
                var marker = readIdentity(value);
                var partitions = readPartitions(value);
                var branch = readBranch(value, phase == ENDING_BRANCH);
                return new TransactionPhase.Ending(outcome, marker, phase != ENDING, partitions, startedMs, branch);
            }
            case ENDED, ENDED_BRANCH -> {
                return new TransactionPhase.Ended(readOutcome(value), readBranch(value, phase == ENDED_BRANCH));
            }
            default -> throw new IllegalStateException("unknown phase of a transaction " + phase);
        }
    }

    private static void write(FieldWriter value, Branch branch) {
        var xid = branch.xid();
        value.flag(branch.heuristic())
                .number(xid.formatId())
                .bytes(new Bytes(xid.globalTransactionId()))
                .bytes(new Bytes(xid.branchQualifier()));
    }

    private static Branch readBranch(FieldReader value) {
        var heuristic = value.flag();
        var xid = new Xid(value.integer(), value.bytes().array(), value.bytes().array());
        return new Branch(xid, heuristic);
    }

    private static Optional<Branch> readBranch(FieldReader value, boolean present) {
        return present ? Optional.of(readBranch(value)) : Optional.empty();
    }

    private static Outcome readOutcome(FieldReader value) {
        return value.flag() ? Outcome.COMMIT : Outcome.ABORT;
    }

    private static void write(FieldWriter value, Set<TopicPartition> partitions) {
        value.number(partitions.size());
        // Sorted, so that the same transaction is the same bytes on every run.
        partitions.stream().sorted(TopicPartition.BY_NAME).forEach(partition -> value.text(partition.topic())
                .number(partition.partition()));
    }

    private static Set<TopicPartition> readPartitions(FieldReader value) {
        var partitions = new HashSet<TopicPartition>();
        for (var left = value.integer(); left > 0; left--) {
            partitions.add(new TopicPartition(value.text(), value.integer()));
        }
        return partitions;
    }
}
