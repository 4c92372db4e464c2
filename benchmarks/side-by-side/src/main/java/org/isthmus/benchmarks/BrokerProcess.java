package org.isthmus.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A broker in a process of its own, on a free port, with an empty data directory. Both kinds run with the same heap and collector, so what
 * differs between them is the broker.
 */
final class BrokerProcess implements AutoCloseable {
    private static final List<String> JVM =
            List.of("-Xms1g", "-Xmx1g", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:+ExplicitGCInvokesConcurrent");

    private final Process process;
    private final String bootstrap;
    private final Map<String, String> fsyncSettings;
    private final Map<String, String> unsyncedSettings;

    private BrokerProcess(
            Process process,
            String bootstrap,
            Map<String, String> fsyncSettings,
            Map<String, String> unsyncedSettings) {
        this.process = process;
        this.bootstrap = bootstrap;
        this.fsyncSettings = fsyncSettings;
        this.unsyncedSettings = unsyncedSettings;
    }

    static BrokerProcess isthmus(Path jar, Path data) throws IOException {
        var port = FreePort.pick();
        var command = java("-jar", jar.toString());
        command.addAll(List.of("serve", "--data", data.toString(), "--listen", "127.0.0.1:" + port));
        return new BrokerProcess(
                start(command, data),
                "127.0.0.1:" + port,
                Map.of("isthmus.flush", "commit"),
                Map.of("isthmus.flush", "os"));
    }

    /** Starts Apache Kafka as one node that is broker and controller, with its own defaults beside what a single node needs. */
    static BrokerProcess kafka(Path lib, Path data) throws IOException, InterruptedException {
        var port = FreePort.pick();
        var controllerPort = FreePort.pick();
        Files.createDirectories(data);
        var properties = data.resolve("server.properties");
        Files.writeString(properties, """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%2$d
                listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                controller.listener.names=CONTROLLER
                log.dirs=%3$s
                offsets.topic.replication.factor=1
                offsets.topic.num.partitions=8
                """.formatted(port, controllerPort, data.resolve("log")));
        var classPath = lib + "/*";
        var format = java("-cp", classPath, "kafka.tools.StorageTool", "format");
        format.addAll(List.of("-t", "AAAAAAAAAAAAAAAAAAAAAA", "-c", properties.toString()));
        var formatting = start(format, data);
        if (formatting.waitFor() != 0) {
            throw new IOException("Kafka could not format its data directory; see " + data.resolve("broker.out"));
        }
        var command = java("-cp", classPath, "kafka.Kafka", properties.toString());
        return new BrokerProcess(start(command, data), "127.0.0.1:" + port, Map.of("flush.messages", "1"), Map.of());
    }

    private static List<String> java(String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(List.of(arguments));
        return command;
    }

    private static Process start(List<String> command, Path data) throws IOException {
        Files.createDirectories(data);
        var output = data.resolve("broker.out").toFile();
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output))
                .start();
    }

    String bootstrap() {
        return bootstrap;
    }

    /** The topic settings with which this broker has a record on the disk before it acknowledges it. */
    Map<String, String> fsyncSettings() {
        return fsyncSettings;
    }

    /** The topic settings with which this broker leaves it to the operating system when a record reaches the disk. */
    Map<String, String> unsyncedSettings() {
        return unsyncedSettings;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    Duration cpu() {
        return process.toHandle().info().totalCpuDuration().orElseThrow();
    }

    /** Resident memory in megabytes, as Linux counts it. */
    double residentMegabytes() throws IOException {
        for (var line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Double.parseDouble(line.replaceAll("\\D", "")) / 1024;
            }
        }
        throw new IOException("process " + process.pid() + " tells no resident memory");
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
