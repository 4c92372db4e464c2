package org.isthmus.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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

    private static String run(Path folder, String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
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
