package org.isthmus.broker.coordinator.group;

import java.util.Map;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.Bytes;

/** A change of a group. Each kind replaces, or removes, one part of the group's state. */
sealed interface GroupRecord {
    String groupId();

    /** Makes the change. Called in replay only. */
    void applyTo(Group group);

    record GenerationChanged(String groupId, Generation generation) implements GroupRecord {
        @Override
        public void applyTo(Group group) {
            group.replay(this);
        }
    }

    record GenerationForgotten(String groupId) implements GroupRecord {
        @Override
        public void applyTo(Group group) {
            group.replay(this);
        }
    }

    record MemberSaved(String groupId, Member member) implements GroupRecord {
        @Override
        public void applyTo(Group group) {
            group.replay(this);
        }
    }

    record MemberRemoved(String groupId, String memberId) implements GroupRecord {
        @Override
        public void applyTo(Group group) {
            group.replay(this);
        }
    }

    /** What the leader of a generation gave to its members. It counts in that generation alone. */
    record Assigned(String groupId, int generation, Map<String, Bytes> byMember) implements GroupRecord {
        public Assigned {
            byMember = Map.copyOf(byMember);
        }

        @Override
        public void applyTo(Group group) {
            group.replay(this);
        }
    }

    record AssignmentForgotten(String groupId) implements GroupRecord {
        @Override
        public void applyTo(Group group) {
            group.replay(this);
        }
    }

    record OffsetSaved(String groupId, TopicPartition partition, CommittedOffset offset) implements GroupRecord {
        @Override
        public void applyTo(Group group) {
            group.replay(this);
        }
    }

    record OffsetRemoved(String groupId, TopicPartition partition) implements GroupRecord {
        @Override
        public void applyTo(Group group) {
            group.replay(this);
        }
    }
}
