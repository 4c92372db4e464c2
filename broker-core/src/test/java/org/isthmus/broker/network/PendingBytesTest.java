package org.isthmus.broker.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How much a connection may have waiting to be sent, alone and among many. */
class PendingBytesTest {
    private static final int LIMIT = 1 << 20;
    private static final int LITTLE = 64 << 10;

    private final HeldMemory held = new HeldMemory(10 << 20);
    private final PendingBytes pending = new PendingBytes(LIMIT, held);

    private void add(int count) {
        held.add(count);
        pending.add(count);
        pending.changed();
    }

    private boolean remove(int count) {
        held.remove(count);
        var isToLook = pending.remove(count);
        pending.changed();
        return isToLook;
    }

    @Test
    void connectionIsFullAboveItsLimitUntilHalfOfThatIsLeft() {
        add(LIMIT);
        assertThat(pending.full()).isFalse();
        add(1);
        assertThat(pending.full()).isTrue();

        assertThat(remove(LIMIT / 2)).isFalse();
        assertThat(pending.full()).isTrue();
        assertThat(remove(1)).isTrue();
        assertThat(pending.full()).isFalse();
    }

    @Test
    void connectionHasToMakeDoWithLittleWhileOthersHoldMuch() {
        held.add(11 << 20);
        add(LITTLE);
        assertThat(pending.isClosedToMore()).isFalse();
        add(1);
        assertThat(pending.full()).isTrue();

        // It is looked at again by what it sends itself, whatever becomes of the others.
        held.remove(11 << 20);
        assertThat(remove(LITTLE / 2)).isFalse();
        assertThat(remove(1)).isTrue();
        assertThat(pending.full()).isFalse();
    }
}
