package org.isthmus.broker.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.isthmus.broker.sim.SimClock;
import org.junit.jupiter.api.Test;

class IdleIdentitiesTest {
    private final SimClock clock = new SimClock();
    private final IdleIdentities idle = new IdleIdentities(clock);

    @Test
    void identityRestsUntilItsLastTransactionIsOnTheDisks() {
        idle.add(identity(1));
        assertThat(idle.take()).isEmpty();
        clock.advance(Duration.ofSeconds(1));
        idle.add(identity(2));
        assertThat(idle.take()).contains(new IdleIdentities.Rested(identity(1), true));
        assertThat(idle.take()).isEmpty();
    }

    @Test
    void whereThereAreManyTheOneThatEndedFirstIsTakenAllTheSame() {
        for (var number = 0; number < 32; number++) {
            idle.add(identity(number));
        }
        assertThat(idle.take()).contains(new IdleIdentities.Rested(identity(0), true));
        assertThat(idle.take()).isEmpty();
    }

    @Test
    void identityThatRestedForLongIsNotUsedAsItIs() {
        idle.add(identity(1));
        clock.advance(Duration.ofSeconds(6));
        assertThat(idle.take()).contains(new IdleIdentities.Rested(identity(1), false));
    }

    private static TransactionIdentity identity(int number) {
        return new TransactionIdentity("t" + number, number, (short) 0, 1000);
    }
}
