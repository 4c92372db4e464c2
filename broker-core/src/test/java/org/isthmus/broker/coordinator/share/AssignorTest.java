package org.isthmus.broker.coordinator.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AssignorTest {
    private static SortedSet<String> members(int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> "m" + (100 + number))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Property(tries = 300)
    void everyMemberAndEveryPartitionHasItsShare(
            @ForAll @IntRange(min = 1, max = 12) int before,
            @ForAll @IntRange(min = 1, max = 12) int after,
            @ForAll @IntRange(min = 1, max = 12) int partitionsBefore,
            @ForAll @IntRange(min = 1, max = 12) int partitions) {
        var earlier = Assignor.assign(members(before), partitionsBefore, Map.of());
        var assigned = Assignor.assign(members(after), partitions, earlier);
        var places = Math.max(after, partitions);
        assertThat(assigned).hasSize(after);
        assigned.values()
                .forEach(share -> assertThat(share.size()).isBetween(places / after, (places + after - 1) / after));
        for (var partition = 0; partition < partitions; partition++) {
            var wanted = partition;
            var holders = assigned.values().stream()
                    .filter(share -> share.contains(wanted))
                    .count();
            assertThat((int) holders).isBetween(places / partitions, (places + partitions - 1) / partitions);
        }
    }

    @Test
    void membersKeepWhatTheyHaveWhereBalanceAllows() {
        var two = Assignor.assign(members(2), 4, Map.of());
        var three = Assignor.assign(members(3), 4, two);
        two.keySet().forEach(member -> assertThat(two.get(member)).containsAll(three.get(member)));
        assertThat(Assignor.assign(members(3), 4, three)).isEqualTo(three);
    }
}
