package org.isthmus.broker.replica;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.runtime.EventLoop;

/** Everything that this broker follows, one {@link ReplicaFetcher} for each leader. Owned by the thread that follows the metadata. */
final class ReplicaFetchers {
    private final Replication replication;
    private final ReplicaLink link;
    private final ReplicationLimit receiving;
    private final EventLoop loop;
    private final Map<BrokerId, ReplicaFetcher> byLeader = new HashMap<>();

    ReplicaFetchers(Replication replication, ReplicaLink link, ReplicationLimit receiving, EventLoop loop) {
        this.replication = replication;
        this.link = link;
        this.receiving = receiving;
        this.loop = loop;
    }

    /** From now on these, by who leads them, and no others. */
    void follow(Map<BrokerId, List<ReplicaFetcher.Following>> all) {
        all.keySet()
                .forEach(leader -> byLeader.computeIfAbsent(
                        leader,
                        id -> new ReplicaFetcher(id, replication.self(), replication.store(), link, receiving, loop)));
        byLeader.forEach((leader, fetcher) -> fetcher.follow(all.getOrDefault(leader, List.of())));
    }
}
