package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The factory without arguments: a broker that lives as long as somebody is connected, and data that lives longer. */
class EmbeddedFactoryTest {
    private static final long SOON = 20_000;

    private final IsthmusTopic topic = new IsthmusTopic("kept");

    @Test
    void subscriptionGoesOnAfterTheBrokerOfThisJvmEndedAndStartedAgain(@TempDir Path data) {
        var factory = new IsthmusConnectionFactory();
        factory.setDataDirectory(data.toString());
        factory.setClientID("client");
        try (var context = factory.createContext()) {
            var consumer = context.createDurableConsumer(topic, "s");
            context.createProducer().send(topic, "first").send(topic, "second");
            assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("first");
        }
        try (var context = factory.createContext()) {
            var consumer = context.createDurableConsumer(topic, "s");
            assertThat(consumer.receiveBody(String.class, SOON)).isEqualTo("second");
        }
    }
}
