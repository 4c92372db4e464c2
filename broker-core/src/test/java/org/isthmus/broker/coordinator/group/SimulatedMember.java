package org.isthmus.broker.coordinator.group;

import java.time.Duration;
import java.util.Set;
import java.util.SortedSet;

/** A client in a group, of either protocol, that does one thing when it is told to. */
interface SimulatedMember {
    /** Its id now; empty while it has none. */
    String memberId();

    /** What it reads. */
    SortedSet<PartitionId> owned();

    /** One question, unless one is under way. */
    void beat();

    /** One question whose answer does not arrive. */
    void beatInVain();

    /** One step towards what it was given. */
    void reconcile();

    void subscribe(Set<String> wanted);

    void leave(String nextId);

    /** Lets members ask and reconcile for so long that a group of such members comes to rest. */
    static void settle(GroupRig rig, Iterable<? extends SimulatedMember> members, int rounds) {
        for (var round = 0; round < rounds; round++) {
            for (var member : members) {
                member.beat();
                rig.loop.settle();
                rig.log.commit();
                rig.loop.settle();
                member.reconcile();
            }
            rig.loop.advance(Duration.ofSeconds(3));
        }
    }
}
