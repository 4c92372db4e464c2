package org.isthmus.broker.metadata;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.isthmus.broker.common.BrokerId;
import org.isthmus.broker.common.Epoch;
import org.isthmus.broker.runtime.FileStore;

/**
 * The text file that holds a {@link ClusterImage}, but for its brokers, which live only while they run. One line for each fact, values
 * percent-encoded, the last line a CRC-32C of all before it. A new version is written beside the old one and moved over it, so a reader
 * finds one or the other whole.
 */
final class MetadataFile {
    private static final String FORMAT = "isthmus-metadata 1";

    private final Path path;
    private final FileStore files;

    MetadataFile(Path path, FileStore files) {
        this.path = path;
        this.files = files;
    }

    void write(ClusterImage image) throws IOException {
        var text = new StringBuilder(FORMAT).append('\n');
        text.append("cluster ").append(image.clusterId()).append('\n');
        text.append("version ").append(image.version()).append('\n');
        text.append("next-producer-id ").append(image.nextProducerId()).append('\n');
        image.topics().values().forEach(topic -> describe(topic, text));
        image.groupConfigs().forEach((group, configs) -> {
            text.append("group ").append(encode(group)).append(" -");
            describe(configs, text);
        });
        image.brokerConfigs().forEach((broker, configs) -> {
            text.append("broker ").append(broker).append(" -");
            describe(configs, text);
        });
        var body = text.toString();
        replace(body + "crc32c " + checksum(body) + '\n');
    }

    private void replace(String text) throws IOException {
        var directory = Objects.requireNonNull(path.toAbsolutePath().getParent());
        var beside = path.resolveSibling(path.getFileName() + ".new");
        files.createDirectories(directory);
        files.delete(beside);
        try (var file = files.open(beside)) {
            file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
            file.force();
        }
        files.move(beside, path);
        files.forceDirectory(directory);
    }

    private static void describe(TopicImage topic, StringBuilder text) {
        text.append("topic ").append(topic.name()).append(' ').append(topic.id());
        describe(topic.configs(), text);
        for (var partition : topic.partitions()) {
            text.append("partition ")
                    .append(partition.leader())
                    .append(' ')
                    .append(partition.leaderEpoch())
                    .append(' ')
                    .append(join(partition.replicas()))
                    .append(' ')
                    .append(join(partition.isr()))
                    .append(' ')
                    .append(partition.partitionEpoch())
                    .append('\n');
        }
    }

    private static void describe(Map<String, String> configs, StringBuilder text) {
        configs.forEach(
                (name, value) -> text.append(' ').append(name).append('=').append(encode(value)));
        text.append('\n');
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String join(List<BrokerId> ids) {
        return ids.stream().map(BrokerId::toString).collect(Collectors.joining(","));
    }

    /** What the file holds; nothing where there is no file. Fails where it is damaged: guessing here would lose topics. */
    Optional<ClusterImage> read(BrokerId self) throws IOException {
        if (!files.exists(path)) {
            return Optional.empty();
        }
        var text = content();
        var end = text.lastIndexOf("crc32c ");
        if (!text.startsWith(FORMAT + "\n") || end < 0) {
            throw new IOException(path + " is not a metadata file that this version reads");
        }
        var body = text.substring(0, end);
        if (!text.substring(end).strip().equals("crc32c " + checksum(body))) {
            throw new IOException(path + " is damaged: its checksum does not fit its content");
        }
        try {
            return Optional.of(parse(body, self));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new IOException(path + " holds a line that is not understood", e);
        }
    }

    private String content() throws IOException {
        try (var file = files.open(path)) {
            var bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
            while (bytes.hasRemaining() && file.read(bytes, bytes.position()) >= 0) {}
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        }
    }

    private static ClusterImage parse(String body, BrokerId self) {
        var clusterId = new UUID(0, 0);
        var version = 0L;
        var nextProducerId = 0L;
        var topics = new HashMap<String, TopicImage>();
        var groups = new HashMap<String, Map<String, String>>();
        var brokers = new HashMap<String, Map<String, String>>();
        var lines = body.lines().skip(1).toList();
        for (var i = 0; i < lines.size(); i++) {
            var words = lines.get(i).split(" ", -1);
            switch (words[0]) {
                case "cluster" -> clusterId = UUID.fromString(words[1]);
                case "version" -> version = Long.parseLong(words[1]);
                case "next-producer-id" -> nextProducerId = Long.parseLong(words[1]);
                case "topic" -> {
                    var partitions = lines.subList(i + 1, lines.size()).stream()
                            .takeWhile(line -> line.startsWith("partition "))
                            .map(MetadataFile::partition)
                            .toList();
                    i += partitions.size();
                    topics.put(
                            words[1], new TopicImage(words[1], UUID.fromString(words[2]), configs(words), partitions));
                }
                case "group" -> groups.put(URLDecoder.decode(words[1], StandardCharsets.UTF_8), configs(words));
                case "broker" -> brokers.put(words[1], configs(words));
                default -> throw new IllegalArgumentException(lines.get(i));
            }
        }
        var names = new HashMap<UUID, String>();
        topics.values().forEach(topic -> names.put(topic.id(), topic.name()));
        return new ClusterImage(version, clusterId, self, 0, Map.of(), topics, names, nextProducerId, groups, brokers);
    }

    private static Map<String, String> configs(String[] words) {
        return Arrays.stream(words, 3, words.length)
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    }

    private static PartitionImage partition(String line) {
        var words = line.split(" ", -1);
        return new PartitionImage(
                new BrokerId(Integer.parseInt(words[1])),
                new Epoch(Integer.parseInt(words[2])),
                brokers(words[3]),
                brokers(words[4]),
                // Files of earlier versions end here.
                words.length > 5 ? Integer.parseInt(words[5]) : 0,
                List.of(),
                List.of());
    }

    private static List<BrokerId> brokers(String joined) {
        return Arrays.stream(joined.split(","))
                .map(id -> new BrokerId(Integer.parseInt(id)))
                .toList();
    }

    private static String checksum(String text) {
        var crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
