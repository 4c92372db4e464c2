package org.isthmus.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.isthmus.broker.common.TopicPartition;

/**
 * What a share group on one partition hands out, and what its members are told. What was told in a reign holds in that and in every later one; a
 * leader that has not heard yet that another leads may know less.
 */
final class Deliveries {
    private final TopicPartition partition;
    /** In which reign a member was told that the record is acknowledged. */
    private final Map<Long, Integer> settled = new HashMap<>();
    /** What a member may have acknowledged, as far as it knows. */
    private final Set<Long> perhapsSettled = new HashSet<>();

    /** The transaction that did it, where one did. */
    private final Map<Long, String> settledIn = new HashMap<>();

    private final Map<Long, Returned> returned = new HashMap<>();
    private final Map<Long, Held> held = new HashMap<>();
    /** Which delivery each of the processes that handed it out has told. */
    private final Map<Taken, Integer> counts = new HashMap<>();
    /** Members whose sessions are over. */
    private final Set<String> gone = new HashSet<>();

    private record Returned(int reign, int deliveries) {}

    private record Held(String process, int reign, String member, long untilNanos) {
        private boolean isOf(String byProcess, String toMember) {
            return process.equals(byProcess) && member.equals(toMember);
        }
    }

    private record Taken(String process, String member, long offset) {}

    Deliveries(TopicPartition partition) {
        this.partition = partition;
    }

    /**
     * A leader hands out a record.
     *
     * @param untilNanos how long it is this member's alone, if its session lasts as long
     */
    void handedOut(
            SimulatedBroker by, int reign, String member, long offset, int deliveries, long nowNanos, long untilNanos) {
        var process = by.process();
        assertThat(settled.getOrDefault(offset, Integer.MAX_VALUE))
                .as("%s hands out %d of %s in reign %d, acknowledged in reign", process, offset, partition, reign)
                .isGreaterThan(reign);
        var back = returned.get(offset);
        if (back != null && back.reign <= reign) {
            assertThat(deliveries)
                    .as("delivery of %d of %s by %s in reign %d, given back after", offset, partition, process, reign)
                    .isGreaterThan(back.deliveries);
        }
        counts.put(new Taken(process, member, offset), deliveries);
        var before = held.put(offset, new Held(process, reign, member, gone.contains(member) ? nowNanos : untilNanos));
        if (before != null && before.process.equals(process) && before.reign == reign) {
            assertThat(before.untilNanos)
                    .as("%d of %s is held by %s, and %s gets it", offset, partition, before.member, member)
                    .isLessThanOrEqualTo(nowNanos);
        }
    }

    /** By offset, which delivery it was when this process handed it to the member for the last time; nothing where it never did. */
    Map<Long, Integer> counts(SimulatedBroker by, String member, Collection<Long> offsets) {
        var found = new HashMap<Long, Integer>();
        for (var offset : offsets) {
            var count = counts.get(new Taken(by.process(), member, offset));
            if (count != null) {
                found.put(offset, count);
            }
        }
        return found;
    }

    /** A leader hears what a member says of these; what it holds there of them may be handed out again from now on. */
    void said(SimulatedBroker by, String member, Collection<Long> offsets) {
        for (var offset : offsets) {
            held.computeIfPresent(offset, (key, hold) -> hold.isOf(by.process(), member) ? null : hold);
        }
    }

    /** A leader hears that the member's session is over: what it held may be handed out again from now on. */
    void gone(String member) {
        gone.add(member);
        held.values().removeIf(hold -> hold.member.equals(member));
    }

    void perhapsSettled(Collection<Long> offsets) {
        perhapsSettled.addAll(offsets);
    }

    void settled(int reign, long offset) {
        settled.putIfAbsent(offset, reign);
    }

    void settledIn(String transaction, int reign, long offset) {
        assertThat(settledIn.put(offset, transaction))
                .as("transaction in which %d of %s was acknowledged, before %s", offset, partition, transaction)
                .isNull();
        settled(reign, offset);
    }

    void returned(int reign, long offset, int deliveries) {
        returned.merge(
                offset,
                new Returned(reign, deliveries),
                (before, now) -> before.reign > reign || before.deliveries > deliveries ? before : now);
    }

    int size() {
        return settled.size();
    }

    /**
     * Everything was handed out until it was acknowledged, or buried.
     *
     * @param buried those of which a dead letter is there
     */
    void check(Collection<Long> offsets, Set<Long> buried) {
        for (var offset : offsets) {
            assertThat(settled.containsKey(offset) || perhapsSettled.contains(offset) || buried.contains(offset))
                    .as("%d of %s, which the group is done with and nobody acknowledged", offset, partition)
                    .isTrue();
        }
    }
}
