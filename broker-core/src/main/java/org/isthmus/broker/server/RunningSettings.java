package org.isthmus.broker.server;

import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.isthmus.broker.metadata.BrokerConfigs;
import org.isthmus.broker.metadata.BrokerSetting;
import org.isthmus.broker.metadata.ClusterImage;
import org.isthmus.broker.metadata.MetadataStore;
import org.isthmus.broker.network.Transport;
import org.isthmus.broker.replica.CleanerConfig;

/** The broker's own settings as they are now, for the parts that go by them. Safe for use by many threads. */
record RunningSettings(BrokerSettings started, BrokerConfigs configs, MetadataStore metadata) {
    Supplier<Map<String, String>> topicDefaults() {
        return () -> configs.in(metadata.image());
    }

    CleanerConfig cleaner() {
        var inForce = configs.in(metadata.image());
        var cleaner = started.cleaner();
        return new CleanerConfig(
                cleaner.enabled(),
                Duration.ofMillis(Long.parseLong(BrokerSetting.CLEANER_BACKOFF_MS.in(inForce))),
                cleaner.mapBytes(),
                Double.parseDouble(BrokerSetting.CLEANER_BYTES_PER_SECOND.in(inForce)));
    }

    /** Clients that are there already stay. */
    void limitClients(ClusterImage image, Transport transport) {
        var inForce = configs.in(image);
        transport.limitClients(
                Integer.parseInt(BrokerSetting.MAX_CONNECTIONS.in(inForce)),
                Integer.parseInt(BrokerSetting.MAX_CONNECTIONS_PER_IP.in(inForce)));
    }
}
