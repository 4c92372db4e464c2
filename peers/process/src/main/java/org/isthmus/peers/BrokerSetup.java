package org.isthmus.peers;

import java.util.List;
import java.util.Map;

/**
 * How a broker's process is started.
 *
 * @param jvm arguments of its JVM
 * @param settings the broker's own, by their Kafka names
 */
public record BrokerSetup(List<String> jvm, Map<String, String> settings) {
    /** The same heap and collector for both kinds, so that what differs between them in a measurement is the broker. */
    public static final BrokerSetup MEASURED = new BrokerSetup(
            List.of("-Xms1g", "-Xmx1g", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:+ExplicitGCInvokesConcurrent"),
            Map.of("offsets.topic.num.partitions", "8"));

    public BrokerSetup {
        jvm = List.copyOf(jvm);
        settings = Map.copyOf(settings);
    }
}
