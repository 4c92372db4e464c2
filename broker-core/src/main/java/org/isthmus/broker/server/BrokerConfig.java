package org.isthmus.broker.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.isthmus.broker.network.Endpoint;

/**
 * How a broker runs.
 *
 * @param dataDirectory where everything is kept that {@code log.dirs} does not place elsewhere; one broker at a time
 * @param listeners TCP addresses to listen on; none opens no port
 * @param settings settings by their Kafka names ({@code num.partitions}, {@code log.retention.ms}, …); what is not named has a safe default
 */
public record BrokerConfig(Path dataDirectory, List<Endpoint.Tcp> listeners, Map<String, String> settings) {
    public BrokerConfig {
        listeners = List.copyOf(listeners);
        settings = Map.copyOf(settings);
    }

    /** The directories that hold logs besides the data directory, by the setting {@code log.dirs}, which may name that too. */
    List<Path> moreDirectories() {
        return Stream.of(settings.getOrDefault("log.dirs", "").split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .map(name -> Path.of(name).toAbsolutePath().normalize())
                .filter(path -> !isDataDirectory(path))
                .distinct()
                .toList();
    }

    private boolean isDataDirectory(Path path) {
        try {
            return Files.isSameFile(path, dataDirectory);
        } catch (IOException notThere) {
            return path.equals(dataDirectory.toAbsolutePath().normalize());
        }
    }
}
