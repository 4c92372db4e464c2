package org.isthmus.interop;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.isthmus.peers.BrokerSetup;

/** Where the build has put the two brokers and the clients, and how a broker is set up here: small, quick to start, the same for both. */
final class Peers {
    static final Path PROJECT = Path.of(System.getProperty("isthmus.project", ".."));
    static final Path BROKER_JAR = PROJECT.resolve("broker-core/target/isthmus-broker.jar");
    static final Path KAFKA = PROJECT.resolve("peers/apache-kafka/target/lib");
    static final Path TOOLS = PROJECT.resolve("peers/kafka-tools/target/lib");
    static final Path TEST_CLASSES = PROJECT.resolve("interop-tests/target/test-classes");

    static final List<String> SMALL_JVM = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m");

    static final BrokerSetup SETUP = new BrokerSetup(
            SMALL_JVM,
            Map.of(
                    "offsets.topic.num.partitions", "4",
                    "transaction.state.log.num.partitions", "4",
                    "group.initial.rebalance.delay.ms", "0"));

    /** Ours by its own defaults has node 0; the answers of both are compared, so both are node 1. */
    static final BrokerSetup ISTHMUS = with(SETUP, "node.id", "1");

    static final BrokerSetup APACHE_KAFKA = with(SETUP, "share.coordinator.state.topic.num.partitions", "4");

    private Peers() {}

    private static BrokerSetup with(BrokerSetup setup, String name, String value) {
        var settings = new HashMap<>(setup.settings());
        settings.put(name, value);
        return new BrokerSetup(setup.jvm(), settings);
    }
}
