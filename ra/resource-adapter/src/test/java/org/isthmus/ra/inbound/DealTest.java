package org.isthmus.ra.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class DealTest {
    @Test
    void everyPartitionIsInOneShareAndNoShareIsEmpty() {
        assertThat(Attachment.deal(5, 2)).containsExactly(Set.of(0, 2, 4), Set.of(1, 3));
        assertThat(Attachment.deal(3, 15)).containsExactly(Set.of(0), Set.of(1), Set.of(2));
        assertThat(Attachment.deal(4, 1)).containsExactly(Set.of(0, 1, 2, 3));
    }
}
