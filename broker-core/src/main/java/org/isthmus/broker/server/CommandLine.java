package org.isthmus.broker.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.isthmus.broker.network.Endpoint;

/** What the command line asks for. */
final class CommandLine {
    static final String USAGE = """
            Usage: java -jar isthmus-broker.jar serve [options]

              --data DIR                 where everything is kept (default: ./isthmus-data); more than one, each on a disk of
                                         its own, share the logs: give the option again, or DIR,DIR
              --listen HOST:PORT         address to listen on; may be given more than once; port 0 picks a free one
                                         (default: 127.0.0.1:9092); SSL://HOST:PORT speaks TLS, by the settings ssl.…
              --zookeeper HOST:PORT,...  coordinates a cluster of several brokers; with /PATH at its end, below that path
                                         (default: the broker is a cluster by itself)
              --id NUMBER                this broker's number in its cluster
              --config KEY=VALUE ...     settings by their Kafka names, such as num.partitions=4 log.retention.ms=86400000
              --properties FILE          the same from a file, one KEY=VALUE in a line, as Kafka's server.properties: so passwords
                                         are seen by nobody else; what --config says goes before it
              --help                     this text
            """;

    private CommandLine() {}

    /** The user needs to be told how to ask. */
    static final class UsageException extends Exception {
        UsageException(String message) {
            super(message);
        }
    }

    static boolean asksForHelp(String... arguments) {
        return List.of(arguments).stream().anyMatch(word -> word.equals("--help") || word.equals("-h"));
    }

    static BrokerConfig parse(String... arguments) throws UsageException, IOException {
        var words = List.of(arguments).iterator();
        if (!words.hasNext() || !words.next().equals("serve")) {
            throw new UsageException("say 'serve' to start a broker, or --help for what else there is");
        }
        var data = new ArrayList<String>();
        var listeners = new ArrayList<Endpoint.Tcp>();
        var settings = new HashMap<String, String>();
        var fromFiles = new HashMap<String, String>();
        var lastOption = "";
        while (words.hasNext()) {
            var word = words.next();
            switch (word) {
                case "--data" -> data.addAll(List.of(value(word, words).split(",")));
                case "--listen" -> listeners.add(address(value(word, words)));
                case "--zookeeper" -> settings.put("zookeeper.connect", value(word, words));
                case "--id" -> settings.put("node.id", value(word, words));
                case "--config" -> set(value(word, words), settings);
                case "--properties" -> fromFiles.putAll(properties(value(word, words)));
                default -> {
                    if (!lastOption.equals("--config") || word.startsWith("--")) {
                        throw new UsageException("'" + word + "' is not understood");
                    }
                    set(word, settings);
                    continue;
                }
            }
            lastOption = word;
        }
        fromFiles.forEach(settings::putIfAbsent);
        var more = settings.remove("listeners");
        if (more != null && listeners.isEmpty()) {
            for (var listener : more.split(",", -1)) {
                listeners.add(address(listener.strip()));
            }
        }
        if (listeners.isEmpty()) {
            listeners.add(new Endpoint.Tcp("127.0.0.1", 9092));
        }
        return new BrokerConfig(firstOf(data, settings), listeners, settings);
    }

    static Map<String, String> properties(String file) throws IOException {
        var properties = new Properties();
        try (var text = Files.newBufferedReader(Path.of(file))) {
            properties.load(text);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file, e);
        }
        return properties.stringPropertyNames().stream()
                .collect(Collectors.toMap(Function.identity(), properties::getProperty));
    }

    /** The first directory is the data directory, and all of them hold logs. */
    private static Path firstOf(List<String> data, Map<String, String> settings) {
        data.removeIf(String::isBlank);
        var logDirs = settings.getOrDefault("log.dirs", "");
        data.addAll(
                Stream.of(logDirs.split(",")).filter(name -> !name.isBlank()).toList());
        if (data.size() > 1) {
            settings.put("log.dirs", String.join(",", data));
        }
        return Path.of(data.isEmpty() ? "isthmus-data" : data.get(0).strip());
    }

    private static String value(String option, Iterator<String> words) throws UsageException {
        if (!words.hasNext()) {
            throw new UsageException(option + " needs a value");
        }
        return words.next();
    }

    static Endpoint.Tcp address(String text) throws UsageException {
        try {
            return HostAndPort.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(Objects.requireNonNullElse(e.getMessage(), text));
        }
    }

    static void set(String pair, Map<String, String> settings) throws UsageException {
        var equals = pair.indexOf('=');
        if (equals < 1) {
            throw new UsageException("'" + pair + "' is not of the form KEY=VALUE");
        }
        settings.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
}
