package org.isthmus.jms.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

class PartitionerTest {
    @Test
    void keysLandWhereKafkasProducersPutThem() {
        var random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            var key = new byte[random.nextInt(40)];
            random.nextBytes(key);
            assertThat(Partitioner.murmur2(key)).isEqualTo(Utils.murmur2(key));
            assertThat(Partitioner.partition(key, 7)).isEqualTo(Utils.toPositive(Utils.murmur2(key)) % 7);
        }
        assertThat(Partitioner.partition("21".getBytes(StandardCharsets.UTF_8), 4))
                .isEqualTo(0);
    }
}
