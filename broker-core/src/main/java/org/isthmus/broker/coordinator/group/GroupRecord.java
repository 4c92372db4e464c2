package org.isthmus.broker.coordinator.group;

import java.util.Map;
import java.util.SortedSet;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.Bytes;

/** A change of a shard's state. Each kind replaces, or removes, one part of it. */
sealed interface GroupRecord {
    /** A change of one group. */
    sealed interface OfGroup extends GroupRecord {
        String groupId();

        /** Makes the change. Called in replay only. */
        void applyTo(Group group);
    }

    /**
     * The last outcome that a transactional producer had here. What it sends later under an epoch below that one belongs to a transaction
     * that is over.
     */
    record ProducerEnded(long producerId, short epoch, long atMs) implements GroupRecord {}

    record ProducerForgotten(long producerId) implements GroupRecord {}

    record GenerationChanged(String groupId, Generation generation) implements OfGroup {
        @Override
        public void applyTo(Group group) {
            group.replay(this);
        }
    }

    record GenerationForgotten(String groupId) implements OfGroup {
        @Override
        public void applyTo(Group group) {
            group.replay(this);
        }
    }

    record MemberSaved(String groupId, Member member) implements OfGroup {
        @Override
        public void applyTo(Group group) {
            group.replay(this);
        }
    }

    record MemberRemoved(String groupId, String memberId) implements OfGroup {
        @Override
        public void applyTo(Group group) {
            group.replay(this);
        }
    }

    /** What the leader of a generation gave to its members. It counts in that generation alone. */
    record Assigned(String groupId, int generation, Map<String, Bytes> byMember) implements OfGroup {
        public Assigned {
            byMember = Map.copyOf(byMember);
        }

        @Override
        public void applyTo(Group group) {
            group.replay(this);
        }
    }

    record AssignmentForgotten(String groupId) implements OfGroup {
        @Override
        public void applyTo(Group group) {
            group.replay(this);
        }
    }

    record OffsetSaved(String groupId, TopicPartition partition, CommittedOffset offset) implements OfGroup {
        @Override
        public void applyTo(Group group) {
            group.replay(this);
        }
    }

    record OffsetRemoved(String groupId, TopicPartition partition) implements OfGroup {
        @Override
        public void applyTo(Group group) {
            group.replay(this);
        }
    }

    /** An offset that counts once the producer's transaction is committed. */
    record OffsetStaged(String groupId, long producerId, TopicPartition partition, CommittedOffset offset)
            implements OfGroup {
        @Override
        public void applyTo(Group group) {
            group.replay(this);
        }
    }

    record StagedRemoved(String groupId, long producerId, TopicPartition partition) implements OfGroup {
        @Override
        public void applyTo(Group group) {
            group.replay(this);
        }
    }

    /** A change of what a group has that speaks the consumer protocol. */
    sealed interface OfConsumers extends OfGroup {
        /** Makes the change. Called in replay only. */
        void applyTo(Consumers consumers);

        @Override
        default void applyTo(Group group) {
            group.replay(this);
        }
    }

    record ConsumerSaved(String groupId, Consumer consumer) implements OfConsumers {
        @Override
        public void applyTo(Consumers consumers) {
            consumers.replay(this);
        }
    }

    record ConsumerRemoved(String groupId, String memberId) implements OfConsumers {
        @Override
        public void applyTo(Consumers consumers) {
            consumers.replay(this);
        }
    }

    /** What a member is to read once those who have it let it go. */
    record TargetSaved(String groupId, String memberId, SortedSet<PartitionId> partitions) implements OfConsumers {
        @Override
        public void applyTo(Consumers consumers) {
            consumers.replay(this);
        }
    }

    record TargetRemoved(String groupId, String memberId) implements OfConsumers {
        @Override
        public void applyTo(Consumers consumers) {
            consumers.replay(this);
        }
    }

    record EpochsChanged(String groupId, Epochs epochs) implements OfConsumers {
        @Override
        public void applyTo(Consumers consumers) {
            consumers.replay(this);
        }
    }

    record EpochsForgotten(String groupId) implements OfConsumers {
        @Override
        public void applyTo(Consumers consumers) {
            consumers.replay(this);
        }
    }
}
