package org.isthmus.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.isthmus.peers.BrokerProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that are not Java's see of Isthmus what they see of Apache Kafka, transactions of the first protocol among it. */
@Timeout(240)
class ForeignClientsIT {
    private static final Path SCRIPTS = Peers.PROJECT.resolve("interop-tests/src/test/resources");

    @TempDir
    static Path directory;

    private static BrokerProcess isthmus;
    private static BrokerProcess kafka;

    @BeforeAll
    static void start() throws Exception {
        isthmus = BrokerProcess.isthmus(Peers.BROKER_JAR, directory.resolve("isthmus"), Peers.ISTHMUS);
        kafka = BrokerProcess.kafka(Peers.KAFKA, directory.resolve("kafka"), Peers.APACHE_KAFKA);
        Comparison.awaitReady(isthmus);
        Comparison.awaitReady(kafka);
    }

    @AfterAll
    static void stop() {
        isthmus.close();
        kafka.close();
    }

    @Test
    void kafkajsProducesConsumesAndDecidesTransactions() throws Exception {
        assumeTrue(isInstalled("node") && isInstalled("npm"), "node and npm are not installed");
        var folder = Files.createDirectories(directory.resolve("kafkajs"));
        for (var file : List.of("package.json", "package-lock.json", "exercise.js")) {
            Files.copy(
                    SCRIPTS.resolve("kafkajs").resolve(file),
                    folder.resolve(file),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        run(folder, "npm", "ci", "--no-audit", "--no-fund");

        var seen = run(folder, "node", "exercise.js", isthmus.bootstrap());

        assertThat(seen).isEqualTo(run(folder, "node", "exercise.js", kafka.bootstrap(), "patient"));
        assertThat(seen).contains("decided 0:0:committed=committed").contains("deleted true");
    }

    @Test
    void librdkafkaProcessesExactlyOnceAndIsFenced() throws Exception {
        assumeTrue(
                Files.exists(Path.of("/usr/lib/python3/dist-packages/confluent_kafka")),
                "Debian's python3-confluent-kafka is not installed");
        var script = SCRIPTS.resolve("librdkafka/exercise.py").toAbsolutePath().toString();

        var seen = facts(run(directory, "/usr/bin/python3", script, isthmus.bootstrap()));

        assertThat(seen).isEqualTo(facts(run(directory, "/usr/bin/python3", script, kafka.bootstrap())));
        assertThat(seen).contains("fenced True", "committed [6]", "more False");
    }

    @Test
    void kcatProducesConsumesCommitsAndFindsOffsets() throws Exception {
        assumeTrue(isInstalled("kcat"), "kcat is not installed");

        var seen = kcat(isthmus);

        assertThat(seen).isEqualTo(kcat(kafka));
        assertThat(seen)
                .contains("0 1 b=two h=1 3", "grouped three", "lines [0] offset 3", "decided in a transaction")
                .anyMatch(line -> line.contains("\"topic\":\"lines\""));
    }

    private static List<String> kcat(BrokerProcess broker) throws IOException, InterruptedException {
        var seen = new ArrayList<String>();
        kcat(broker, "a:one\n", "-P", "-t", "lines", "-K", ":");
        kcat(broker, "b:two\nc:three\n", "-P -t lines -K : -H h=1 -z lz4 -X enable.idempotence=true".split(" "));
        kcat(broker, "decided in a transaction\n", "-P", "-t", "decided", "-X", "transactional.id=kcat");
        seen.addAll(kcat(broker, "", "-C", "-t", "lines", "-o", "beginning", "-e", "-q", "-f", "%p %o %k=%s %h %S\n"));
        seen.addAll(kcat(broker, "", "-C -t decided -o beginning -e -q -X isolation.level=read_committed".split(" ")));
        for (var round = 0; round < 2; round++) {
            // The second time there is nothing left for the group.
            seen.addAll(kcat(
                    broker,
                    "",
                    "-G",
                    "cats",
                    "-X",
                    "auto.offset.reset=earliest",
                    "-e",
                    "-q",
                    "-f",
                    "grouped %s\n",
                    "lines"));
        }
        seen.addAll(kcat(broker, "", "-Q", "-t", "lines:0:-1"));
        seen.addAll(kcat(broker, "", "-Q", "-t", "lines:0:-2"));
        seen.addAll(kcat(broker, "", "-L", "-J", "-t", "lines"));
        return seen;
    }

    private static List<String> kcat(BrokerProcess broker, String input, String... words)
            throws IOException, InterruptedException {
        var command = Stream.concat(Stream.of("kcat", "-b", broker.bootstrap()), Stream.of(words))
                .toArray(String[]::new);
        return facts(run(directory, input, command)).stream()
                .map(line -> line.replace(broker.bootstrap(), "BROKER"))
                .toList();
    }

    private static String run(Path folder, String... command) throws IOException, InterruptedException {
        return run(folder, "", command);
    }

    private static String run(Path folder, String input, String[] command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    /** Without what librdkafka logs, which has times in it. */
    private static List<String> facts(String output) {
        return output.lines().filter(line -> !line.startsWith("%")).toList();
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }
}
