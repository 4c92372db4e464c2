package org.isthmus.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.isthmus.peers.BrokerProcess;

/** Both brokers and the process that runs the tools. A script is typed at each broker, and what the tools say is compared. */
final class Comparison implements AutoCloseable {
    private final ToolJvm tools;
    private final BrokerProcess isthmus;
    private final BrokerProcess kafka;
    private final Differences differences = Differences.documented();

    private Comparison(ToolJvm tools, BrokerProcess isthmus, BrokerProcess kafka) {
        this.tools = tools;
        this.isthmus = isthmus;
        this.kafka = kafka;
    }

    static Comparison start(Path directory) throws Exception {
        var comparison = new Comparison(
                new ToolJvm(),
                BrokerProcess.isthmus(Peers.BROKER_JAR, directory.resolve("isthmus"), Peers.ISTHMUS),
                BrokerProcess.kafka(Peers.KAFKA, directory.resolve("kafka"), Peers.APACHE_KAFKA));
        awaitReady(comparison.isthmus);
        awaitReady(comparison.kafka);
        return comparison;
    }

    static void awaitReady(BrokerProcess broker) throws IOException, InterruptedException {
        try (var admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            admin.describeCluster().nodes().get(60, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the broker did not start: " + broker.output(), e);
        }
    }

    BrokerProcess isthmus() {
        return isthmus;
    }

    BrokerProcess kafka() {
        return kafka;
    }

    List<String> addresses() {
        return List.of(isthmus.bootstrap(), kafka.bootstrap());
    }

    void sameAnswers(String script) throws IOException, InterruptedException {
        var steps = Script.parse(script).steps();
        var ours = type(steps, isthmus.bootstrap());
        var theirs = type(steps, kafka.bootstrap());
        write(ours, "isthmus.txt");
        write(theirs, "apache-kafka.txt");
        var wrong = new ArrayList<String>();
        for (var i = 0; i < steps.size(); i++) {
            var expected = differences.without(theirs.get(i), ours.get(i));
            var found = differences.without(ours.get(i), theirs.get(i));
            if (!expected.equals(found)) {
                wrong.add("$ " + steps.get(i).command() + "\n  Apache Kafka:\n    " + String.join("\n    ", expected)
                        + "\n  Isthmus:\n    " + String.join("\n    ", found));
            }
        }
        if (!wrong.isEmpty()) {
            fail(String.join("\n", wrong));
        }
    }

    private List<Transcript> type(List<Script.Step> steps, String address) throws IOException, InterruptedException {
        var transcripts = new ArrayList<Transcript>();
        for (var step : steps) {
            var mainClass = Tool.mainClass(step.tool());
            var said = step.tool().equals("verifiable-producer")
                    ? tools.runAlone(mainClass, step.words(address))
                    : tools.run(mainClass, step.words(address), step.input());
            transcripts.add(Transcript.of(step, said, address));
        }
        return transcripts;
    }

    /** For who wants to see what was compared. */
    private static void write(List<Transcript> transcripts, String name) throws IOException {
        var file = Peers.PROJECT.resolve("interop-tests/target/transcripts").resolve(name);
        Files.createDirectories(file.getParent());
        for (var transcript : transcripts) {
            var text = "$ " + transcript.command() + "\n" + String.join("\n", transcript.answer()) + "\n\n";
            Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }

    void assertEveryDocumentedDifferenceIsReal() {
        assertThat(differences.unused())
                .as("rows of docs/kafka-compatibility.md that nothing shows any more")
                .isEmpty();
    }

    @Override
    public void close() {
        tools.close();
        isthmus.close();
        kafka.close();
    }
}
