package org.isthmus.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.isthmus.peers.FreePort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kafka Connect carries the lines of a file through a topic into another, and after it and the broker were started again goes on with the next line. */
@Timeout(600)
class KafkaConnectIT {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final TopicPartition PIPED = new TopicPartition("piped", 0);

    @TempDir
    Path directory;

    @Test
    void linesGoFromFileToFileAndGoOnAfterARestart() throws Exception {
        var seen = linesPiped(Peer.ISTHMUS);

        assertThat(seen).isEqualTo(linesPiped(Peer.APACHE_KAFKA));
        assertThat(seen)
                .containsExactly(
                        "file [one, two, three, four, five, six]",
                        "topic [one, two, three, four, five, six]",
                        "group connect-lines-out Empty 6");
    }

    private List<String> linesPiped(Peer peer) throws Exception {
        var folder = Files.createDirectories(directory.resolve(peer.name()));
        var broker = peer.start(folder.resolve("broker"), FreePort.pick());
        try {
            append(folder, "one\ntwo\n");
            try (var connect = ConnectProcess.start(broker.bootstrap(), folder)) {
                awaitLines(folder, connect, 2);
                append(folder, "three\n");
                awaitLines(folder, connect, 3);
            }
            append(folder, "four\n");
            broker.kill();
            broker = peer.start(folder.resolve("broker"), broker.port());
            append(folder, "five\n");
            try (var connect = ConnectProcess.start(broker.bootstrap(), folder)) {
                awaitLines(folder, connect, 5);
                append(folder, "six\n");
                awaitLines(folder, connect, 6);
            }
            return List.of(
                    "file " + Files.readAllLines(folder.resolve("out.txt")),
                    "topic " + values(broker.bootstrap()),
                    "group " + sinkGroup(broker.bootstrap()));
        } finally {
            broker.close();
        }
    }

    private static void append(Path folder, String lines) throws IOException {
        Files.writeString(folder.resolve("in.txt"), lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static void awaitLines(Path folder, ConnectProcess connect, int count) throws Exception {
        var end = System.nanoTime() + PATIENCE.toNanos();
        try (var watch = folder.getFileSystem().newWatchService()) {
            folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
            while (lines(folder) < count) {
                assertThat(System.nanoTime()).as(connect.output()).isLessThan(end);
                assertThat(connect.isAlive()).as(connect.output()).isTrue();
                next(watch);
            }
        }
    }

    private static void next(WatchService watch) throws InterruptedException {
        var change = watch.poll(1, TimeUnit.SECONDS);
        if (change != null) {
            change.pollEvents();
            change.reset();
        }
    }

    private static int lines(Path folder) throws IOException {
        var out = folder.resolve("out.txt");
        return Files.exists(out) ? Files.readAllLines(out).size() : 0;
    }

    private static List<String> values(String address) {
        var settings = Map.<String, Object>of("bootstrap.servers", address);
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(PIPED));
            consumer.seekToBeginning(List.of(PIPED));
            var end = consumer.endOffsets(List.of(PIPED)).get(PIPED);
            var values = new ArrayList<String>();
            while (consumer.position(PIPED) < end) {
                consumer.poll(PATIENCE).forEach(line -> values.add(line.value()));
            }
            return values;
        }
    }

    private static String sinkGroup(String address) throws Exception {
        var group = "connect-lines-out";
        try (var admin = Admin.create(Map.of("bootstrap.servers", address))) {
            var described =
                    admin.describeConsumerGroups(List.of(group)).all().get().get(group);
            var offsets = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
            return group + " " + described.groupState() + " "
                    + offsets.get(PIPED).offset();
        }
    }
}
