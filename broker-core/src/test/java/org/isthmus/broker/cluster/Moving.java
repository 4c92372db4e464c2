package org.isthmus.broker.cluster;

import java.util.List;
import java.util.stream.Stream;
import org.isthmus.broker.controller.NewTopicRequest;

/** Transactions that acknowledge records of a share group and write others, so that each is moved once or not at all. */
final class Moving implements Workload {
    private final Sharing sharing;
    private final Transacting transacting;

    Moving(ClusterWorld world) {
        sharing = new Sharing(world);
        transacting = new Transacting(world);
    }

    @Override
    public List<NewTopicRequest> topics() {
        return Stream.concat(sharing.topics().stream(), transacting.topics().stream())
                .toList();
    }

    @Override
    public boolean isCoordinated() {
        return true;
    }

    @Override
    public void begin() {
        sharing.begin();
        transacting.begin(sharing.members());
    }

    @Override
    public void end() {
        transacting.end();
        sharing.end();
    }

    /** What a transaction has taken comes back only when it is over. */
    @Override
    public boolean isDone() {
        return transacting.isDone() && sharing.isDone();
    }

    @Override
    public void check() {
        transacting.check();
        sharing.check();
    }

    @Override
    public int achieved() {
        return transacting.achieved();
    }

    @Override
    public String toString() {
        return transacting + " " + sharing;
    }
}
