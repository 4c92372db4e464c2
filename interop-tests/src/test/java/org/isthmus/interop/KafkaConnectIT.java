package org.isthmus.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.isthmus.peers.BrokerProcess;
import org.isthmus.peers.FreePort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kafka Connect in standalone mode copies a file into a topic and the topic into a file, is stopped, and goes on where it was: each line is
 * there once. The same is done on Apache Kafka.
 */
@Timeout(300)
class KafkaConnectIT {
    private static final int LINES = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    @Test
    void linesAreCopiedOnceOverARestartOfConnect() throws Exception {
        try (var isthmus = BrokerProcess.isthmus(Peers.BROKER_JAR, directory.resolve("isthmus"), Peers.ISTHMUS)) {
            copy(isthmus, Files.createDirectories(directory.resolve("at-isthmus")));
        }
        try (var kafka = BrokerProcess.kafka(Peers.KAFKA, directory.resolve("kafka"), Peers.APACHE_KAFKA)) {
            copy(kafka, Files.createDirectories(directory.resolve("at-kafka")));
        }
    }

    private static void copy(BrokerProcess broker, Path place) throws Exception {
        Comparison.awaitReady(broker);
        var from = place.resolve("from.txt");
        var to = place.resolve("to.txt");
        configure(broker, place, from, to);

        append(from, 0, LINES);
        var first = connect(place);
        awaitLines(first, place, to, LINES);
        stop(first);

        append(from, LINES, 2 * LINES);
        var second = connect(place);
        awaitLines(second, place, to, 2 * LINES);
        stop(second);

        assertThat(Files.readAllLines(to)).isEqualTo(Files.readAllLines(from));
        try (var admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            var offsets = admin.listConsumerGroupOffsets("connect-sink")
                    .partitionsToOffsetAndMetadata()
                    .get();
            assertThat(offsets.values()).singleElement().satisfies(at -> assertThat(at.offset())
                    .isEqualTo(2 * LINES));
        }
    }

    private static void configure(BrokerProcess broker, Path place, Path from, Path to) throws IOException {
        Files.writeString(place.resolve("worker.properties"), """
                bootstrap.servers=%s
                listeners=HTTP://127.0.0.1:%d
                key.converter=org.apache.kafka.connect.storage.StringConverter
                value.converter=org.apache.kafka.connect.storage.StringConverter
                offset.storage.file.filename=%s
                offset.flush.interval.ms=500
                plugin.discovery=service_load
                """.formatted(
                        broker.bootstrap(), FreePort.pick(), place.resolve("offsets")));
        Files.writeString(place.resolve("source.properties"), """
                name=source
                connector.class=org.apache.kafka.connect.file.FileStreamSourceConnector
                tasks.max=1
                file=%s
                topic=copied
                """.formatted(from));
        Files.writeString(place.resolve("sink.properties"), """
                name=sink
                connector.class=org.apache.kafka.connect.file.FileStreamSinkConnector
                tasks.max=1
                file=%s
                topics=copied
                """.formatted(to));
    }

    private static void append(Path file, int begin, int end) throws IOException {
        Files.write(
                file,
                IntStream.range(begin, end).mapToObj(line -> "line " + line).toList(),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static Process connect(Path place) throws IOException {
        var command = ToolJvm.command("org.apache.kafka.connect.cli.ConnectStandalone");
        for (var file : List.of("worker.properties", "source.properties", "sink.properties")) {
            command.add(place.resolve(file).toString());
        }
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        place.resolve("connect.out").toFile()))
                .start();
    }

    private static void awaitLines(Process connect, Path place, Path file, int count) throws Exception {
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.exists(file) || Files.readAllLines(file).size() < count) {
            assertThat(connect.isAlive())
                    .as("Connect runs; it said: %s", Files.readString(place.resolve("connect.out")))
                    .isTrue();
            assertThat(System.nanoTime()).as("%d lines came in time", count).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /** By the signal on which it commits what it has. */
    private static void stop(Process connect) throws InterruptedException {
        connect.destroy();
        assertThat(connect.waitFor(60, TimeUnit.SECONDS)).as("Connect stops").isTrue();
    }
}
