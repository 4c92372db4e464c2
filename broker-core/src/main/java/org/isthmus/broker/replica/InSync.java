package org.isthmus.broker.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.metadata.PartitionImage;
import org.jspecify.annotations.Nullable;

/**
 * Who is in sync with a partition that this broker leads, in one reign. No I/O and no clock; owned by the partition's loop.
 *
 * <p>The store decides who is in sync, and it may have decided before its leader knows. So the watermark is counted over the <em>maximal</em>
 * set: whoever was in sync when the store was heard last, and whoever was proposed since. Nobody leaves it before the store has confirmed that.
 */
final class InSync {
    private final BrokerId self;
    private PartitionImage image;
    private @Nullable List<BrokerId> proposed;

    /** What the leader wants to be so, provided that the partition is still as it was known. */
    record Change(PartitionImage known, List<BrokerId> isr) {}

    InSync(BrokerId self, PartitionImage image) {
        this.self = self;
        this.image = image;
    }

    /** Takes over what the store says now; what is older than what is known is of no interest. */
    void follow(PartitionImage newer) {
        if (newer.partitionEpoch() >= image.partitionEpoch()) {
            image = newer;
        }
    }

    /** How many are in sync for sure. */
    int size() {
        return proposed == null
                ? image.isr().size()
                : (int) image.isr().stream().filter(proposed::contains).count();
    }

    /** How many the partition was given to, without those who are only on their way in. */
    int assigned() {
        return image.replicas().size() - image.adding().size();
    }

    /** The others that have to have a record before it is committed. */
    List<BrokerId> counted() {
        var counted = new ArrayList<>(image.isr());
        if (proposed != null) {
            proposed.stream().filter(added -> !counted.contains(added)).forEach(counted::add);
        }
        counted.remove(self);
        return counted;
    }

    /** Whether a replica is asked to catch up that nobody waits for yet. */
    boolean mayAdd(BrokerId follower) {
        return proposed == null
                && image.replicas().contains(follower)
                && !image.isr().contains(follower);
    }

    /** Proposes to wait for one more. One change at a time. */
    Change add(BrokerId follower) {
        var isr = new ArrayList<>(image.isr());
        isr.add(follower);
        return propose(isr);
    }

    /** Proposes to wait no longer for those who lag; nothing where nobody lags, or another change is under way. */
    Optional<Change> remove(List<BrokerId> lagging) {
        var isr = image.isr().stream().filter(in -> !lagging.contains(in)).toList();
        return proposed != null || isr.size() == image.isr().size() || isr.isEmpty()
                ? Optional.empty()
                : Optional.of(propose(isr));
    }

    private Change propose(List<BrokerId> isr) {
        proposed = List.copyOf(isr);
        return new Change(image, isr);
    }

    /** The store has answered: this is what came of the change, or null where it did not happen. */
    void settled(@Nullable PartitionImage outcome) {
        if (outcome != null) {
            follow(outcome);
        }
        proposed = null;
    }
}
