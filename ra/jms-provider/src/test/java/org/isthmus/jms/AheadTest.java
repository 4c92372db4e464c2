package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AheadTest {
    private final Ahead ahead = new Ahead(0);
    private long nowNanos;

    private int next(int taken, long afterMs, int least) {
        ahead.took(taken);
        nowNanos += TimeUnit.MILLISECONDS.toNanos(afterMs);
        return ahead.next(least, nowNanos);
    }

    @Test
    void whoIsQuickHasTwiceAsManyEachTimeUpToABound() {
        assertThat(next(1, 1, 1)).isEqualTo(2);
        assertThat(next(2, 1, 1)).isEqualTo(4);
        for (int size = 4; size < 1024; size *= 2) {
            assertThat(next(size, 1, 1)).isEqualTo(2 * size);
        }
        assertThat(next(1024, 1, 1)).isEqualTo(1024);
    }

    @Test
    void whoIsSlowHasWhatItTakesInTwentyMilliseconds() {
        next(1, 1, 1);
        next(2, 1, 1);
        next(4, 1, 1);
        assertThat(next(8, 80, 1)).isEqualTo(2);
        assertThat(next(2, 500, 1)).isEqualTo(1);
    }

    @Test
    void whoWasAskedForAgainAtOnceIsNotSlow() {
        next(1, 1, 1);
        next(2, 1, 1);
        assertThat(next(0, 0, 1)).isEqualTo(4);
        assertThat(next(1, 19, 1)).isEqualTo(4);
        assertThat(next(0, 1, 1)).isEqualTo(1);
    }

    @Test
    void whoHadToWaitIsNotSlow() {
        next(1, 1, 1);
        ahead.waited(TimeUnit.MILLISECONDS.toNanos(99));
        assertThat(next(2, 100, 1)).isEqualTo(4);
    }

    @Test
    void whoStoppedBeginsAnew() {
        next(1, 1, 1);
        next(2, 1, 1);
        assertThat(next(1, 60_000, 1)).isEqualTo(1);
    }

    @Test
    void hasAtLeastWhatItIsGranted() {
        assertThat(next(0, 1, 32)).isEqualTo(32);
        assertThat(next(1, 10_000, 32)).isEqualTo(32);
    }
}
