package org.isthmus.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    @Test
    void workKeepsToItsRate() {
        var throttle = new Throttle(() -> 1_000);

        assertThat(throttle.rest(500, 0)).isEqualTo(Duration.ofMillis(500));
        assertThat(throttle.rest(500, 500_000_000)).isEqualTo(Duration.ofMillis(500));
        assertThat(throttle.rest(500, 500_000_000)).as("nobody rested").isEqualTo(Duration.ofMillis(1_000));
        assertThat(throttle.rest(100, 60_000_000_000L))
                .as("rest is not saved up")
                .isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void withoutALimitThereIsNoRest() {
        assertThat(new Throttle(() -> Double.MAX_VALUE).rest(Integer.MAX_VALUE, 0))
                .isZero();
    }
}
