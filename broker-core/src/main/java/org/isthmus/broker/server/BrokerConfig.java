package org.isthmus.broker.server;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.isthmus.broker.network.Endpoint;

/**
 * How a broker runs.
 *
 * @param dataDirectory where everything is kept; one broker at a time
 * @param listeners TCP addresses to listen on; none opens no port
 * @param settings settings by their Kafka names ({@code num.partitions}, {@code log.retention.ms}, …); what is not named has a safe default
 */
public record BrokerConfig(Path dataDirectory, List<Endpoint.Tcp> listeners, Map<String, String> settings) {
    public BrokerConfig {
        listeners = List.copyOf(listeners);
        settings = Map.copyOf(settings);
    }
}
