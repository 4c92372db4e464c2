package org.isthmus.broker.coordinator.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class OffsetSetTest {
    private static final int END = 60;

    record Step(boolean add, int first, int last) {}

    @Property(tries = 500)
    void answersAsABitmapDoes(@ForAll("steps") List<Step> steps) {
        var set = new OffsetSet();
        var bits = new BitSet();
        for (var step : steps) {
            if (step.add()) {
                set.add(new OffsetRange(step.first(), step.last()));
            } else {
                set.remove(new OffsetRange(step.first(), step.last()));
            }
            bits.set(step.first(), step.last() + 1, step.add());
            assertThat(set.size()).isEqualTo(bits.cardinality());
            for (var offset = 0; offset <= END; offset++) {
                assertThat(set.contains(offset)).isEqualTo(bits.get(offset));
                assertThat(set.nextGap(offset)).isEqualTo(bits.nextClearBit(offset));
                var next = bits.nextSetBit(offset);
                assertThat(set.nextMember(offset)).isEqualTo(next < 0 ? Long.MAX_VALUE : next);
            }
            var region = new OffsetRange(10, 40);
            var inside = OffsetSet.of(set.within(region));
            var gaps = OffsetSet.of(set.gaps(region));
            for (var offset = 10; offset <= 40; offset++) {
                assertThat(inside.contains(offset)).isEqualTo(bits.get(offset));
                assertThat(gaps.contains(offset)).isEqualTo(!bits.get(offset));
            }
            assertThat(inside.size() + gaps.size()).isEqualTo(31);
            assertThat(runs(bits)).isEqualTo(set.rangeCount());
        }
    }

    private static int runs(BitSet bits) {
        var runs = 0;
        for (var next = bits.nextSetBit(0); next >= 0; next = bits.nextSetBit(bits.nextClearBit(next))) {
            runs++;
        }
        return runs;
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        var step = Combinators.combine(
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(0, END),
                        Arbitraries.integers().between(0, 20))
                .as((add, first, length) -> new Step(add, first, first + length));
        return step.list().ofMaxSize(30);
    }

    @Property(tries = 300)
    void mapAnswersAsAnArrayDoes(@ForAll("steps") List<Step> steps) {
        var map = new OffsetMap<Integer>();
        var array = new Integer[END + 22];
        var value = 0;
        for (var step : steps) {
            var range = new OffsetRange(step.first(), step.last());
            value = (value + 1) % 3;
            if (step.add()) {
                map.put(range, value);
            } else {
                map.remove(range);
            }
            for (var offset = step.first(); offset <= step.last(); offset++) {
                array[offset] = step.add() ? value : null;
            }
            for (var offset = 0; offset < array.length; offset++) {
                var run = map.runAt(offset);
                assertThat(run == null ? null : run.value()).isEqualTo(array[offset]);
            }
            var runs = map.runs();
            for (var i = 1; i < runs.size(); i++) {
                var before = runs.get(i - 1);
                assertThat(before.range().last() + 1 < runs.get(i).range().first()
                                || !before.value().equals(runs.get(i).value()))
                        .isTrue();
            }
        }
    }

    @Test
    void costsNothingForOffsetsInARow() {
        var set = new OffsetSet();
        for (var offset = 0L; offset < 1_000_000; offset++) {
            set.add(OffsetRange.of(offset));
        }
        assertThat(set.rangeCount()).isEqualTo(1);
        assertThat(set.size()).isEqualTo(1_000_000);
    }
}
