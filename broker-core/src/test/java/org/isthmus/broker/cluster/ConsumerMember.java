package org.isthmus.broker.cluster;

import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.common.TopicPartition;
import org.isthmus.broker.coordinator.group.ConsumerAnswer;
import org.isthmus.broker.coordinator.group.ConsumerBeat;
import org.isthmus.broker.coordinator.group.PartitionId;

/** A member that speaks the consumer protocol (KIP-848): it gives up what it is asked for, and says so, before it takes anything new. */
final class ConsumerMember extends GroupReader {
    private int epoch;
    private SortedSet<PartitionId> said = Collections.emptySortedSet();
    private boolean saysAll = true;

    ConsumerMember(ClusterWorld cluster, Readership readership, TopicPartition home, int number) {
        super(cluster, readership, home, number);
    }

    @Override
    String memberId() {
        return name();
    }

    @Override
    int generation() {
        return epoch;
    }

    @Override
    void missedAnswer() {
        saysAll = true;
    }

    @Override
    void forget() {
        super.forget();
        epoch = ConsumerBeat.JOIN;
        saysAll = true;
    }

    @Override
    void leave() {
        beat(ConsumerBeat.LEAVE);
    }

    @Override
    boolean speaks() {
        if (!saysAll && reads().equals(said) && !isTimeToBeat()) {
            return false;
        }
        if (epoch == ConsumerBeat.JOIN) {
            readNothing();
        }
        beat(epoch);
        return true;
    }

    private void beat(int as) {
        var all = saysAll || as == ConsumerBeat.JOIN;
        var owned = new TreeSet<>(reads());
        var beat = new ConsumerBeat(
                readership.group(),
                memberId(),
                as,
                null,
                null,
                "client",
                "host",
                all ? REBALANCE_TIMEOUT_MS : -1,
                all ? Set.of(readership.topic()) : null,
                all ? "" : null,
                all ? "uniform" : null,
                all || !owned.equals(said) ? owned : null);
        said = owned;
        saysAll = false;
        beats();
        askInOrder(groups -> groups.consume(beat), (told, came) -> () -> hear(told, came, as));
    }

    private void hear(ConsumerAnswer told, Heard came, int as) {
        if (told.error() != ErrorCode.NONE) {
            refused(told.error());
            return;
        }
        if (as != ConsumerBeat.LEAVE) {
            isInTouch(came);
            epoch = told.epoch();
            if (told.assignment() != null) {
                mayRead(told.assignment());
            }
        }
        goOn();
    }
}
