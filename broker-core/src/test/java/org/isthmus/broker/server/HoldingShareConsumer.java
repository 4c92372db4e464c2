package org.isthmus.broker.server;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A process that fetches records as a member of a share group, says how many, and keeps them until it is killed. */
final class HoldingShareConsumer {
    private HoldingShareConsumer() {}

    public static void main(String[] args) throws IOException {
        var config = Map.<String, Object>of(
                "bootstrap.servers", args[0], "group.id", args[1], "share.acknowledgement.mode", "explicit");
        var consumer = new KafkaShareConsumer<>(config, new StringDeserializer(), new StringDeserializer());
        consumer.subscribe(List.of(args[2]));
        var held = 0;
        while (held == 0) {
            held = consumer.poll(Duration.ofMillis(200)).count();
        }
        System.out.println("held " + held);
        // Until the other side is gone.
        System.in.read();
    }
}
