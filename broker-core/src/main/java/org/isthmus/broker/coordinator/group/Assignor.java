package org.isthmus.broker.coordinator.group;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** The ways in which the broker divides partitions among members, by the names under which members ask for them. The first is the default. */
enum Assignor {
    /** Everybody gets as many as the others, as far as subscriptions allow, and keeps what it had. */
    UNIFORM("uniform") {
        @Override
        SortedMap<String, SortedSet<PartitionId>> divide(Demand demand) {
            return new UniformDivision(demand).divide();
        }
    },

    /** Of each topic everybody gets one run of partitions, so that equally partitioned topics go to the same members. */
    RANGE("range") {
        @Override
        SortedMap<String, SortedSet<PartitionId>> divide(Demand demand) {
            return RangeDivision.divide(demand);
        }
    };

    private final String wireName;

    Assignor(String wireName) {
        this.wireName = wireName;
    }

    String wireName() {
        return wireName;
    }

    /** What each member is to read: partitions that exist, each given to one member at most and only to one that wants its topic. */
    abstract SortedMap<String, SortedSet<PartitionId>> divide(Demand demand);

    static Optional<Assignor> named(String wireName) {
        return Arrays.stream(values())
                .filter(assignor -> assignor.wireName.equals(wireName))
                .findFirst();
    }

    /** The one that most members ask for; the first of equals, and of all where nobody asks. */
    static Assignor preferredBy(Collection<Consumer> members) {
        Map<@Nullable String, Integer> votes = new HashMap<>();
        members.stream()
                .map(member -> member.profile().assignor())
                .filter(Objects::nonNull)
                .forEach(name -> votes.merge(name, 1, Integer::sum));
        var preferred = UNIFORM;
        for (var assignor : values()) {
            if (votes.getOrDefault(assignor.wireName, 0) > votes.getOrDefault(preferred.wireName, 0)) {
                preferred = assignor;
            }
        }
        return preferred;
    }
}
