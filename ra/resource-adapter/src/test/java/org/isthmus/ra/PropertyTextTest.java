package org.isthmus.ra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.isthmus.broker.network.Endpoint;
import org.junit.jupiter.api.Test;

class PropertyTextTest {
    @Test
    void listenersAreRead() {
        assertThat(PropertyText.addresses("listeners", "127.0.0.1:9092, SSL://[::1]:0", false))
                .containsExactly(new Endpoint.Tcp("127.0.0.1", 9092), new Endpoint.Tcp("::1", 0, true));
        assertThat(PropertyText.addresses("listeners", "", false)).isEmpty();
    }

    @Test
    void aListenerThatCannotBeReadIsNamed() {
        for (var wrong : new String[] {"9092", "host:", "host:x", ":9092", "host:70000"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> PropertyText.addresses("listeners", wrong, false))
                    .withMessageContaining("listeners")
                    .withMessageContaining(wrong);
        }
    }

    @Test
    void settingsAreRead() {
        assertThat(PropertyText.settings("num.partitions=4; log.retention.ms = -1;"))
                .isEqualTo(Map.of("num.partitions", "4", "log.retention.ms", "-1"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PropertyText.settings("num.partitions"))
                .withMessageContaining("num.partitions");
    }
}
